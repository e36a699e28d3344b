"""The picture of a log: a panel for each measure, a curve through the values that are known."""

import cv2
import numpy as np
import pytest

from tracker.plotting import can_plot
from tracker.training.curves import draw_curves

pytestmark = pytest.mark.skipif(not can_plot(), reason="Matplotlib is not installed")

LOG = """\
pairs,seconds,loss,validation
100,1,0.5,
200,2,0.4,0.25
300,3,nan,
400,4,0.2,0.75
"""


def drawn(tmp_path, text):
    (tmp_path / "log.csv").write_text(text)
    draw_curves(tmp_path / "log.csv", tmp_path / "curves.png")
    return cv2.imread(str(tmp_path / "curves.png"))


def curve_pixels(picture):
    """Rows of the pixels in the colour of the curves, #0072b2."""
    return np.nonzero((np.abs(picture.astype(int) - (0xB2, 0x72, 0x00)) < 8).all(axis=2))[0]


def test_each_measure_has_a_panel_with_a_curve(tmp_path):
    picture = drawn(tmp_path, LOG)
    height = len(picture)
    rows = curve_pixels(picture)  # loss above, validation below
    assert (rows < height / 2).sum() > 100
    assert (rows > height / 2).sum() > 100


def test_a_log_without_rows_is_an_empty_panel(tmp_path):
    picture = drawn(tmp_path, "")
    assert len(curve_pixels(picture)) == 0
    assert len(picture) == pytest.approx(len(drawn(tmp_path, LOG)) / 2, rel=0.1)
