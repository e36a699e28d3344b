"""The command line: ``main`` runs the commands, ``options`` parses them, each has its module."""
