"""What to run on a sequence: once (OPE), from 20 frames (TRE), or from 12 moved boxes (SRE)."""

from dataclasses import dataclass

from tracker.boxes import Box
from tracker.datasets.sequence import Sequence
from tracker.evaluation.robustness import sre_boxes, tre_starts
from tracker.frames import frame_size

PROTOCOLS = ("ope", "tre", "sre")


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
