"""Measure whether look-alikes that cross are kept apart."""
