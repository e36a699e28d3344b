"""Make figures in the project's own style and turn them into PNG or SVG files.

The only module that imports Matplotlib, which ``pip install tracker[bench]`` brings. It is loaded
when the first figure is made. A figure drawn inside ``own_style`` does not depend on the user's
``matplotlibrc``, and gives the same bytes each time with the same version of Matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Figure

PlotFormat = Literal["png", "svg"]

MISSING = "plots need matplotlib, which is not installed: pip install tracker[bench]"
"""The message to show where ``can_plot`` returns False."""

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
    "svg.hashsalt": "tracker",  # seeds the element names in the file, which are random otherwise
    "path.simplify": False,
}
_DOTS_PER_INCH = 150


def can_plot() -> bool:
    """Return whether Matplotlib is installed and can be loaded."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        return False
    return True


def new_figure(size: tuple[float, float], layout: Literal["constrained"] | None = None) -> Figure:
    """Make an empty figure.

    Args:
        size: ``(width, height)`` in inches.
        layout: ``"constrained"`` lets Matplotlib arrange the axes; None leaves it to the caller.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout=layout)


def render(figure: Figure, kind: PlotFormat) -> bytes:
    """Return a figure as the bytes of a PNG or SVG file."""
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
    """Use the project's style for what is drawn inside the ``with`` block."""
    import matplotlib.style

    with matplotlib.style.context(["default", _STYLE]):
        yield
