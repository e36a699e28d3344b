"""Plot scores over time as SVG, which is sharp at any size and needs no library."""

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from tracker_demo.curve import ScoreCurve
from tracker_demo.pictures import COLORS

_WIDTH, _HEIGHT = 420, 170  # about a phone's width, so that the text is readable there
_LEFT, _RIGHT, _TOP, _BOTTOM = 28, 6, 8, 24  # margins


class Thresholds(NamedTuple):
    """The settings ``tracking_score`` and ``lost_score`` of a model."""

    tracking: float
    lost: float


def score_plot(curves: Sequence[ScoreCurve], thresholds: Thresholds) -> str:
    """Plot the score of each object over time and mark the spans in which one was lost.

    Args:
        curves: one per object, none empty.
        thresholds: drawn as lines.

    Returns:
        An ``<svg>`` element.
    """
    begin_s = min(curve.points[0].time_s for curve in curves)
    end_s = max(curve.end_s for curve in curves)
    span = max(end_s - begin_s, 1e-3)

    def x(time_s: float) -> float:
        return _LEFT + (time_s - begin_s) / span * (_WIDTH - _LEFT - _RIGHT)

    def y(score: float) -> float:
        return _TOP + (1 - score) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [_grid(x, y, begin_s, begin_s + span, thresholds)]
    for curve in curves:
        for begin, end in curve.lost_spans():
            width = max(x(end) - x(begin), 2)
            parts.append(
                f'<rect class="lost" x="{x(begin):.1f}" y="{_TOP}" width="{width:.1f}" '
                f'height="{_HEIGHT - _TOP - _BOTTOM}"/>'
            )
    for number, curve in enumerate(curves):
        points = " ".join(f"{x(p.time_s):.1f},{y(p.score):.1f}" for p in curve.points)
        parts.append(f'<polyline points="{points}" stroke="{COLORS[number % len(COLORS)]}"/>')
    label = escape(describe(curves), quote=True)
    return (
        f'<svg class="score-plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{label}">{"".join(parts)}</svg>'
    )


def legend(curves: Sequence[ScoreCurve]) -> str:
    """Return the legend of the lines and the marked spans, as HTML."""
    items = [
        f'<span><i style="background:{COLORS[number % len(COLORS)]}"></i>object {number + 1}</span>'
        for number in range(len(curves))
    ]
    if any(any(curve.lost_spans()) for curve in curves):
        items.append('<span><i class="lost"></i>lost</span>')
    return f'<div class="legend">{"".join(items)}</div>'


def describe(curves: Sequence[ScoreCurve]) -> str:
    """Return the plot in words, for screen readers."""
    sentences = []
    for number, curve in enumerate(curves, start=1):
        spans = [f"{begin:.1f} to {end:.1f} s" for begin, end in curve.lost_spans()]
        when = f"lost from {', '.join(spans)}" if spans else "never lost"
        lowest = min((point.score for point in curve.points), default=0)
        sentences.append(f"Object {number}: lowest score {lowest:.2f}, {when}.")
    return "Score over time. " + " ".join(sentences)


def _grid(
    x: Callable[[float], float],
    y: Callable[[float], float],
    begin_s: float,
    end_s: float,
    thresholds: Thresholds,
) -> str:
    """Return the lines and labels of the axes.

    Args:
        x: maps seconds to a place in the plot.
        y: maps a score to a place in the plot.
        begin_s, end_s: the time at the left and right end.
        thresholds: drawn as lines.
    """
    lines = []
    for score in (0, thresholds.lost, thresholds.tracking, 1):
        kind = "frame" if score in (0, 1) else "threshold"
        lines.append(
            f'<line class="{kind}" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" '
            f'y1="{y(score):.1f}" y2="{y(score):.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y(score) + 4:.1f}" text-anchor="end">{score:g}</text>'
        )
    step = _step((end_s - begin_s) / 6)
    tick = -(-begin_s // step) * step
    while tick <= end_s + 1e-9:
        lines.append(
            f'<text x="{x(tick):.1f}" y="{_HEIGHT - 7}" text-anchor="middle">{tick:g} s</text>'
        )
        tick = round(tick + step, 6)
    return "".join(lines)


def _step(seconds: float) -> float:
    """Return the next larger step that is 1, 2 or 5 times a power of ten."""
    power = 0.01
    while True:
        for factor in (1, 2, 5):
            if factor * power >= seconds:
                return factor * power
        power *= 10
