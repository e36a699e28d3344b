"""Measure how right boxes, scores and similarities are; fit the score of a model."""
