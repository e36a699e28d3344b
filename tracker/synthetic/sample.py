"""Draw the sample clip: a small car in traffic, with its exact box in every frame.

It gives newcomers a first video without a download. `SampleClip` paints a street (see `scenery`)
in which a red car drives from the far lane to the near one, past cars of the same shape; a tree
and lamp posts hide it briefly; its box is known to a fraction of a pixel. `write_sample` writes
the clip and its truth to a folder.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.errors import OutputError
from tracker.synthetic.scenery import background, cars, foreground, houses, road
from tracker.synthetic.scenery.camera import VIEW, Camera, CameraView
from tracker.synthetic.scenery.cars import CarPaint
from tracker.synthetic.scenery.film import Film
from tracker.synthetic.scenery.motion import Motion, at
from tracker.synthetic.scenery.sprites import SpritePlacement, paint

FPS = 25
"""Frames per second."""
FRAMES = 150
"""Frames of the whole clip."""

_SHUTTER = 0.5  # share of the frame interval with an open shutter; more blurs motion more
_SUBFRAMES = 4  # instants averaged per exposure: motion blur


class _Car(NamedTuple):
    """How a car looks and where it drives."""

    paint: CarPaint
    motion: Motion


_TARGET = _Car(
    CarPaint((206, 40, 36), stripe=(246, 244, 238), number=True),
    Motion(
        along=(-235, -130, 2, 150, 258, 372, 500),
        scale=(0.75, 0.76, 0.83, 0.98, 1.22, 1.48, 1.60),
    ),
)
_TRAFFIC = (
    _Car(CarPaint((120, 128, 140), estate=True), Motion((-150,) * 7, (0.66,) * 7)),
    _Car(CarPaint((176, 44, 40)), Motion((620,) * 7, (0.66,) * 7)),
    _Car(CarPaint((58, 92, 70), estate=True), Motion((1010,) * 7, (0.66,) * 7)),
    _Car(CarPaint((214, 66, 34)), Motion((-760, -490, -250, -20, 262, 540, 790), (0.74,) * 7)),
    _Car(CarPaint((38, 84, 168)), Motion((-390, -170, 75, 320, 580, 860, 1140), (1.14,) * 7)),
    _Car(CarPaint((206, 208, 210)), Motion((330, 400, 455, 500, 550, 620, 710), (0.90,) * 7)),
)
_SKYLINE, _HOUSES = 0.2, 0.55  # depth scales; the ground begins where the houses stand
_TREE = (2.6, 121.0)  # depth scale and place along the street, units
_POSTS = ((2.3, -26.0), (2.3, 330.0))
# Of the camera, at each second, units: its place along the street, and its turn to the right.
_CAMERA = (0.0, 62, 130, 200, 268, 334, 400)
_PAN = (0.0, 22, 56, 96, 134, 172, 200)


class SampleClip:
    """A street clip of up to six seconds; iterating yields ``(frame, truth)``, one frame at a time.

    Frames are ``uint8`` RGB ``(H, W, 3)``; truth is the tight box ``(x, y, w, h)`` in frame pixels
    around all pixels of the target, hidden or not, at the middle of the frame's exposure.
    The same arguments give the same pixels on every run.

    Args:
        size: (width, height) in pixels, 16:9.
        frames: number of frames, 1 to 150; a shorter clip is the beginning of the whole one.
        seed: picks the clouds, houses, textures, hand shake and sensor noise.

    Raises:
        ValueError: the size is not 16:9 or under 64 wide, or the number of frames is out of range.
    """

    fps = FPS

    def __init__(self, size: tuple[int, int] = VIEW, frames: int = FRAMES, seed: int = 0):
        width, height = size
        if width < 64 or abs(width * 9 - height * 16) > 16:
            raise ValueError(f"expected a 16:9 size at least 64 wide; got {width}x{height}")
        if not 1 <= frames <= FRAMES:
            raise ValueError(f"expected 1 to {FRAMES} frames; got {frames}")
        self.size, self.seed, self._frames = (width, height), seed, frames
        density = width / VIEW[0]
        # All share one generator, so the order of these lines decides what a seed looks like.
        rng = np.random.default_rng([seed, 1])
        self._camera = Camera(density, rng)
        self._sky = background.sky(density, rng)
        self._skyline = background.skyline(density, rng)
        self._houses = houses.backdrop(density, rng)
        self._ground = road.ground(density, rng)
        self._tree = foreground.near_tree(density, rng)
        self._post = foreground.lamp_post(density)
        self._bodies = [cars.car(car.paint, density) for car in (_TARGET, *_TRAFFIC)]
        self._wheel, self._shadow = cars.wheel(density), cars.shadow(density)
        self._outline = cars.outline(self._bodies[0])
        self._film = Film(self.size, density, seed)

    def __len__(self) -> int:
        return self._frames

    def __iter__(self) -> Iterator[tuple[NDArray[np.uint8], Box]]:
        for index in range(len(self)):
            yield self.frame(index), self.truth(index)

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Return frame ``index`` as ``uint8`` RGB ``(H, W, 3)``."""
        width, height = self.size
        sum_of_views = np.zeros((height, width, 4), np.float32)
        for part in range(_SUBFRAMES):
            offset = ((part + 0.5) / _SUBFRAMES - 0.5) * _SHUTTER
            cv2.accumulate(paint(self.size, self.placements((index + offset) / FPS)), sum_of_views)
        return self._film.develop(sum_of_views[..., :3] / _SUBFRAMES, index, index / FPS)

    def truth(self, index: int) -> Box:
        """Return the target's tight box ``(x, y, w, h)`` in frame ``index``, frame pixels."""
        return self._car_box(_TARGET, index / FPS)

    def target_layer(self, index: int) -> NDArray[np.float32]:
        """Return the share of each pixel that the target covers, hidden or not: ``(H, W)``."""
        return self._cover([p for p in self.placements(index / FPS) if p.is_target])

    def visibility(self, index: int) -> float:
        """Return the share of the target, 0 to 1, that is not hidden in frame ``index``."""
        placements = self.placements(index / FPS)
        last = max(i for i, p in enumerate(placements) if p.is_target)
        target, nearer = self.target_layer(index), self._cover(placements[last + 1 :])
        return float((target * (1 - nearer)).sum() / target.sum())

    def placements(self, seconds: float) -> list[SpritePlacement]:
        """Return everything in view at an instant of the clip, from far to near."""
        view = self._view(seconds)
        layers = [
            SpritePlacement(self._sky, view.sky(3 * seconds - 18)),  # clouds drift slowly
            SpritePlacement(self._skyline, view.layer(_SKYLINE)),
            SpritePlacement(self._houses, view.layer(_HOUSES)),
            SpritePlacement(self._ground, view.ground()),
        ]
        things = [(_TREE[0], [SpritePlacement(self._tree, view.standing(*_TREE))])]
        for post in _POSTS:
            things.append((post[0], [SpritePlacement(self._post, view.standing(*post))]))
        for number, car in enumerate((_TARGET, *_TRAFFIC)):
            scale = at(car.motion.scale, seconds)
            things.append((scale, self._car_parts(number, car, view, seconds)))
        for _, parts in sorted(things, key=lambda thing: thing[0]):
            layers += parts
        return layers

    def _view(self, seconds: float) -> CameraView:
        """Return what the camera sees at an instant."""
        return self._camera.view(seconds, at(_CAMERA, seconds), at(_PAN, seconds))

    def _car_parts(
        self, number: int, car: _Car, view: CameraView, seconds: float
    ) -> list[SpritePlacement]:
        """Return shadow, body and wheels of a car at an instant."""
        body, is_target = car.motion.matrix(view, seconds), car is _TARGET
        parts = [
            SpritePlacement(self._shadow, body),
            SpritePlacement(self._bodies[number], body, is_target),
        ]
        for hub in cars.WHEELS:
            wheel = body @ cars.rolled(hub, at(car.motion.along, seconds))
            parts.append(SpritePlacement(self._wheel, wheel, is_target))
        return parts

    def _car_box(self, car: _Car, seconds: float) -> Box:
        """Return a car's tight box ``(x, y, w, h)``, frame pixels; exact for the target's shape."""
        matrix = car.motion.matrix(self._view(seconds), seconds)
        points = self._outline @ matrix[:, :2].T + matrix[:, 2]
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return (float(left), float(top), float(right - left), float(bottom - top))

    def _cover(self, placements: list[SpritePlacement]) -> NDArray[np.float32]:
        """Return how much of each pixel the placements cover: ``(H, W)`` in [0, 1]."""
        opacity = paint(self.size, placements)[..., 3]
        return np.divide(opacity, np.float32(255), dtype=np.float32)


