"""Small clips with exact boxes: a patch that moves over a background."""

import cv2
import numpy as np

from tracker import MultiTracker, TrackResult
from tracker.boxes import overlap

JOURNEY_SETTINGS = {
    "exemplar_size": 64,
    "search_size": 127,  # a quarter of the time
    "num_scales": 1,
    "box_lr": 0.4,
    "filter_first_steps": 15,
    "filter_interval": 2,
    "score_share": 1.0,
    "score_slope": 10.14,
    "score_midpoint": 0.758,
    "usual_lr": 0.05,
    "tracking_score": 0.5,
    "learn_score": 0.5,
    "lost_score": 0.1,
    "lost_doubt": 4.0,
    "sweep_frames": 10,
    "sweep_crops": 3,
    "near_frames": 2,
    "found_share": 0.6,
    "found_similarity": 0.4,
    "found_frames": 3,
    "memory_score": 0.8,
    "memory_size": 6,
}
"""Settings with which a tracker follows, loses and finds the patch on its journey."""
BESIDE = (200.0, 40.0, 40.0, 32.0)
"""Box of the object that ``Journey.with_object_beside`` adds."""


class MovingPatch:
    """A textured patch that moves over a textured background, with its exact boxes."""

    def __init__(
        self,
        frames: int = 12,
        size: tuple[int, int] = (240, 180),
        seed: int = 0,
        contrast: float = 1,
    ) -> None:
        rng = np.random.default_rng(seed)
        width, height = size
        background = _texture(rng, (height, width), smooth=6)
        self._background = (contrast * background + (1 - contrast) * 90).astype(np.uint8)
        self._patch = _texture(rng, (36, 44), smooth=2)
        positions = [(40 + 5 * i, 50 + 3 * i) for i in range(frames)]
        self.boxes = [(float(x), float(y), 44.0, 36.0) for x, y in positions]
        self.frames = [self.frame(position) for position in positions]

    def frame(self, *corners: tuple[int, int]) -> np.ndarray:
        """Draw the background with a patch at each of these corners."""
        frame = self._background.copy()
        for x, y in corners:
            frame[y : y + 36, x : x + 44] = self._patch
        return frame


def _texture(rng: np.random.Generator, shape: tuple[int, int], smooth: float) -> np.ndarray:
    noise = cv2.GaussianBlur(rng.uniform(0, 255, (*shape, 3)), (0, 0), smooth)
    low, high = noise.min(), noise.max()
    return ((noise - low) / (high - low) * 255).astype(np.uint8)


class Journey(MovingPatch):
    """The patch over a dim background: it moves, disappears, and reappears at a distant place.

    Attributes:
        start: box of the patch in the first frame.
        last: box in the last frame before it disappears.
        back: box from the frame ``returned`` on.
        gone: number of the first frame without the patch.
        returned: number of the first frame with it again.
    """

    def __init__(self, back: tuple[int, int] = (260, 190)) -> None:
        super().__init__(1, (320, 240), contrast=0.3)
        corners = [(30 + 3 * i, 30 + 2 * i) for i in range(5)]
        places = (corners[0], corners[-1], back)
        self.start, self.last, self.back = ((*map(float, place), 44.0, 36.0) for place in places)
        self.gone, self.returned = 5, 10
        self.frames = [self.frame(corner) for corner in corners]
        self.frames += [self.frame()] * 5 + [self.frame(back)] * 9

    def with_object_beside(self) -> list[np.ndarray]:
        """Draw the frames with a second object, which rests, and is missing in frames 7 to 11."""
        rng = np.random.default_rng(5)
        checks = np.kron(rng.integers(0, 256, (4, 5, 3)), np.ones((8, 8, 1))).astype(np.uint8)
        frames = [frame.copy() for frame in self.frames]
        for number, frame in enumerate(frames):
            if not 7 <= number < 12:
                frame[40:72, 200:240] = checks
        return frames


class Crossing(MovingPatch):
    """Two equal patches that cross, one behind the other.

    Attributes:
        starts: boxes of the two in the first frame.
        ends: boxes of the two in the last frame.
    """

    def __init__(self, step: int, beside: int, frames: int = 24) -> None:
        super().__init__(1, (320, 240), contrast=0.3)
        there = [(40 + step * number, 90) for number in range(frames)]
        back = [(x, y + beside) for x, y in reversed(there)]
        self.frames = [self.frame(*corners) for corners in zip(back, there, strict=True)]
        self.starts, self.ends = (
            [(*map(float, way[number]), 44.0, 36.0) for way in (there, back)] for number in (0, -1)
        )

    def follow(self, **settings) -> list[list[TrackResult]]:
        """Track both; return their results from the second frame on."""
        many = MultiTracker(device="cpu", **JOURNEY_SETTINGS | settings)
        many.init(self.frames[0], self.starts)
        return [many.update(frame) for frame in self.frames[1:]]

    def both_followed(self, last: list[TrackResult]) -> bool:
        """Tell whether each patch has a box; equal patches may have swapped their numbers."""
        boxes = [result.box for result in last]
        return any(min(overlap(boxes, ends)) > 0.5 for ends in (self.ends, self.ends[::-1]))
