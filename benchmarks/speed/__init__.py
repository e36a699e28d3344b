"""Measure how fast the tracker is: whole loop, stages, peers, many objects, GPU."""