class SamplePaths(NamedTuple):
    """Files that `write_sample` wrote."""

    video: Path
    groundtruth: Path


def write_sample(
    directory: str | Path, overwrite: bool = False, clip: SampleClip | None = None
) -> SamplePaths:
    """Write the sample clip as ``clip.mp4`` and its truth as ``groundtruth_rect.txt``.

    The truth file is in OTB's form: one line ``x,y,w,h`` per frame, in pixels, 1-based.

    Args:
        directory: where to write; created when missing.
        overwrite: replace existing files.
        clip: the clip to write; by default 150 frames of 640x360.

    Raises:
        OutputError: a file exists already, or cannot be written.
    """
    from tracker.video.sinks import VideoSink

    paths = SamplePaths(Path(directory) / "clip.mp4", Path(directory) / "groundtruth_rect.txt")
    for path in paths:
        if path.exists() and not overwrite:
            raise OutputError(f"could not write {path}: it exists; allow it with --overwrite")
    clip = SampleClip() if clip is None else clip
    lines = []
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
        with VideoSink(paths.video, clip.size, fps=clip.fps, overwrite=overwrite) as sink:
            for index, (frame, (x, y, w, h)) in enumerate(clip):
                sink.write(frame, index / clip.fps)
                lines.append(f"{x + 1:.4f},{y + 1:.4f},{w:.4f},{h:.4f}\n")
        paths.groundtruth.write_text("".join(lines), encoding="ascii")
    except OSError as error:
        raise OutputError(f"expected to write the sample in {directory}; got: {error}") from error
    return paths
