"""Run OpenCV's own trackers in a benchmark, for comparison."""

import ctypes
from collections.abc import Sequence
from typing import NamedTuple, cast

import cv2

from tracker.boxes import Box
from tracker.errors import EntrantError
from tracker.frames import Frame


class _Kind(NamedTuple):
    """OpenCV's class of a tracker, and the settings that take its model files."""

    class_name: str
    file_settings: tuple[str, ...] = ()


_KINDS = {
    "mil": _Kind("TrackerMIL"),
    "kcf": _Kind("TrackerKCF"),
    "csrt": _Kind("TrackerCSRT"),
    "vit": _Kind("TrackerVit", ("net",)),
    "nano": _Kind("TrackerNano", ("backbone", "neckhead")),
    "dasiamrpn": _Kind("TrackerDaSiamRPN", ("model", "kernel_cls1", "kernel_r1")),
}


class OpenCvTracker:
    """One of OpenCV's trackers.

    OpenCV takes boxes in whole pixels. In a frame in which it reports failure, the box is that of
    the frame before. MIL draws random numbers from the C library; ``init`` seeds them, so that a
    run does not depend on the runs before it.

    Args:
        kind: "mil", "kcf", "csrt", "vit", "nano" or "dasiamrpn".
        files: the model files that the last three need, in the order of OpenCV's settings.

    Attributes:
        found: whether OpenCV reported success for the last frame.

    Raises:
        EntrantError: there is no such tracker, this build of OpenCV does not have it, or the
            number of files is wrong.
    """

    def __init__(self, kind: str, files: Sequence[str] = ()) -> None:
        if kind not in _KINDS:
            raise EntrantError(f"expected opencv-{' or opencv-'.join(_KINDS)}; got opencv-{kind}")
        self._class, self._settings = _KINDS[kind]
        self._files = list(files)
        if not hasattr(cv2, self._class):
            raise EntrantError(
                f"opencv-{kind} needs another build of OpenCV {cv2.__version__}: "
                f"opencv-contrib-python has {self._class}"
            )
        if len(self._files) != len(self._settings):
            expected = ":" + ",".join(name.upper() for name in self._settings)
            raise EntrantError(
                f"expected opencv-{kind}{expected if self._settings else ''}; "
                f"got {len(self._files)} files"
            )
        self._create()

    def init(self, frame: Frame, box: Box) -> None:
        """Start on the object in ``box``."""
        ctypes.CDLL(None).srand(1)
        self._tracker = self._create()
        x, y, w, h = (round(side) for side in box)
        self._box: Box = box
        self.found = True
        self._tracker.init(_bgr(frame), (x, y, max(w, 1), max(h, 1)))

    def update(self, frame: Frame) -> Box:
        """Return the box of the object in the next frame."""
        self.found, box = self._tracker.update(_bgr(frame))
        if self.found:
            x, y, w, h = (float(side) for side in box)
            self._box = (x, y, w, h)
        return self._box

    def _create(self) -> cv2.Tracker:
        """Make a new OpenCV tracker; it can follow one object once."""
        options = []
        if self._settings:
            params = getattr(cv2, f"{self._class}_Params")()
            for name, file in zip(self._settings, self._files, strict=True):
                setattr(params, name, file)
            options.append(params)
        try:
            tracker: cv2.Tracker = getattr(cv2, self._class).create(*options)
        except cv2.error as error:
            raise EntrantError(f"{self._class} cannot be made: {error.err or error}") from error
        return tracker


def _bgr(frame: Frame) -> Frame:
    """Return a frame in OpenCV's order of colours."""
    return cast(Frame, cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
