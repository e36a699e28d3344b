"""Figures in the project's own style, as PNG and SVG.

Matplotlib is loaded when the first figure is drawn; ``pip install tracker[bench]`` brings it. The
settings of the user's own ``matplotlibrc`` have no effect, and the same figure gives the same bytes
with the same version of Matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MISSING = "plots need matplotlib, which is not installed: pip install tracker[bench]"
"""The sentence to show where ``can_plot`` says no."""

_STYLE = {
    "font.family": ["DejaVu Sans"],  # comes with Matplotlib
    "font.size": 11,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "svg.hashsalt": "tracker",  # names inside the file come from it, at random otherwise
    "path.simplify": False,
}
_DOTS_PER_INCH = 150


def can_plot() -> bool:
    """Whether Matplotlib is installed and can be loaded."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        return False
    return True


def render(figure: Figure, kind: str) -> bytes:
    """The file of a figure; ``kind`` is ``"png"`` or ``"svg"``."""
    buffer = BytesIO()
    with own_style():
        figure.savefig(
            buffer,
            format=kind,
            dpi=_DOTS_PER_INCH,
            bbox_inches="tight",  # makes room for a legend of any size
            pad_inches=0.15,
            metadata={"Date": None} if kind == "svg" else None,
        )
    return buffer.getvalue()


@contextmanager
def own_style() -> Iterator[None]:
    import matplotlib.style

    with matplotlib.style.context(["default", _STYLE]):
        yield
