"""Trackers for the tests of the benchmark, named as ``tests.small_trackers:Class``.

The faulty ones fail in frame 3 of ``Beta`` (see ``three_clips`` in ``conftest.py``), which they
know by its width.
"""

import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import cv2

BETA_WIDTH = 248


class Static:
    """Stays at its first box."""

    def init(self, frame, box):
        self.box, self.frames = box, 1
        self.is_beta = frame.shape[1] == BETA_WIDTH

    def update(self, frame):
        self.frames += 1
        return self.fail() if self.is_beta and self.frames == 4 else self.box

    def fail(self):
        return self.box


class Raising(Static):
    def fail(self):
        raise ValueError("I do not like this frame")


class Silent(Static):
    def fail(self):
        return None


class Infinite(Static):
    def fail(self):
        return (float("inf"), 0, 10, 10)


class Lost(Static):
    """Reports that there is no box, which is allowed."""

    def fail(self):
        return (float("nan"),) * 4


class Hanging(Static):
    def fail(self):
        time.sleep(60)


class Crashing(Static):
    def fail(self):
        os._exit(3)


class HangingAtOnce(Static):
    def init(self, frame, box):
        time.sleep(60)


class StartingSlowly(Static):
    def init(self, frame, box):
        time.sleep(1)
        super().init(frame, box)


class DyingLater(Static):
    """Ends its process soon after the last frame."""

    def update(self, frame):
        if self.frames == 8:
            threading.Timer(0.2, os._exit, (5,)).start()
        return super().update(frame)


class Drifting(Static):
    """Moves by a fraction of a pixel, more on wide frames; returns an object with a box."""

    def update(self, frame):
        x, y, w, h = self.box
        self.box = (x + frame.shape[1] / 100, y + 1 / 3, w, h)
        return SimpleNamespace(box=self.box)


class Slow(Drifting):
    def update(self, frame):
        time.sleep(0.04)
        return super().update(frame)


class Noted(Static):
    """Writes to a file in the working folder that it was started."""

    def init(self, frame, box):
        with Path("starts.txt").open("a") as file:
            file.write(f"{frame.shape[1]}\n")
        super().init(frame, box)


class Threads(Static):
    """Returns as a box whether PyTorch is loaded, and the number of OpenCV's threads."""

    def update(self, frame):
        return ("torch" in sys.modules, cv2.getNumThreads(), 1, 1)


class TorchThreads(Static):
    """Returns as a box the number of PyTorch's threads."""

    def __init__(self):
        import torch

        self.count = torch.get_num_threads

    def update(self, frame):
        return (self.count(), 0, 1, 1)
