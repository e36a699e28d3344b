"""OpenCV's own trackers behind the common form, as peers in a benchmark."""

import ctypes
from collections.abc import Sequence

import cv2

from tracker.boxes import Box
from tracker.errors import EntrantError
from tracker.frames import Frame

# name -> OpenCV's class, and the settings that take its model files
_KINDS = {
    "mil": ("TrackerMIL", ()),
    "kcf": ("TrackerKCF", ()),
    "csrt": ("TrackerCSRT", ()),
    "vit": ("TrackerVit", ("net",)),
    "nano": ("TrackerNano", ("backbone", "neckhead")),
    "dasiamrpn": ("TrackerDaSiamRPN", ("model", "kernel_cls1", "kernel_r1")),
}


class OpenCvTracker:
    """One of OpenCV's trackers.

    OpenCV takes whole pixels; where it reports failure the last box stays, as its users do. MIL
    draws random numbers from the C library; they start afresh with each ``init``, so that a run
    does not depend on those before it.

    Attributes:
        found: whether OpenCV reported success for the last frame.

    Args:
        kind: "mil", "kcf", "csrt", "vit", "nano" or "dasiamrpn".
        files: the model files that the last three need, in the order of OpenCV's settings.

    Raises:
        EntrantError: no such tracker, not in this build, or files missing or too many.
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
        ctypes.CDLL(None).srand(1)
        self._tracker = self._create()
        x, y, w, h = (round(side) for side in box)
        self._box: Box = box
        self.found = True
        self._tracker.init(_bgr(frame), (x, y, max(w, 1), max(h, 1)))

    def update(self, frame: Frame) -> Box:
        self.found, box = self._tracker.update(_bgr(frame))
        if self.found:
            x, y, w, h = (float(side) for side in box)
            self._box = (x, y, w, h)
        return self._box

    def _create(self) -> cv2.Tracker:
        if not self._settings:
            return getattr(cv2, self._class).create()
        params = getattr(cv2, f"{self._class}_Params")()
        for name, file in zip(self._settings, self._files, strict=True):
            setattr(params, name, file)
        try:
            return getattr(cv2, self._class).create(params)
        except cv2.error as error:
            raise EntrantError(f"{self._class} cannot be made: {error.err or error}") from error


def _bgr(frame: Frame) -> Frame:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
