"""The files that one run writes: which they are, what an earlier run left, and the writing."""
