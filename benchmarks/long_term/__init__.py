"""Measure whether a tracker notices that its object is gone, and finds it again."""
