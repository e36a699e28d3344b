"""The plot of scores over time, as SVG: sharp at any size, and no library to load."""

from collections.abc import Sequence
from html import escape

from tracker_demo.curve import ScoreCurve
from tracker_demo.pictures import COLORS

_WIDTH, _HEIGHT = 420, 170  # at the size of a phone's screen, so that its text can be read there
_LEFT, _RIGHT, _TOP, _BOTTOM = 28, 6, 8, 24  # margins


def score_plot(curves: Sequence[ScoreCurve], tracking: float, lost: float) -> str:
    """Score over time of each object; the spans in which one was lost are marked.

    Args:
        curves: one per object, none empty.
        tracking, lost: the scores that divide the states.

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

    parts = [_grid(x, y, begin_s, begin_s + span, tracking, lost)]
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
    """What the lines and the marked spans are."""
    items = [
        f'<span><i style="background:{COLORS[number % len(COLORS)]}"></i>object {number + 1}</span>'
        for number in range(len(curves))
    ]
    if any(any(curve.lost_spans()) for curve in curves):
        items.append('<span><i class="lost"></i>lost</span>')
    return f'<div class="legend">{"".join(items)}</div>'


def describe(curves: Sequence[ScoreCurve]) -> str:
    """The plot in words, for those who cannot see it."""
    said = []
    for number, curve in enumerate(curves, start=1):
        spans = [f"{begin:.1f} to {end:.1f} s" for begin, end in curve.lost_spans()]
        when = f"lost from {', '.join(spans)}" if spans else "never lost"
        lowest = min((point.score for point in curve.points), default=0)
        said.append(f"Object {number}: lowest score {lowest:.2f}, {when}.")
    return "Score over time. " + " ".join(said)


def _grid(x, y, begin_s: float, end_s: float, tracking: float, lost: float) -> str:
    lines = []
    for score in (0, lost, tracking, 1):
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
    """The next larger step of 1, 2 or 5 times a power of ten."""
    power = 0.01
    while True:
        for factor in (1, 2, 5):
            if factor * power >= seconds:
                return factor * power
        power *= 10
