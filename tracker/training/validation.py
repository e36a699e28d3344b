"""Validation of a network by tracking objects in held-out clips."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from tracker.boxes import check_box, overlap
from tracker.errors import BoxError
from tracker.frames import frame_size
from tracker.models import Model
from tracker.tracking.tracker import Tracker
from tracker.training.annotations import PictureGroup, Track
from tracker.video.pictures import read_image


def tracking_score(model: Model, groups: Sequence[PictureGroup], device: str = "cpu") -> float:
    """Track every object of video groups from its first frame and return the mean overlap.

    Args:
        model: the network to validate, with the settings of its tracker.
        groups: held-out videos; stills and unlabelled pictures are ignored.
        device: where the tracker runs.

    Returns:
        Intersection over union with the annotated boxes, 0 to 1: the mean over the frames of a
        track without the first one, then over the tracks. NaN where there are no tracks.
    """
    tracker = Tracker(model, device)
    tracks = [_from_first_usable(track) for group in groups for track in group.tracks]
    tracks = [track for track in tracks if len(track) > 1]
    return float(np.mean([_follow(tracker, track) for track in tracks])) if tracks else np.nan


def _from_first_usable(track: Track) -> Track:
    """Return a track from the first box on that a tracker can start with; empty if none is."""
    for number, annotation in enumerate(track):
        with suppress(BoxError):
            check_box(annotation.box, frame_size(read_image(annotation.picture)))
            return track[number:]
    return ()


def _follow(tracker: Tracker, track: Track) -> float:
    """Track the object of a track and return its mean overlap with the annotated boxes."""
    first, *others = track
    tracker.init(read_image(first.picture), first.box)
    boxes = [tracker.update(read_image(annotation.picture)).box for annotation in others]
    return float(overlap(boxes, [annotation.box for annotation in others]).mean())
