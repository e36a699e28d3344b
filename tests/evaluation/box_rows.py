"""Rows of results and truth: made by hand, or drawn by Hypothesis."""

import numpy as np
from hypothesis import strategies as st

from tracker.evaluation.policies import POLICIES

NAN = np.nan
LOST = (NAN, NAN, NAN, NAN)
BOX = (10, 10, 20, 20)
FAR = (500, 500, 20, 20)  # shares nothing with BOX, far more than 50 pixels away


def rows(*boxes):
    """Boxes as an array (N, 4)."""
    return np.array(boxes, dtype=float)


def moved(pixels):
    """BOX, so many pixels to the right."""
    return (10 + pixels, 10, 20, 20)


def pairs_of_boxes(number):
    """Results and truth of 1 to 12 frames."""
    box = st.tuples(number, number, number, number)
    pairs = st.lists(st.tuples(box, box), min_size=1, max_size=12)
    return pairs.map(lambda pairs: tuple(np.array(pairs, dtype=float).swapaxes(0, 1)))


whole_boxes = pairs_of_boxes(st.integers(1, 60))
any_boxes = pairs_of_boxes(st.floats(-99, 99) | st.just(NAN))
policies = st.sampled_from(list(POLICIES))
