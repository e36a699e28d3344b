"""Compare how similar objects look to the twin network."""

from tracker.similarity.compare import compare

__all__ = ["compare"]
