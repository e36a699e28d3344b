"""Time the cross-correlation operators: the same as ``python -m benchmarks.xcorr.run``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the checkout

from benchmarks.xcorr.run import main

if __name__ == "__main__":
    main()
