"""Success and precision plots: curves, legends, and what tells trackers apart."""

import warnings
from itertools import pairwise

import cv2
import numpy as np
import pytest

from tests.evaluation.hand_made import entry

pytest.importorskip("matplotlib")

from tracker.evaluation.entry import Entry
from tracker.evaluation.metrics import SequenceScore
from tracker.evaluation.plots import precision_figure, success_figure
from tracker.plotting import render


def curved(name, success, precision):
    """Success falls from ``success``, precision rises to ``precision``."""
    rising = np.linspace(0, precision, 51)
    falling = np.linspace(success, 0, 21)
    return Entry(name, {"s": SequenceScore(falling, rising, rising, 10)})


A = curved("a", success=0.8, precision=0.5)  # AUC 0.4, precision 0.2 at 20 pixels
B = curved("b", success=0.6, precision=1.0)  # AUC 0.3, precision 0.4


def legend(figure):
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def looks(figure):
    """Colour and dashes of each line by the name in the legend."""
    handles = figure.axes[0].get_legend().legend_handles
    names = [text.split(" [")[0] for text in legend(figure)]
    return {
        name: (handle.get_color(), str(handle._unscaled_dash_pattern))
        for name, handle in zip(names, handles, strict=True)
    }


def pixels(png):
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


def test_success_plot():
    figure = success_figure([B, A, Entry("none", {})])
    axes = figure.axes[0]
    assert legend(figure) == ["a [0.400]", "b [0.300]"]
    assert axes.get_legend().get_title().get_text() == "tracker [AUC]"
    assert axes.get_xlabel() == "overlap threshold"
    for line, top in zip(axes.lines, (0.8, 0.6), strict=True):
        np.testing.assert_allclose(line.get_xdata(), np.arange(21) / 20)
        np.testing.assert_allclose(line.get_ydata(), np.linspace(top, 0, 21))


def test_precision_plot_is_ranked_by_its_own_measure():
    figure = precision_figure([A, B])
    axes = figure.axes[0]
    assert legend(figure) == ["b [0.400]", "a [0.200]"]
    assert axes.get_xlabel() == "location error threshold (pixels)"
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), np.arange(51))
    np.testing.assert_allclose(axes.lines[0].get_ydata(), np.linspace(0, 1, 51))


def test_a_tracker_looks_the_same_in_both_plots():
    success, precision = looks(success_figure([A, B])), looks(precision_figure([A, B]))
    assert success == precision
    assert success["a"] != success["b"]


def test_many_trackers_look_different():
    entries = [entry(f"tracker {i}", s=0.9 - i / 30) for i in range(28)]
    styles = looks(success_figure(entries))
    assert len(set(styles.values())) == 28
    dozen = list(styles.values())[:12]
    assert len({dashes for _, dashes in dozen}) == 4
    assert all(above[0] != below[0] for above, below in pairwise(dozen))


@pytest.mark.parametrize("count", [0, 1, 12])
def test_the_picture_has_the_plot_and_the_whole_legend(count):
    entries = [entry(f"tracker {i} ".ljust(30, "x"), s=0.9 - i / 30) for i in range(count)]
    image = pixels(render(success_figure(entries), "png"))
    height, width = image.shape[:2]
    assert 700 < height < 850
    assert width > (1250 if count else 900)
    for edge in (image[:5], image[-5:], image[:, :5], image[:, -5:]):
        assert (edge == 255).all()  # nothing is cut off
    first_color = (image == (0, 94, 213)).all(axis=2)  # BGR
    assert first_color.any() == (count > 0)


def test_odd_names_are_shown_as_they_are():
    names = ["_hidden", "$x^2$", "a_{b}", "\\alpha $", "two\nlines", "Ünï", "w" * 90, "bad\udcff"]
    entries = [entry(name, s=0.9 - i / 20) for i, name in enumerate(names)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = success_figure(entries)
        render(figure, "png")
        svg = render(figure, "svg")
    shown = [text.rsplit(" [", 1)[0] for text in legend(figure)]
    assert shown[:6] == ["_hidden", "$x^2$", "a_{b}", "\\alpha $", "two lines", "Ünï"]
    assert shown[6] == "w" * 19 + "…" + "w" * 19
    assert b"_hidden [0.900]" in svg
    texts = figure.axes[0].get_legend().get_texts()
    assert not any(text.get_parse_math() for text in texts)


def test_the_same_scores_make_the_same_files():
    for kind in ("png", "svg"):
        assert render(precision_figure([A, B]), kind) == render(precision_figure([A, B]), kind)


def test_other_scores_make_another_picture():
    assert render(success_figure([A]), "png") != render(success_figure([B]), "png")
