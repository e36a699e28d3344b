"""Time the cross-correlation operators next to the usual ways to write them."""
