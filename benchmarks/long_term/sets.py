"""Make the two sets of the long-term benchmark from clips and stills.

The report set uses the clips of OTB and the stills of some groups of the training pictures; the
development set, on which settings are chosen, uses training clips and the stills of other groups.
No picture is in both.
"""

from collections.abc import Iterable, Iterator
from itertools import cycle, islice, zip_longest
from pathlib import Path
from typing import TypeVar

import numpy as np

from tracker.datasets.otb import load_otb
from tracker.datasets.sequence import Sequence
from tracker.frames import Frame, frame_size
from tracker.synthetic.composited import Composite, Footage, cut, leave, occlusion, still
from tracker.synthetic.composited.composite import Disappearance
from tracker.training.annotations import Annotation, PictureGroup, read_picture_groups
from tracker.video.pictures import read_image

T = TypeVar("T")
KINDS: tuple[Disappearance, ...] = ("cut", "leave", "occlusion", "still")

# Groups of stills with tight boxes around a single object each.
REPORT_STILLS = (
    "animals_hu",
    "cars_trucks",
    "coco128",
    "deerguard",
    "fruits_veg",
    "kangaroo",
    "pedestrian_lschen",
    "rabbit",
    "retail",
    "ships",
)
DEVELOPMENT_STILLS = (
    "bottle",
    "catdog",
    "cone_cube",
    "drones_pika",
    "garbage",
    "human_seg",
    "military",
    "playing_cards",
    "raccoon",
    "rubik",
)
DEVELOPMENT_CLIPS = ("davis2016_val", "tinytlp", "tld_pedestrians", "uavdt")

HIDDEN_AT_TIMES = ("bmx-trees", "drift-chicane", "libby")  # clips: by trees, smoke and poles

# Parts of OTB sequences with the object in full view; elsewhere it has a box though it is hidden.
CLEAR_PARTS = {"Girl": (0, 420), "Jogging-1": (100, None), "Jogging-2": (70, None)}

FEWEST_BOXES = 12  # least length of a training clip
SMALLEST_IN_CLIP = 16  # least mean of a box's two sides in a training clip, pixels
DEVELOPMENT_HOLD = 4  # frames per picture: every 4th to 8th frame of these clips was kept
SMALLEST_SIDE = 40  # least side of a still's object, pixels
LARGEST_SHARE = 0.6  # greatest side of a still's object, relative to its picture


def report_set(otb: Path, train: Path, per_kind: int = 10) -> list[Composite]:
    """Make sequences from OTB and from stills, ``per_kind`` of each kind."""
    clips = [clip.part(*CLEAR_PARTS.get(clip.name, (0,))) for clip in load_otb(otb)]
    footage = [Footage(clip) for clip in clips]
    return _composites(footage, read_picture_groups(train), REPORT_STILLS, 0, per_kind)


def development_set(train: Path, per_kind: int = 6) -> list[Composite]:
    """Make sequences from training clips and other stills, ``per_kind`` of each kind."""
    picture_groups = read_picture_groups(train)
    groups = [
        [_clip(*item) for item in enumerate(group.tracks) if _is_followable(item[1])]
        for group in picture_groups
        if group.name.removeprefix("videos/") in DEVELOPMENT_CLIPS
    ]
    footage = [Footage(clip, DEVELOPMENT_HOLD) for clip in in_turn(groups)]
    return _composites(footage, picture_groups, DEVELOPMENT_STILLS, 1, per_kind)


def _composites(
    footage: list[Footage],
    picture_groups: list[PictureGroup],
    groups: tuple[str, ...],
    seed: int,
    per_kind: int,
) -> list[Composite]:
    """Make ``per_kind`` sequences of each kind; seeds 0 and 1 use different backdrops."""
    pictures = unlabelled(picture_groups, seed)
    made = []
    for number, kind in enumerate(KINDS):
        rng = np.random.default_rng([seed, number])
        subjects: Iterable[Footage | Annotation]
        if kind == "still":
            subjects = islice(in_turn(objects_by_group(picture_groups, groups)), per_kind)
        else:  # each kind starts at a different clip, so that few are shared
            first = number * len(footage) // 3
            subjects = islice(cycle(footage), first, first + per_kind)
        for subject in subjects:
            picture = read_image(pictures[int(rng.integers(len(pictures)))])
            made.append(_composite(kind, subject, picture, footage, rng))
    return made


def _composite(
    kind: Disappearance,
    subject: Footage | Annotation,
    picture: Frame,
    footage: list[Footage],
    rng: np.random.Generator,
) -> Composite:
    """Make one sequence of a kind from its subject and the picture behind it."""
    if isinstance(subject, Annotation):
        return still(name_of(subject), read_image(subject.picture), subject.box, picture, rng)
    if kind == "cut":
        others = [other for other in footage if other.folder != subject.folder]
        return cut(subject, others[int(rng.integers(len(others)))], picture, rng)
    return (leave if kind == "leave" else occlusion)(subject, picture, rng)


def objects_by_group(
    picture_groups: list[PictureGroup], groups: tuple[str, ...]
) -> list[Iterator[Annotation]]:
    """Return usable objects of each group of stills, one per picture; pictures are read lazily."""
    return [
        filter(
            _is_usable, {annotation.picture: annotation for (annotation,) in group.tracks}.values()
        )
        for group in picture_groups
        if group.name.removeprefix("stills/") in groups
    ]


def unlabelled(picture_groups: list[PictureGroup], seed: int) -> tuple[Path, ...]:
    """Return every second picture without boxes, for backdrops; different for seeds 0 and 1."""
    return next(group.pictures for group in picture_groups if group.kind == "unlabelled")[seed::2]


def name_of(annotation: Annotation) -> str:
    """Return the group and the picture of a still as a name."""
    return f"{annotation.picture.parent.name}-{annotation.picture.stem}"


def _clip(number: int, track: tuple[Annotation, ...]) -> Sequence:
    """Return a track of a training clip as a sequence."""
    folder = track[0].picture.parent
    paths = tuple(annotation.picture for annotation in track)
    name = f"{folder.parent.name}-{folder.name}-{number}"
    return Sequence(name, paths, np.array([annotation.box for annotation in track]))


def _is_followable(track: tuple[Annotation, ...]) -> bool:
    """Return whether a track is long enough, and its object large enough and in full view."""
    if track[0].picture.parent.name in HIDDEN_AT_TIMES:
        return False
    sides = [sum(annotation.box[2:]) / 2 for annotation in track]
    return len(track) >= FEWEST_BOXES and min(sides) >= SMALLEST_IN_CLIP


def _is_usable(annotation: Annotation) -> bool:
    """Return whether the object is large enough, wholly in its picture and not most of it."""
    if min(annotation.box[2:]) < SMALLEST_SIDE:
        return False
    x, y, w, h = annotation.box
    width, height = frame_size(read_image(annotation.picture))
    return bool(
        min(x, y) >= 0
        and x + w <= width
        and y + h <= height
        and max(w / width, h / height) <= LARGEST_SHARE
    )


def in_turn(groups: Iterable[Iterable[T]]) -> Iterator[T]:
    """Yield the first item of every group, the second of every group, and so on; lazily."""
    return (item for row in zip_longest(*groups) for item in row if item is not None)
