"""The command line: ``main`` runs a command, ``options`` has their options, and each has its module."""
