"""Where the real data is, beside the project; tests that need it skip where it is absent."""

from pathlib import Path

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
