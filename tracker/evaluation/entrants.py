"""Make the trackers of a benchmark from the names that the command line takes.

lite, default, model.safetensors    our models
opencv-mil, opencv-csrt, ...        OpenCV's trackers, if the installed build has them
opencv-vit:model.onnx               OpenCV's trackers with model files, separated by commas
package.module:Class                any class with init(frame, box) and update(frame)
results:FOLDER                      boxes made elsewhere; nothing is run

PyTorch is loaded for our models only, so that a child process for another tracker starts quickly.
"""

import os
import re
import sys
from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from tracker.boxes import Box
from tracker.errors import EntrantError
from tracker.evaluation.opencv import OpenCvTracker
from tracker.frames import Frame

RESULTS = "results:"
OPENCV = "opencv-"


class Entrant(Protocol):
    """The methods that a tracker needs; frames are uint8 RGB, boxes (x, y, w, h), 0-based."""

    def init(self, frame: Frame, box: Box) -> object:
        """Start on the object in ``box``; what it returns is ignored."""

    def update(self, frame: Frame) -> object:
        """Return the box in the next frame, or an object with the attribute ``box``."""


def make_entrant(
    name: str, device: str = "auto", settings: Mapping[str, Any] | None = None
) -> Entrant:
    """Make a tracker from its name; the module's docstring lists the names.

    Args:
        name: which tracker.
        device: where one of our models runs; other trackers ignore it.
        settings: settings of ``TrackerConfig`` that replace those of one of our models; other
            trackers ignore them.

    Raises:
        EntrantError: there is no such tracker, or this build of OpenCV does not have it.
        WeightsError, DeviceError, SettingError: one of our models cannot be used so.
    """
    if name.startswith(OPENCV):
        kind, _, files = name.removeprefix(OPENCV).partition(":")
        return OpenCvTracker(kind, files.split(",") if files else [])
    if re.fullmatch(r"[\w.]+:\w+", name):
        return _import_class(*name.split(":"))
    from tracker.tracking.tracker import Tracker

    return Tracker(name, device, **(settings or {}))


def box_of(result: object) -> Box:
    """Return the box in the value that ``update`` returned; four NaN mean no box.

    Raises:
        EntrantError: neither the value nor its attribute ``box`` is four finite numbers or four
            NaN.
    """
    try:
        x, y, w, h = np.asarray(getattr(result, "box", result), dtype=float).tolist()
        known = np.isfinite([x, y, w, h])
    except (TypeError, ValueError):
        raise EntrantError(f"expected update() to return a box; got {result!r}") from None
    if not known.all() and not np.isnan([x, y, w, h]).all():
        raise EntrantError(f"expected four finite numbers or four NaN; got {result!r}")
    return (x, y, w, h)


def label(name: str) -> str:
    """Return the short name of a tracker for reports and folders."""
    if name == "default":
        from tracker.models.weights import DEFAULT_MODEL

        return DEFAULT_MODEL
    if name.startswith(RESULTS):
        return Path(name.removeprefix(RESULTS)).resolve().name
    if name.startswith(OPENCV):
        return name.partition(":")[0]
    return Path(name.rpartition(":")[2]).stem


def check_labels(names: Collection[str]) -> None:
    """Check that no two trackers would write into the same folder.

    Raises:
        EntrantError: two names have the same label.
    """
    labels = [label(name) for name in names]
    for name, own in zip(names, labels, strict=True):
        if labels.count(own) > 1:
            raise EntrantError(
                f"expected trackers of different names; {own!r} is there twice: {name}"
            )


def _import_class(module: str, name: str) -> Entrant:
    """Make an instance of a class; its module may be in the working folder."""
    here = os.getcwd()
    sys.path.insert(0, here)
    try:
        entrant: Entrant = getattr(import_module(module), name)()
        return entrant
    except Exception as error:  # whatever the user's module raises
        raise EntrantError(
            f"cannot make {module}:{name}: {type(error).__name__}: {error}"
        ) from error
    finally:
        sys.path.remove(here)
