"""Time the whole loop and its stages: the same as ``python -m benchmarks.speed.whole_loop``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the checkout

from benchmarks.speed.whole_loop import main

if __name__ == "__main__":
    main()
