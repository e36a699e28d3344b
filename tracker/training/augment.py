"""Change the pixels of a crop at random: pure functions of a crop and a random generator.

A crop is a frame (``(size, size, 3)`` uint8 RGB); it is never changed in place. Boxes are
``(cx, cy, w, h)`` in crop pixels, continuous. What moves the object (shift, scale, flip) is in
``pairs``. The kinds of change are those that helped SiamFC's successors: blur, colour and grey
(DaSiamRPN, SiamRPN++), occlusion, and distractors, which are cut-outs of other objects.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.errors import FrameError
from tracker.frames import Frame
from tracker.training.augment_config import AugmentConfig

Generator = np.random.Generator
CropBox = NDArray[np.float32]


def degrade(crop: Frame, config: AugmentConfig, strength: float, rng: Generator) -> Frame:
    """Blur, recolour and compress a crop as a camera might, each by chance.

    Args:
        crop: the crop.
        config: how often and how much.
        strength: factor on the changes of colour, >= 0.
        rng: source of all random numbers.
    """
    if rng.random() < config.blur:
        crop = blur(crop, config.blur_width, rng)
    crop = recolour(crop, config, strength, rng)
    if rng.random() < config.jpeg:
        crop = compress(crop, int(rng.integers(config.jpeg_quality, 96)))
    return crop


def blur(crop: Frame, widest: int, rng: Generator) -> Frame:
    """Blur a crop over 3 to ``widest`` pixels: out of focus, or by motion in any direction."""
    width = int(rng.choice(np.arange(3, widest + 1, 2)))
    if rng.random() < 0.5:
        return _as_uint8(cv2.blur(crop, (width, width)))
    return _as_uint8(cv2.filter2D(crop, -1, motion_filter(width, rng.uniform(0, math.pi))))


def motion_filter(width: int, angle: float) -> NDArray[np.float32]:
    """Return the convolution filter that blurs like a straight motion.

    Args:
        width: length of the motion in pixels, odd.
        angle: its direction in radians, clockwise from the right.

    Returns:
        ``(width, width)``, with sum 1.
    """
    middle = width // 2
    steps = np.linspace(-middle, middle, 4 * width)
    columns = np.rint(middle + steps * math.cos(angle)).astype(int)
    rows = np.rint(middle + steps * math.sin(angle)).astype(int)
    line = np.zeros((width, width), np.float32)
    np.add.at(line, (rows, columns), 1)
    return np.asarray(line / line.sum(), np.float32)


def recolour(crop: Frame, config: AugmentConfig, strength: float, rng: Generator) -> Frame:
    """Change brightness, contrast and the gain of each channel by chance.

    Args:
        crop: the crop.
        config: the largest changes.
        strength: factor on all changes, >= 0.
        rng: source of all random numbers.
    """
    brightness, contrast = np.exp(
        rng.uniform(-1, 1, 2) * (config.brightness, config.contrast) * strength
    )
    gains = np.exp(rng.uniform(-1, 1, 3) * config.channel_gain * strength)
    offset = rng.uniform(-1, 1) * config.offset * strength
    mean = cv2.mean(crop)[:3]
    values = np.arange(256)[:, None]  # (256, 3): what each value of each channel becomes
    changed = ((values - mean) * contrast + mean) * brightness * gains + offset
    table = np.rint(np.clip(changed, 0, 255)).astype(np.uint8)
    return _as_uint8(cv2.LUT(crop, table[None]))


def without_colour(crop: Frame) -> Frame:
    """Return a crop in grey, with three channels still."""
    return _as_uint8(cv2.cvtColor(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))


def compress(crop: Frame, quality: int) -> Frame:
    """Return what is left of a crop after JPEG compression with a quality from 1 to 100."""
    # OpenCV expects BGR: in another order, other colours than a camera's would lose detail.
    _, data = cv2.imencode(".jpg", crop[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if decoded is None:
        raise FrameError(f"OpenCV cannot decode its own JPEG of quality {quality}")
    return _as_uint8(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB))


def occlude(crop: Frame, box: CropBox, largest: float, rng: Generator) -> Frame:
    """Hide a part of the object behind one colour or behind another piece of the same crop.

    Args:
        crop: the crop.
        box: the object.
        largest: largest side of the hidden part, as a share of the object's side, 0 to 1; the
            smallest is 0.4 of that, and its centre lies in the object.
        rng: source of all random numbers.
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
    """Paste an object of another crop onto a crop, at the same place, with a soft outline.

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
    """Return the whole pixels of ``[start, start + length)`` that lie in ``[0, limit)``."""
    first = min(max(round(start), 0), limit)
    return slice(first, max(first, min(round(start + length), limit)))


def _as_uint8(picture: cv2.typing.MatLike) -> Frame:
    return np.asarray(picture, np.uint8)
