"""The plot of scores as SVG: lines, marks, and the same in words."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tests.demo.curves import curve_of
from tracker_demo.pictures import COLORS
from tracker_demo.plots import Thresholds, describe, legend, score_plot

THRESHOLDS = Thresholds(tracking=0.5, lost=0.2)


def test_the_plot_is_what_the_scores_are():
    curves = [curve_of([1, 0.5, 0.0, 1]), curve_of([1, 1, 1, 1])]
    svg = ET.fromstring(score_plot(curves, THRESHOLDS))
    lines = svg.findall("polyline")
    assert [line.get("stroke") for line in lines] == list(COLORS[:2])
    points = np.array([list(map(float, p.split(","))) for p in lines[0].get("points").split()])
    assert (np.diff(points[:, 0]) > 0).all()
    heights = points[:, 1]
    assert heights[0] == heights[3] == pytest.approx(heights[2] - 2 * (heights[2] - heights[1]))
    (lost,) = svg.findall("rect")
    assert float(lost.get("x")) == points[2, 0]
    assert "Object 1: lowest score 0.00, lost from 0.1 to 0.1 s." in describe(curves)
    assert "Object 2: lowest score 1.00, never lost." in svg.get("aria-label")
    assert legend(curves).count("object") == 2


def test_the_thresholds_are_lines_with_their_values():
    svg = ET.fromstring(score_plot([curve_of([1, 0])], THRESHOLDS))
    labels = svg.findall("text")[:4]  # the others are times
    lines = {label.text: line for label, line in zip(labels, svg.findall("line"), strict=True)}
    heights = [float(lines[score].get("y1")) for score in ("0", "0.2", "0.5", "1")]
    # Scores are heights: 0.2 lies two fifths of the way from 0 to 0.5.
    assert (heights[0] - heights[1]) / (heights[0] - heights[2]) == pytest.approx(0.4, abs=0.01)
    assert heights[2] == pytest.approx((heights[0] + heights[3]) / 2, abs=0.1)
    assert [lines[score].get("class") for score in ("0", "0.2", "0.5", "1")] == [
        "frame",
        "threshold",
        "threshold",
        "frame",
    ]


@pytest.mark.parametrize(
    ("frames", "ticks"),
    [
        (26, ["0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1 s"]),
        (1501, ["0 s", "10 s", "20 s", "30 s", "40 s", "50 s", "60 s"]),
    ],
)
def test_the_times_have_round_steps(frames, ticks):
    svg = ET.fromstring(score_plot([curve_of([1.0] * frames)], THRESHOLDS))
    assert [text.text for text in svg.findall("text")][4:] == ticks


def test_one_frame_can_be_plotted():
    svg = ET.fromstring(score_plot([curve_of([1])], THRESHOLDS))
    assert len(svg.find("polyline").get("points").split()) == 1
