"""Figures as files: the same bytes each time, whatever the user's own settings are."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib as mpl

from tracker.plotting import can_plot, new_figure, own_style, render

ROOT = Path(__file__).parents[1]


def falling_line(height=1.0):
    """A figure of one line, drawn in the project's style."""
    with own_style():
        figure = new_figure((3, 2))
        axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
        axes.plot([0, 1], [height, 0], color="#d55e00")
        axes.set(title="a title", xlabel="x", xlim=(0, 1), ylim=(0, 1))
    return figure


def pixels(png):
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


@pytest.fixture
def no_matplotlib(monkeypatch):
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)


def test_it_can_plot_where_matplotlib_is():
    assert can_plot()


def test_it_cannot_plot_without_matplotlib(no_matplotlib):
    assert not can_plot()


def test_a_figure_has_the_size_asked_for():
    assert new_figure((6, 4)).get_size_inches().tolist() == [6, 4]
    assert new_figure((6, 4)).get_layout_engine() is None
    assert new_figure((6, 4), layout="constrained").get_layout_engine() is not None


def test_a_png_has_150_pixels_an_inch_and_its_colours():
    image = pixels(render(falling_line(), "png"))
    rows, columns = np.nonzero((image == (0, 94, 213)).all(axis=2))  # BGR
    # The line goes from corner to corner of axes that are 0.7 * 3 by 0.7 * 2 inches.
    assert np.ptp(columns) == pytest.approx(0.7 * 3 * 150, abs=5)
    assert np.ptp(rows) == pytest.approx(0.7 * 2 * 150, abs=5)
    for edge in (image[:5], image[-5:], image[:, :5], image[:, -5:]):
        assert (edge == 255).all()


def test_an_svg_has_no_date():
    svg = render(falling_line(), "svg")
    assert svg.startswith(b"<?xml")
    assert b"<dc:date>" not in svg


def test_another_figure_makes_another_file():
    assert render(falling_line(1.0), "png") != render(falling_line(0.5), "png")


def test_the_own_style_holds_inside_the_block_only():
    before = dict(mpl.rcParams)
    with own_style():
        assert mpl.rcParams["font.size"] == 11
        assert not mpl.rcParams["axes.spines.top"]
    assert dict(mpl.rcParams) == before


def test_rendering_leaves_the_users_settings():
    before = dict(mpl.rcParams)
    render(falling_line(), "png")
    assert dict(mpl.rcParams) == before


def test_files_are_the_same_bytes_each_time(tmp_path):
    """Also in another process and under another ``matplotlibrc``."""
    code = (
        "import sys; from pathlib import Path; from tests.test_plotting import *\n"
        "for kind in ('png', 'svg'):\n"
        "    Path(sys.argv[1], kind).write_bytes(render(falling_line(), kind))"
    )
    (tmp_path / "matplotlibrc").write_text(
        "axes.linewidth: 9\nxtick.labelsize: 30\nfont.size: 20\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        check=True,
        env={"MATPLOTLIBRC": str(tmp_path), "PYTHONPATH": str(ROOT)},
    )
    for kind in ("png", "svg"):
        here = render(falling_line(), kind)
        assert here == render(falling_line(), kind)
        assert here == (tmp_path / kind).read_bytes()
