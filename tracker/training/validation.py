"""Validation by what the network is for: following objects of clips that it was not trained on."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from tracker.boxes import check_box, overlap
from tracker.errors import BoxError
from tracker.frames import frame_size
from tracker.models import Model
from tracker.tracking.tracker import Tracker
from tracker.training.annotations import Source, View
from tracker.video.pictures import read_image


def tracking_score(model: Model, sources: Sequence[Source], device: str = "cpu") -> float:
    """Follow every track of video sources from its first view; the mean overlap.

    Args:
        model: the network to try, with the settings of its tracker.
        sources: held-out videos; stills and unlabelled pictures do not matter.
        device: where the tracker runs.

    Returns:
        Intersection over union with the annotated boxes, 0 to 1: the mean over the views of a
        track, the first one left out, then over the tracks. NaN where there are no tracks.
    """
    tracker = Tracker(model, device)
    tracks = [_from_first_usable(track) for source in sources for track in source.tracks]
    tracks = [track for track in tracks if len(track) > 1]
    return float(np.mean([_follow(tracker, track) for track in tracks])) if tracks else np.nan


def _from_first_usable(track: Sequence[View]) -> Sequence[View]:
    """A track from the first view on that a tracker can start with; empty if there is none."""
    for number, view in enumerate(track):
        with suppress(BoxError):
            check_box(view.box, frame_size(read_image(view.picture)))
            return track[number:]
    return ()


def _follow(tracker: Tracker, track: Sequence[View]) -> float:
    first, *others = track
    tracker.init(read_image(first.picture), first.box)
    boxes = [tracker.update(read_image(view.picture)).box for view in others]
    return float(overlap(boxes, [view.box for view in others]).mean())
