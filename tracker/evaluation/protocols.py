"""What to run on a sequence: once (OPE), from 20 frames (TRE), or from 12 moved boxes (SRE).

Wu, Lim, Yang: "Object Tracking Benchmark", PAMI 2015. Temporal robustness (TRE) starts the
tracker at 20 frames of a sequence, spatial robustness (SRE) at its first frame from 12 boxes that
are shifted or scaled. The rules are those of the MATLAB toolkit, ``splitSeqTRE`` and
``shiftInitBB``, oddities included.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tracker.boxes import Box
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError
from tracker.evaluation.policies import all_positive, box_rows
from tracker.frames import frame_size

PROTOCOLS = ("ope", "tre", "sre")
SEGMENTS = 20
SHORTEST_SEGMENT = 20  # frames


@dataclass(frozen=True, eq=False)
class Run:
    """One start of a tracker: the frames from the start on, and the box that it is given."""

    name: str  # of its result file: the sequence's, with the number or kind of the start
    sequence: Sequence
    box: Box


def runs_of(sequence: Sequence, protocol: str = "ope") -> list[Run]:
    """The runs that a protocol asks for on a sequence.

    Frames that the published protocol leaves out at the start are left out here.

    Raises:
        DatasetError: no frame to start from; for "sre", no pictures.
        ValueError: another protocol.
    """
    if protocol == "ope":
        part = sequence.part(sequence.skipped)
        return [Run(sequence.name, part, _first_box(part))]
    if protocol == "tre":
        starts = tre_starts(sequence.boxes, omitted=range(sequence.skipped))
        parts = [sequence.part(start) for start in starts]
        return [
            Run(f"{sequence.name}.{number}", part, _first_box(part))
            for number, part in enumerate(parts, start=1)
        ]
    if protocol == "sre":
        part = sequence.part(sequence.skipped)
        moved = sre_boxes(_first_box(part), frame_size(part.read_frame(0)))
        return [Run(f"{sequence.name}.{kind}", part, box) for kind, box in moved.items()]
    raise ValueError(f"expected a protocol out of {', '.join(PROTOCOLS)}; got {protocol!r}")


def _first_box(sequence: Sequence) -> Box:
    x, y, w, h = sequence.boxes[0].tolist()
    return (x, y, w, h)


def tre_starts(truth: ArrayLike, omitted: Iterable[int] = ()) -> list[int]:
    """Rows at which the runs of TRE start; each run goes on to the end of the sequence.

    A run may start where the truth is valid, the frame is not omitted and 20 frames are left.
    Of those E rows the starts are number ``k * E // 19`` for k = 0 .. 18, and the last.

    Args:
        truth: ``(N, 4)`` boxes of the ground truth.
        omitted: rows at which no run may start, from the toolkit's ``initOmit`` lists (Tiger1:
            the first five).

    Returns:
        20 rising rows, 0-based. The first is where one-pass evaluation and SRE start too. Fewer
        than 19 rows to choose from give fewer starts, some of them twice.

    Raises:
        DatasetError: no row at which a run may start.
    """
    truth = box_rows(truth)
    allowed = all_positive(truth) & ~np.isin(np.arange(len(truth)), list(omitted))
    rows = np.flatnonzero(allowed[: max(len(truth) - SHORTEST_SEGMENT + 1, 0)]).tolist()
    if not rows:
        raise DatasetError(
            f"expected a valid row of ground truth with {SHORTEST_SEGMENT} frames left; "
            f"got none in {len(truth)} rows"
        )
    steps = SEGMENTS - 1
    evenly = (
        k * len(rows) // steps for k in range(steps) if k * len(rows) <= steps * (len(rows) - 1)
    )
    return [rows[index] for index in evenly] + [rows[-1]]


def sre_boxes(box: Box, frame_size: tuple[int, int]) -> dict[str, Box]:
    """The 12 boxes that SRE starts from, by the toolkit's names and in its order.

    Four boxes are shifted by a tenth of the width or height, rounded up; in four one corner is
    moved out by a tenth of each, which makes them larger; four have 0.8, 0.9, 1.1 and 1.2 times
    the size around the same centre. Moved corners and scaled boxes are rounded to whole pixels. A
    box that starts outside the frame is moved in, one that ends outside is cut.

    Args:
        box: ``(x, y, w, h)`` of the ground truth in pixels.
        frame_size: ``(width, height)`` of the frame in pixels.
    """
    # The toolkit rounds 1-based coordinates, so that is what the arithmetic must be done in.
    x, y, w, h = box[0] + 1, box[1] + 1, box[2], box[3]

    def shifted(right: int, down: int) -> Box:
        return x + right * math.ceil(0.1 * w), y + down * math.ceil(0.1 * h), w, h

    def stretched(right: int, down: int) -> Box:
        left, width = _move_corner(x, w, right)
        top, height = _move_corner(y, h, down)
        return left, top, width, height

    def scaled(ratio: float) -> Box:
        width, height = ratio * w, ratio * h
        left, top = x + w / 2 - width / 2, y + h / 2 - height / 2
        return _round(left), _round(top), _round(width), _round(height)

    boxes = {
        "left": shifted(-1, 0),
        "right": shifted(1, 0),
        "up": shifted(0, -1),
        "down": shifted(0, 1),
        "topLeft": stretched(-1, -1),
        "topRight": stretched(1, -1),
        "bottomLeft": stretched(-1, 1),
        "bottomRight": stretched(1, 1),
        "scale_8": scaled(0.8),
        "scale_9": scaled(0.9),
        "scale_11": scaled(1.1),
        "scale_12": scaled(1.2),
    }
    return {name: _fit(box, frame_size) for name, box in boxes.items()}


def _move_corner(start: float, length: float, direction: int) -> tuple[float, float]:
    """Move the end of an interval (direction 1) or its start (-1) out by a tenth."""
    end = start + length - 1
    if direction > 0:
        end = _round(end + 0.1 * length)
    else:
        start = _round(start - 0.1 * length)
    return start, end - start + 1


def _fit(box: Box, frame_size: tuple[int, int]) -> Box:
    """Move and cut a 1-based box to fit the frame; the result is 0-based."""
    x, y = max(box[0] - 1, 0), max(box[1] - 1, 0)
    width, height = frame_size
    return float(x), float(y), float(min(box[2], width - x)), float(min(box[3], height - y))


def _round(value: float) -> float:
    """MATLAB's round: halves go away from zero."""
    return math.copysign(math.floor(abs(value) + 0.5), value)
