"""The same as ``tracker benchmark``, for those who look for it here: see ``--help``."""

import sys

from tracker.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["benchmark", *sys.argv[1:]]))
