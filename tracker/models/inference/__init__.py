"""The trained network as it runs in tracking: folded, packed, several crops side by side."""
