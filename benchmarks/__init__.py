"""Measure accuracy and speed; README.md has the method and the latest results."""
