"""Make trackers from what the command line names: ``default,lost_score=0.2``."""

import json
from typing import Any, NamedTuple

from tracker.evaluation.entrants import Entrant, make_entrant
from tracker.tracking.tracker import Tracker


class NamedTracker(NamedTuple):
    """A tracker's name, and settings of ``TrackerConfig`` that differ from the model's own."""

    name: str
    settings: dict[str, Any]


def parse_tracker(text: str) -> NamedTracker:
    """Split ``default,lost_score=0.2`` into ``"default"`` and ``{"lost_score": 0.2}``.

    Raises:
        ValueError: a value is not a number.
    """
    name, *settings = text.split(",")
    pairs = (setting.partition("=") for setting in settings)
    return NamedTracker(name, {key: json.loads(value) for key, _, value in pairs})


def make_tracker(text: str) -> Entrant:
    """Make a tracker from its name and, for our models, settings after it.

    Raises:
        EntrantError, WeightsError: there is no such tracker.
        TypeError, ValueError: a setting is unknown, or its value is not a number or out of range.
    """
    name, settings = parse_tracker(text)
    return Tracker(name, **settings) if settings else make_entrant(name)
