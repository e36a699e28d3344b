"""List the runs of a protocol: one (OPE), from 20 start frames (TRE), or from 12 boxes (SRE).

One-pass evaluation (OPE) runs a sequence once, temporal robustness evaluation (TRE) from each of
20 frames to the end, spatial robustness evaluation (SRE) from 12 shifted or scaled first boxes.
Wu, Lim, Yang: "Object Tracking Benchmark", PAMI 2015. The rules are those of its MATLAB toolkit
(``splitSeqTRE`` and ``shiftInitBB``), including its oddities.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from tracker.boxes import Box
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError
from tracker.evaluation.policies import all_positive, box_rows
from tracker.frames import frame_size

ProtocolName = Literal["ope", "tre", "sre"]

PROTOCOLS: tuple[ProtocolName, ...] = get_args(ProtocolName)
SEGMENTS = 20  # runs per sequence in TRE
SHORTEST_SEGMENT = 20  # frames that a TRE run has at least


@dataclass(frozen=True, eq=False)
class Run:
    """One run of a tracker from a start frame to the end of a sequence.

    Attributes:
        name: the name of the result file: the sequence's name, followed in TRE by the number and
            in SRE by the kind of the start.
        sequence: the frames from the start frame on.
        box: the box that the tracker is started with.
    """

    name: str
    sequence: Sequence
    box: Box


def runs_of(sequence: Sequence, protocol: ProtocolName = "ope") -> list[Run]:
    """Return the runs that a protocol asks for on a sequence.

    No run contains the frames that the published protocol skips at the start.

    Raises:
        DatasetError: there is no frame to start from; for "sre", there are no pictures.
        ValueError: there is no such protocol.
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
    """Return the true box of the first frame."""
    x, y, w, h = sequence.boxes[0].tolist()
    return (x, y, w, h)


def tre_starts(truth: ArrayLike, omitted: Iterable[int] = ()) -> list[int]:
    """Return the rows at which the runs of TRE start; each run lasts to the end of the sequence.

    A run may start where the truth is valid, the frame is not omitted and 20 frames are left.
    If there are E such rows, the starts are number ``k * E // 19`` of them for k = 0 .. 18, and
    the last.

    Args:
        truth: ``(N, 4)`` boxes of the ground truth.
        omitted: rows at which no run may start, from the toolkit's ``initOmit`` lists (Tiger1:
            the first five).

    Returns:
        20 rows in rising order, 0-based. OPE and SRE start at the first of them. If E is below
        19, there are fewer starts, and some of them occur twice.

    Raises:
        DatasetError: there is no row at which a run may start.
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
    """Return the 12 boxes that SRE starts from, by the toolkit's names and in its order.

    Four boxes are shifted by a tenth of the width or height, rounded up. Four are enlarged: one
    corner is moved out by a tenth of the width and height. Four have 0.8, 0.9, 1.1 and 1.2 times
    the size around the same centre. Moved corners and scaled boxes are rounded to whole pixels. A
    box that starts outside the frame is moved in, one that ends outside is cut.

    Args:
        box: ``(x, y, w, h)`` of the ground truth in pixels.
        frame_size: ``(width, height)`` of the frame in pixels.
    """
    # 1-based, as in the toolkit: rounding in 0-based coordinates would give other pixels.
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
    """Move the end (direction 1) or the start (-1) of an interval out by a tenth of its length."""
    end = start + length - 1
    if direction > 0:
        end = _round(end + 0.1 * length)
    else:
        start = _round(start - 0.1 * length)
    return start, end - start + 1


def _fit(box: Box, frame_size: tuple[int, int]) -> Box:
    """Move and cut a 1-based box to fit the frame, and return it 0-based."""
    x, y = max(box[0] - 1, 0), max(box[1] - 1, 0)
    width, height = frame_size
    return float(x), float(y), float(min(box[2], width - x)), float(min(box[3], height - y))


def _round(value: float) -> float:
    """Round as MATLAB does: halves away from zero."""
    return math.copysign(math.floor(abs(value) + 0.5), value)
