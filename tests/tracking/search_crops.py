"""Search crops of the moving patch, in a quarter of the usual size, and where responses peak."""

import numpy as np

from tracker.boxes import center_and_size
from tracker.config import TrackerConfig
from tracker.crops import crop_squares, exemplar_extent, mean_color, search_extent

SMALL = {"exemplar_size": 64, "search_size": 127}
LEARNING = TrackerConfig(filter_first_steps=8, **SMALL)
STATIC = TrackerConfig(**SMALL)


def search_crop(frame, box, shift=(0.0, 0.0), config=STATIC):
    """The search crop around a box, or around a place some crop pixels beside it."""
    center, size = center_and_size(box)
    extent = exemplar_extent(*size, config.context_amount)
    extent = search_extent(extent, config.exemplar_size, config.search_size)
    center = center - np.array(shift) * extent / config.search_size
    return crop_squares(frame, center, [extent], config.search_size, mean_color(frame))


def peak_offset(response):
    """Where a map is highest, from its middle, in cells ``(right, down)``."""
    row, column = np.unravel_index(response.argmax(), response.shape)
    middle = (len(response) - 1) / 2
    return column - middle, row - middle
