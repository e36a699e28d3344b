"""Write the page of worst moments: pictures of where a tracker lost its target."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.boxes import overlap
from tracker.datasets.sequence import Sequence, has_area, shorten
from tracker.errors import TrackerError
from tracker.evaluation.entry import Entry, ranked
from tracker.evaluation.files import write_atomically
from tracker.evaluation.moment_pictures import Moment, moment_picture
from tracker.evaluation.tables import escape

MISS = 0.2
"""Overlap below which a result has missed the target."""

SHOWN = 5
"""How many sequences the page shows."""

PAGE, FOLDER = "worst.md", "worst"


@dataclass(frozen=True)
class Miss:
    """A stretch of frames whose results miss the target; frames count from 0.

    Attributes:
        start, middle, end: the first, middle and last frame.
        frames: how many frames from start to end have a known truth.
        start_overlap, middle_overlap: the overlaps in those frames.
    """

    start: int
    middle: int
    end: int
    frames: int
    start_overlap: float
    middle_overlap: float


class _Section(NamedTuple):
    """A part of the page: its paragraphs, and the picture files that they show."""

    paragraphs: list[str]
    pictures: list[Path]


def longest_miss(results: ArrayLike, sequence: Sequence) -> Miss | None:
    """Find the longest stretch of frames with an overlap below 0.2, the first if several tie.

    Frames in which the target is absent or its box unknown are ignored, and so are those that the
    protocol skips at the start: they neither count as missed nor end a stretch. A result of NaN is
    a miss.

    Args:
        results: ``(n, 4)`` boxes, row ``i`` for frame ``i`` of the sequence; rows may be missing
            at the end.
        sequence: the sequence with its truth.

    Returns:
        The stretch; None if there is no such frame.
    """
    results = np.asarray(results, dtype=np.float64)[: len(sequence)]
    truth = sequence.boxes[: len(results)]
    known = np.flatnonzero(sequence.visible[: len(results)] & has_area(truth))
    known = known[known >= sequence.skipped]
    overlaps = np.nan_to_num(overlap(results[known], truth[known]))
    # +1 where a stretch begins, -1 after its end.
    steps = np.diff(np.concatenate([[False], overlaps < MISS, [False]]).astype(int))
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    if not begins.size:
        return None
    longest = np.argmax(ends - begins)
    begin, end = int(begins[longest]), int(ends[longest])
    middle = (begin + end - 1) // 2
    return Miss(
        start=int(known[begin]),
        middle=int(known[middle]),
        end=int(known[end - 1]),
        frames=end - begin,
        start_overlap=float(overlaps[begin]),
        middle_overlap=float(overlaps[middle]),
    )


def write_worst(
    directory: Path, entries: Iterable[Entry], sequences: Iterable[Sequence]
) -> list[Path]:
    """Write ``worst.md`` and its pictures: the five worst sequences of the best tracker.

    The best tracker is the one with the highest success AUC among those that have result boxes for
    a sequence with pictures. A tracker that was run here comes before results made elsewhere. If
    there is nothing to show, the page says why.

    Returns:
        The files written, the page first.

    Raises:
        OutputError: a file cannot be written.
    """
    sequences = list(sequences)
    for entry in sorted(ranked(entries), key=lambda each: not each.seconds):
        tried = [
            each
            for each in sequences
            if each.name in entry.scores and len(entry.boxes.get(each.name, ()))
        ]
        if any(each.has_frames for each in tried):
            paragraphs, pictures = _moments(directory, entry, tried)
            paragraphs.insert(0, _introduction(entry))
            break
    else:
        pictures = []
        paragraphs = [
            "Nothing to show: there is no finished sequence with both its pictures and one "
            "result box per frame."
        ]
    page = write_atomically(directory / PAGE, "\n\n".join(["# Worst moments", *paragraphs]) + "\n")
    for number in range(len(pictures) + 1, SHOWN + 1):  # left by an earlier report
        (directory / FOLDER / f"{number}.jpg").unlink(missing_ok=True)
    return [page, *pictures]


def _introduction(entry: Entry) -> str:
    """Return the first paragraph, which says what the pictures show."""
    return (
        f"Where **{escape(entry.name)}** loses its target: the longest run of frames with an "
        f"overlap below {MISS}, its first frame on the left and its middle on the right, in the "
        f"{SHOWN} sequences with the lowest success AUC that have such a run. Yellow is the truth, "
        "red the result; frames count from 0."
    )


def _moments(directory: Path, entry: Entry, sequences: list[Sequence]) -> _Section:
    """Write the pictures of a tracker's worst sequences and return the text around them."""
    seen = [each for each in sequences if each.has_frames]
    seen.sort(key=lambda each: entry.scores[each.name].success_auc)
    missed = [
        (each, miss)
        for each in seen
        if (miss := longest_miss(entry.boxes[each.name], each)) is not None
    ]
    paragraphs: list[str] = []
    pictures: list[Path] = []
    for sequence, miss in missed[:SHOWN]:
        auc = entry.scores[sequence.name].success_auc
        line = (
            f"**{escape(sequence.name)}**, AUC {auc:.3f}: below {MISS} from frame {miss.start} to "
            f"{miss.end} of {len(sequence)} ({miss.frames} {_plural(miss.frames, 'frame')})."
        )
        try:
            picture = _picture(sequence, entry.boxes[sequence.name], miss)
        except TrackerError as error:
            paragraphs.append(f"{line} There is no picture: {escape(str(error))}.")
            continue
        path = directory / FOLDER / f"{len(pictures) + 1}.jpg"
        pictures.append(write_atomically(path, picture))
        paragraphs += [line, f"![{escape(sequence.name)}]({FOLDER}/{path.name})"]
    if not paragraphs:
        paragraphs.append(f"Nothing to show: no overlap is below {MISS}.")
    if hidden := [each.name for each in sequences if not each.has_frames]:
        paragraphs.append(
            f"{len(hidden)} {_plural(len(hidden), 'sequence')} left out, without pictures here: "
            f"{escape(shorten(hidden))}."
        )
    return _Section(paragraphs, pictures)


def _plural(count: int, noun: str) -> str:
    """Return the noun, with an "s" unless the count is 1."""
    return noun if count == 1 else f"{noun}s"


def _picture(sequence: Sequence, boxes: NDArray[np.float64], miss: Miss) -> bytes:
    """Draw the first and the middle frame of a miss; only one if they are the same."""
    moments = {miss.start: miss.start_overlap, miss.middle: miss.middle_overlap}
    return moment_picture(
        [
            Moment(
                sequence.read_frame(frame),
                sequence.boxes[frame],
                boxes[frame],
                f"{sequence.name}  frame {frame}  overlap {value:.2f}",
            )
            for frame, value in moments.items()
        ]
    )
