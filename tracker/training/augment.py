"""What happens to the pixels of a crop: pure functions of a crop and a random generator.

A crop is a frame (``(size, size, 3)`` uint8 RGB); it is never changed in place. Boxes are
``(cx, cy, w, h)`` in crop pixels, continuous. What moves the object (shift, scale, flip) is in
``pairs``. The kinds of change are those that SiamFC's successors found to pay: blur, colour and
grey (DaSiamRPN, SiamRPN++), occlusion, and distractors, which are cut-outs of other objects.
"""

import math
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.frames import Frame

Generator = np.random.Generator
CropBox = NDArray[np.float32]


@dataclass(frozen=True)
class AugmentConfig:
    """How often and how much the crops are changed.

    Raises:
        ValueError: a value outside the range given beside it.
    """

    blur: float = 0.25  # share of crops that are blurred, half of them by motion, 0 to 1
    blur_width: int = 9  # widest blur, pixels, odd, >= 3
    brightness: float = 0.3  # largest change of the logarithm of all values, >= 0
    offset: float = 20.0  # largest change of all values by addition, 0 to 255
    channel_gain: float = 0.15  # largest change of the logarithm of one channel, >= 0
    contrast: float = 0.3  # largest change of the logarithm of the distances to the mean, >= 0
    exemplar_colour: float = 0.6  # change of the exemplar's colours relative to the search's, >= 0
    video_colour: float = 0.6  # the same of two frames of a video relative to one picture, >= 0
    grey: float = 0.2  # share of pairs without colour, 0 to 1
    jpeg: float = 0.15  # share of crops that are compressed, 0 to 1
    jpeg_quality: int = 30  # lowest quality of those, 1 to 95
    occlusion: float = 0.12  # share of search crops in which part of the object is hidden, 0 to 1
    occluder: float = 0.5  # largest side of what hides it, as a share of the object's, 0 to 1
    distractor: float = 0.25  # share of search crops with another object pasted beside it, 0 to 1

    def __post_init__(self) -> None:
        for field in fields(self):
            value, whole = getattr(self, field.name), isinstance(field.default, int)
            number = isinstance(value, int if whole else (int, float)) and value is not True
            self._check(
                field.name,
                number and value is not False and math.isfinite(value),
                "a whole number" if whole else "a finite number",
            )
        for name in ("blur", "grey", "jpeg", "occlusion", "occluder", "distractor"):
            self._check(name, 0 <= getattr(self, name) <= 1, "from 0 to 1")
        for name in ("brightness", "channel_gain", "contrast", "exemplar_colour", "video_colour"):
            self._check(name, getattr(self, name) >= 0, "at least 0")
        self._check("offset", 0 <= self.offset <= 255, "from 0 to 255")
        self._check(
            "blur_width",
            self.blur_width >= 3 and self.blur_width % 2 == 1,
            "an odd number, at least 3",
        )
        self._check("jpeg_quality", 1 <= self.jpeg_quality <= 95, "from 1 to 95")

    def _check(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise ValueError(f"setting {name} must be {expected}, got {getattr(self, name)!r}")


def degrade(crop: Frame, config: AugmentConfig, strength: float, rng: Generator) -> Frame:
    """Blur, colour and compress a crop as a camera would, each by chance.

    Args:
        crop: the crop.
        config: how often and how much.
        strength: factor on the changes of colour, >= 0.
        rng: where the chances come from.
    """
    if rng.random() < config.blur:
        crop = blur(crop, config.blur_width, rng)
    crop = recolour(crop, config, strength, rng)
    if rng.random() < config.jpeg:
        crop = compress(crop, int(rng.integers(config.jpeg_quality, 96)))
    return crop


def blur(crop: Frame, widest: int, rng: Generator) -> Frame:
    """Blur a crop by 3 to ``widest`` pixels: out of focus, or by motion in any direction."""
    width = int(rng.choice(np.arange(3, widest + 1, 2)))
    if rng.random() < 0.5:
        return cv2.blur(crop, (width, width))
    return cv2.filter2D(crop, -1, motion_kernel(width, rng.uniform(0, math.pi)))


def motion_kernel(width: int, angle: float) -> NDArray[np.float32]:
    """The blur of a straight motion over ``width`` pixels, odd: ``(width, width)``, sum 1.

    Args:
        width: length of the motion in pixels.
        angle: its direction in radians, clockwise from the right.
    """
    middle = width // 2
    steps = np.linspace(-middle, middle, 4 * width)
    columns = np.rint(middle + steps * math.cos(angle)).astype(int)
    rows = np.rint(middle + steps * math.sin(angle)).astype(int)
    kernel = np.zeros((width, width), np.float32)
    np.add.at(kernel, (rows, columns), 1)
    return kernel / kernel.sum()


def recolour(crop: Frame, config: AugmentConfig, strength: float, rng: Generator) -> Frame:
    """Change brightness, contrast and the gain of each channel, all scaled by ``strength``."""
    brightness, contrast = np.exp(
        rng.uniform(-1, 1, 2) * (config.brightness, config.contrast) * strength
    )
    gains = np.exp(rng.uniform(-1, 1, 3) * config.channel_gain * strength)
    offset = rng.uniform(-1, 1) * config.offset * strength
    mean = cv2.mean(crop)[:3]
    values = np.arange(256)[:, None]  # (256, 3): what each value of each channel becomes
    changed = ((values - mean) * contrast + mean) * brightness * gains + offset
    table = np.rint(np.clip(changed, 0, 255)).astype(np.uint8)
    return cv2.LUT(crop, table[None])


def without_colour(crop: Frame) -> Frame:
    """A crop in grey, still of three channels."""
    return cv2.cvtColor(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def compress(crop: Frame, quality: int) -> Frame:
    """What JPEG of a quality from 1 to 100 leaves of a crop."""
    # Channels in another order than JPEG expects would give other losses than a camera's.
    _, data = cv2.imencode(".jpg", crop[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def occlude(crop: Frame, box: CropBox, largest: float, rng: Generator) -> Frame:
    """Hide a part of the object behind one colour or behind another piece of the same crop.

    Args:
        crop: the crop.
        box: the object.
        largest: largest side of what hides it, as a share of the object's side, 0 to 1; the
            smallest is 0.4 of that, and its centre lies in the object.
        rng: where the chances come from.
    """
    cx, cy, w, h = box.tolist()
    wide, high = (largest * np.array([w, h]) * rng.uniform(0.4, 1, 2)).tolist()
    left, top = (
        cx + rng.uniform(-0.5, 0.5) * w - wide / 2,
        cy + rng.uniform(-0.5, 0.5) * h - high / 2,
    )
    columns, rows = _inside(left, wide, crop.shape[1]), _inside(top, high, crop.shape[0])
    hidden = crop.copy()
    target = hidden[rows, columns]
    if target.size == 0:
        return hidden
    if rng.random() < 0.5:
        target[:] = rng.integers(0, 256, 3)
    else:
        row = rng.integers(0, crop.shape[0] - target.shape[0] + 1)
        column = rng.integers(0, crop.shape[1] - target.shape[1] + 1)
        target[:] = crop[row : row + target.shape[0], column : column + target.shape[1]]
    return hidden


def paste(crop: Frame, other: Frame, box: CropBox, roundness: float) -> Frame:
    """Lay an object of another crop over a crop, at the same place, with a soft outline.

    Args:
        crop: the crop below.
        other: the crop with the object, of the same size.
        box: the object in ``other``.
        roundness: the outline is ``|u|^p + |v|^p = 1`` in the box, with this p: an ellipse at 2,
            nearly the box itself at 10.
    """
    cx, cy, w, h = box.tolist()
    columns, rows = _inside(cx - w / 2, w, crop.shape[1]), _inside(cy - h / 2, h, crop.shape[0])
    u = (np.arange(columns.start, columns.stop) + 0.5 - cx) / (w / 2)
    v = (np.arange(rows.start, rows.stop) + 0.5 - cy) / (h / 2)
    outside = np.abs(u[None]) ** roundness + np.abs(v[:, None]) ** roundness
    share = np.clip((1 - outside) / 0.2, 0, 1)[..., None]
    pasted = crop.copy()
    below, above = crop[rows, columns], other[rows, columns]
    pasted[rows, columns] = np.rint(below + share * (above.astype(np.float32) - below))
    return pasted


def _inside(start: float, length: float, limit: int) -> slice:
    """The whole pixels from ``start`` on that lie in ``[0, limit)``."""
    first = min(max(round(start), 0), limit)
    return slice(first, max(first, min(round(start + length), limit)))
