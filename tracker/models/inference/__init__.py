"""Run a trained network fast: batch norms folded, convolutions packed, crops side by side."""
