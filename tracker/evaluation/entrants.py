"""The trackers that a benchmark can run, by the names that the command line takes.

lite, default, model.safetensors    our models
opencv-mil, opencv-csrt, ...        OpenCV's trackers, as far as the installed build has them
opencv-vit:model.onnx               those that need model files, separated by commas
package.module:Class                anything with init(frame, box) and update(frame)
results:FOLDER                      boxes made elsewhere; nothing is run

PyTorch is loaded for our models only: a child process for any other tracker starts without it.
"""

import os
import re
import sys
from collections.abc import Sequence
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
    """What a benchmark asks of a tracker: frames are uint8 RGB, boxes (x, y, w, h), 0-based."""

    def init(self, frame: Frame, box: Box) -> Any: ...

    def update(self, frame: Frame) -> Any:
        """Return the box, or an object with the box as its attribute ``box``."""


def make_entrant(name: str, device: str = "auto") -> Entrant:
    """Make a tracker by its name; see the module's docstring.

    Raises:
        EntrantError: no such tracker, or this OpenCV does not have it.
        WeightsError, DeviceError: one of our models cannot be used.
    """
    if name.startswith(OPENCV):
        kind, _, files = name.removeprefix(OPENCV).partition(":")
        return OpenCvTracker(kind, files.split(",") if files else [])
    if re.fullmatch(r"[\w.]+:\w+", name):
        return _import_class(*name.split(":"))
    from tracker.tracking.tracker import Tracker

    return Tracker(name, device)


def box_of(result: Any) -> Box:
    """The box in what ``update`` returned: four finite numbers, or four NaN for no box.

    Raises:
        EntrantError: it is neither that nor an object with such a ``box``.
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
    """The short name of a tracker in reports and folders."""
    if name == "default":
        from tracker.models.weights import DEFAULT_MODEL

        return DEFAULT_MODEL
    if name.startswith(RESULTS):
        return Path(name.removeprefix(RESULTS)).resolve().name
    if name.startswith(OPENCV):
        return name.partition(":")[0]
    return Path(name.rpartition(":")[2]).stem


def check_labels(names: Sequence[str]) -> None:
    """Refuse two trackers that would share a folder.

    Raises:
        EntrantError: two names have one label.
    """
    labels = [label(name) for name in names]
    for name, own in zip(names, labels, strict=True):
        if labels.count(own) > 1:
            raise EntrantError(
                f"expected trackers of different names; {own!r} is there twice: {name}"
            )


def _import_class(module: str, name: str) -> Entrant:
    here = os.getcwd()  # where a user's own module is likely to lie
    sys.path.insert(0, here)
    try:
        return getattr(import_module(module), name)()
    except Exception as error:  # whatever the user's module raises
        raise EntrantError(
            f"cannot make {module}:{name}: {type(error).__name__}: {error}"
        ) from error
    finally:
        sys.path.remove(here)
