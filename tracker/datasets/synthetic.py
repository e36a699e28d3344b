"""The sample clip: a small car in traffic, drawn by code, with its exact box in every frame.

A newcomer's first video needs no download: `SampleClip` paints a street (see `scenery`), drives a
red car from the far lane to the near one past cars of its own shape, lets a tree and lamp posts
hide it for a moment, and knows where it is to a fraction of a pixel.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.datasets import scenery
from tracker.errors import OutputError

FPS = 25
FRAMES = 150

_VIEW = (640, 360)
_SHUTTER = 0.5  # share of the frame interval in which the film is exposed
_SUBFRAMES = 4
_SECONDS = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])


class _Car(NamedTuple):
    """Paint and motion of one car: position along the street and depth scale at each second."""

    paint: scenery.CarPaint
    along: tuple[float, ...]
    scale: tuple[float, ...]


_TARGET = _Car(
    scenery.CarPaint((206, 40, 36), stripe=(246, 244, 238), number=True),
    along=(-235, -130, 2, 150, 258, 372, 500),
    scale=(0.75, 0.76, 0.83, 0.98, 1.22, 1.48, 1.60),
)
_TRAFFIC = (
    _Car(scenery.CarPaint((120, 128, 140), estate=True), (-150,) * 7, (0.66,) * 7),
    _Car(scenery.CarPaint((176, 44, 40)), (620,) * 7, (0.66,) * 7),
    _Car(scenery.CarPaint((58, 92, 70), estate=True), (1010,) * 7, (0.66,) * 7),
    _Car(scenery.CarPaint((214, 66, 34)), (-760, -490, -250, -20, 262, 540, 790), (0.74,) * 7),
    _Car(scenery.CarPaint((38, 84, 168)), (-390, -170, 75, 320, 580, 860, 1140), (1.14,) * 7),
    _Car(scenery.CarPaint((206, 208, 210)), (330, 400, 455, 500, 550, 620, 710), (0.90,) * 7),
)
_TREE = (2.6, 121.0)
_POSTS = ((2.3, -26.0), (2.3, 330.0))
_CAMERA = (0.0, 62, 130, 200, 268, 334, 400)
_PAN = (0.0, 22, 56, 96, 134, 172, 200)


class Placement(NamedTuple):
    """A sprite and the 2x3 matrix that takes its units to frame pixels."""

    sprite: scenery.Sprite
    matrix: NDArray[np.float64]
    is_target: bool = False


class SampleClip:
    """A street clip of up to six seconds; iterating yields ``(frame, truth)`` one at a time.

    Frames are ``uint8`` RGB ``(H, W, 3)``; truth is the tight box ``(x, y, w, h)`` around the
    target's own pixels, hidden ones included, at the middle of the frame's exposure. The same
    arguments give the same pixels on every run.

    Args:
        size: (width, height) in pixels, 16:9.
        frames: number of frames, 1 to 150; a shorter clip is the beginning of the whole one.
        seed: picks the clouds, houses, textures, hand shake and sensor noise.

    Raises:
        ValueError: another shape than 16:9, or a number of frames out of range.
    """

    fps = FPS

    def __init__(self, size: tuple[int, int] = _VIEW, frames: int = FRAMES, seed: int = 0):
        width, height = size
        if width < 64 or abs(width * 9 - height * 16) > 16:
            raise ValueError(f"expected a 16:9 size at least 64 wide; got {width}x{height}")
        if not 1 <= frames <= FRAMES:
            raise ValueError(f"expected 1 to {FRAMES} frames; got {frames}")
        self.size, self.seed, self._frames = (width, height), seed, frames
        self._zoom = width / _VIEW[0]
        rng = np.random.default_rng([seed, 1])
        self._phases = rng.uniform(0, 2 * np.pi, (3, 3))
        d = self._zoom
        self._sky, self._skyline = scenery.sky(d, rng), scenery.skyline(d, rng)
        self._backdrop, self._ground = scenery.backdrop(d, rng), scenery.ground(d, rng)
        self._tree, self._post = scenery.near_tree(d, rng), scenery.lamp_post(d)
        self._wheel, self._shadow = scenery.wheel(d), scenery.shadow(d)
        self._cars = [scenery.car(c.paint, d) for c in (_TARGET, *_TRAFFIC)]
        self._outline = _outline(self._cars[0])
        self._vignette = self._falloff()

    def __len__(self) -> int:
        return self._frames

    def __iter__(self) -> Iterator[tuple[NDArray[np.uint8], Box]]:
        for index in range(len(self)):
            yield self.frame(index), self.truth(index)

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Frame ``index`` as ``uint8`` RGB ``(H, W, 3)``."""
        width, height = self.size
        sum_of_views = np.zeros((height, width, 4), np.float32)
        for part in range(_SUBFRAMES):
            offset = ((part + 0.5) / _SUBFRAMES - 0.5) * _SHUTTER
            view = np.zeros((height, width, 4), np.uint8)
            for placement in self.placements((index + offset) / FPS):
                _paste(view, placement)
            cv2.accumulate(view, sum_of_views)
        exposure = sum_of_views[..., :3] * (self._light(index / FPS) / _SUBFRAMES)
        exposure = cv2.GaussianBlur(exposure, (0, 0), 0.38 * self._zoom)
        noise = np.random.default_rng([self.seed, 2, index])
        exposure += 2.2 * noise.standard_normal(exposure.shape, dtype=np.float32)
        return np.clip(exposure + 0.5, 0, 255).astype(np.uint8)

    def truth(self, index: int) -> Box:
        """The target's tight box ``(x, y, w, h)`` in frame ``index``, frame pixels."""
        matrix = self._car_matrix(_TARGET, index / FPS)
        points = self._outline @ matrix[:, :2].T + matrix[:, 2]
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return (float(left), float(top), float(right - left), float(bottom - top))

    def target_layer(self, index: int) -> NDArray[np.float32]:
        """How much of each pixel the whole target covers: ``(H, W)`` in [0, 1], no motion blur."""
        return self._cover([p for p in self.placements(index / FPS) if p.is_target])

    def visibility(self, index: int) -> float:
        """Share of the target, 0 to 1, that nothing nearer hides in frame ``index``."""
        placements = self.placements(index / FPS)
        last = max(i for i, p in enumerate(placements) if p.is_target)
        target, nearer = self.target_layer(index), self._cover(placements[last + 1 :])
        return float((target * (1 - nearer)).sum() / target.sum())

    def placements(self, seconds: float) -> list[Placement]:
        """Everything in view at an instant, from far to near."""
        still = np.array([[1.0, 0, 0], [0, 1, 0]])
        camera, pan = _at(_CAMERA, seconds), _at(_PAN, seconds)
        far, sheared = still.copy(), still.copy()
        far[0, 2] = 3 * seconds - 18 - 0.9 * pan  # clouds drift slowly
        layers = [Placement(self._sky, self._seen(far, seconds))]
        for sprite, scale in ((self._skyline, 0.2), (self._backdrop, scenery.BACKDROP_SCALE)):
            layer = still.copy()
            layer[0, 2] = -scale * camera - pan
            layers.append(Placement(sprite, self._seen(layer, seconds)))
        sheared[0, 1:] = -camera / 100, scenery.HORIZON * camera / 100 - pan
        layers.append(Placement(self._ground, self._seen(sheared, seconds)))
        things = [(_at(c.scale, seconds), self._car_parts(i, c, seconds))
                  for i, c in enumerate((_TARGET, *_TRAFFIC))]  # fmt: skip
        for sprite, scale, along in ((self._tree, *_TREE), *((self._post, *p) for p in _POSTS)):
            things.append((scale, [Placement(sprite, self._standing(scale, along, seconds))]))
        for _, parts in sorted(things, key=lambda thing: thing[0]):
            layers += parts
        return layers

    def _car_parts(self, number: int, car: _Car, seconds: float) -> list[Placement]:
        body = self._car_matrix(car, seconds)
        parts = [Placement(self._shadow, body), Placement(self._cars[number], body, number == 0)]
        turn = _at(car.along, seconds) / scenery.WHEEL_RADIUS
        c, s = np.cos(turn), np.sin(turn)
        for hub in scenery.WHEELS:
            spin = np.array([[c, -s, hub], [s, c, -scenery.WHEEL_RADIUS], [0, 0, 1]])
            parts.append(Placement(self._wheel, body @ spin, number == 0))
        return parts

    def _car_matrix(self, car: _Car, seconds: float) -> NDArray[np.float64]:
        return self._standing(_at(car.scale, seconds), _at(car.along, seconds), seconds)

    def _standing(self, scale: float, along: float, seconds: float) -> NDArray[np.float64]:
        """Matrix of a thing that stands on the ground at a depth scale and a place along it."""
        x = _VIEW[0] / 2 + scale * (along - _at(_CAMERA, seconds)) - _at(_PAN, seconds)
        y = scenery.HORIZON + 100 * scale
        return self._seen(np.array([[scale, 0, x], [0, scale, y]]), seconds)

    def _seen(self, matrix: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
        """View coordinates as frame pixels: hand shake (shift and roll), then the frame's size."""
        waves = np.sin(seconds * np.array([4.1, 9.7, 17.3]) + self._phases) @ [1.6, 0.8, 0.3]
        roll = 0.0012 * waves[2]
        c, s = np.cos(roll), np.sin(roll)
        middle = np.array(_VIEW) / 2
        turn = np.array([[c, -s], [s, c]])
        shift = middle - turn @ middle + waves[:2]
        seen = turn @ matrix
        seen[:, 2] += shift
        return seen * self._zoom

    def _cover(self, placements: list[Placement]) -> NDArray[np.float32]:
        canvas = np.zeros((*self.size[::-1], 4), np.uint8)
        for placement in placements:
            _paste(canvas, placement)
        return canvas[..., 3] / np.float32(255)

    def _falloff(self) -> NDArray[np.float32]:
        width, height = self.size
        x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
        return (1 - 0.10 * (x**2 + y**2) ** 1.5 / 2).astype(np.float32)[..., None]

    def _light(self, seconds: float) -> NDArray[np.float32]:
        """Gain ``(H, W, 1)``: a cloud's shadow sweeps along the street; lens corners are darker."""
        x = np.linspace(0, 1, self.size[0], dtype=np.float32)
        y = np.linspace(0, 1, self.size[1], dtype=np.float32)[:, None]
        front = (seconds - 2.6) * 0.9 - x + 0.3 * y
        shade = 1 / (1 + np.exp(-6 * front)) - 1 / (1 + np.exp(-6 * (front - 1.9)))
        below_sky = np.clip((y - 0.2) * 5, 0, 1)
        return self._vignette * (1 - 0.24 * shade * below_sky)[..., None]


class SamplePaths(NamedTuple):
    """The files that `write_sample` wrote."""

    video: Path
    groundtruth: Path


def write_sample(
    directory: str | Path, overwrite: bool = False, clip: SampleClip | None = None
) -> SamplePaths:
    """Write the sample clip as ``clip.mp4`` and its truth as ``groundtruth_rect.txt``.

    The truth file is in OTB's form: one line ``x,y,w,h`` per frame, 1-based.

    Args:
        directory: where to write; created when missing.
        overwrite: replace files of these names.
        clip: the clip to write; by default 150 frames of 640x360.

    Raises:
        OutputError: a file is already there, or cannot be written.
    """
    from tracker.video.sinks import VideoSink

    paths = SamplePaths(Path(directory) / "clip.mp4", Path(directory) / "groundtruth_rect.txt")
    present = [str(path) for path in paths if path.exists()]
    if present and not overwrite:
        raise OutputError(f"expected no file of that name yet; got {' and '.join(present)}: "
                          f"allow overwriting or choose another directory")  # fmt: skip
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


def _at(values: tuple[float, ...], seconds: float) -> float:
    """A smooth curve through one value per second (Catmull-Rom), held straight beyond the ends."""
    padded = np.array([2 * values[0] - values[1], *values, 2 * values[-1] - values[-2]])
    index = int(np.clip(seconds, 0, _SECONDS[-1] - 1e-9))
    u = seconds - index
    p0, p1, p2, p3 = padded[index : index + 4]
    return float(p1 + 0.5 * u * (p2 - p0 + u * (2 * p0 - 5 * p1 + 4 * p2 - p3
                                                + u * (3 * (p1 - p2) + p3 - p0))))  # fmt: skip


def _outline(body: scenery.Sprite) -> NDArray[np.float64]:
    """Corner points ``(N, 2)`` of a car's pixels, in units, wheels included."""
    rows, columns = np.nonzero(body.levels[0][..., 3] > 127)
    edges = [np.stack([columns + dx, rows + dy], axis=1) for dx in (0, 1) for dy in (0, 1)]
    hull = cv2.convexHull(np.concatenate(edges).astype(np.float32))[:, 0]
    points = [hull / body.density + (body.left, body.top)]
    circle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    rim = scenery.WHEEL_RADIUS * np.stack([np.cos(circle), np.sin(circle) - 1], axis=1)
    points += [rim + np.array([hub, 0]) for hub in scenery.WHEELS]
    return np.concatenate(points)


def _paste(canvas: NDArray[np.uint8], placement: Placement) -> None:
    """Draw a sprite over a premultiplied RGBA canvas ``(H, W, 4)``, in place."""
    sprite, matrix = placement.sprite, placement.matrix
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    halvings = int(np.floor(np.log2(max(sprite.density / scale, 1)) + 0.2))
    level = min(halvings, len(sprite.levels) - 1)
    picture, density = sprite.levels[level], sprite.density / 2**level
    rows, columns = picture.shape[:2]
    # Pixel i of the picture is centred at (i + 0.5) / density units, pixel j of a frame at j + 0.5.
    start = np.array([sprite.left, sprite.top]) + 0.5 / density
    shift = matrix[:, :2] @ start + matrix[:, 2] - 0.5
    to_frame = np.column_stack([matrix[:, :2] / density, shift])
    corners = np.array([[-1, columns, columns, -1], [-1, -1, rows, rows], [1, 1, 1, 1]])
    reached = to_frame @ corners
    x0, y0 = np.maximum(np.floor(reached.min(axis=1)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(reached.max(axis=1)).astype(int) + 1, canvas.shape[1::-1])
    if x0 >= x1 or y0 >= y1:
        return
    to_frame[:, 2] -= x0, y0
    patch = cv2.warpAffine(picture, to_frame, (int(x1 - x0), int(y1 - y0)))
    region = canvas[y0:y1, x0:x1]
    behind = cv2.merge([255 - patch[..., 3]] * 4)
    region[:] = cv2.add(cv2.multiply(region, behind, scale=1 / 255), patch)
