"""Paste pictures into a frame at any place and scale."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray


class Sprite(NamedTuple):
    """A picture in several sizes, and its place in units.

    Attributes:
        levels: premultiplied RGBA ``(H, W, 4)``, 0..255, each half as large as the one before.
        density: pixels per unit of level 0.
        left: x of its left edge, units.
        top: y of its top edge, units.
    """

    levels: tuple[NDArray[np.uint8], ...]
    density: float
    left: float
    top: float


class SpritePlacement(NamedTuple):
    """A sprite in a frame.

    Attributes:
        sprite: the picture.
        matrix: 2x3, from the sprite's units to frame pixels.
        is_target: whether it is a part of the object that is tracked.
    """

    sprite: Sprite
    matrix: NDArray[np.float64]
    is_target: bool = False


def make_sprite(
    image: NDArray[np.floating[Any]], density: float, left: float, top: float, levels: int
) -> Sprite:
    """Return a sprite of ``levels`` pictures: an image and its halvings.

    Args:
        image: premultiplied RGBA ``(H, W, 4)``, 0..255.
        density, left, top: as in `Sprite`.
        levels: number of pictures, 1 or more.
    """
    pictures = [image]
    for _ in range(levels - 1):
        pictures.append(shrink(pictures[-1], 2))
    whole = tuple(np.rint(np.clip(p, 0, 255)).astype(np.uint8) for p in pictures)
    return Sprite(whole, density, left, top)


def shrink(image: NDArray[np.floating[Any]], factor: int) -> NDArray[np.floating[Any]]:
    """Shrink by a whole factor; sides are padded with 0 to a multiple, so that no edge moves."""
    height, width = image.shape[:2]
    padded = np.pad(image, ((0, -height % factor), (0, -width % factor), (0, 0)))
    size = (padded.shape[1] // factor, padded.shape[0] // factor)
    return np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA), image.dtype)


def paint(size: tuple[int, int], placements: Sequence[SpritePlacement]) -> NDArray[np.uint8]:
    """Paste sprites on a transparent canvas, from far to near.

    Args:
        size: (width, height), pixels.
        placements: what to paste, the nearest last.

    Returns:
        Premultiplied RGBA ``(H, W, 4)``.
    """
    canvas = np.zeros((*size[::-1], 4), np.uint8)
    for placement in placements:
        paste(canvas, placement.sprite, placement.matrix)
    return canvas


def paste(canvas: NDArray[np.uint8], sprite: Sprite, matrix: NDArray[np.float64]) -> None:
    """Paste one sprite on a canvas, in place.

    Args:
        canvas: premultiplied RGBA ``(H, W, 4)``.
        sprite: the picture.
        matrix: 2x3, from the sprite's units to pixels of the canvas.
    """
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    # Adding 0.2 switches to the smaller picture a little early: slightly soft rather than jagged.
    halvings = int(np.floor(np.log2(max(sprite.density / scale, 1)) + 0.2))
    level = min(halvings, len(sprite.levels) - 1)
    picture, density = sprite.levels[level], sprite.density / 2**level
    rows, columns = picture.shape[:2]
    # Pixel i of the picture has its centre at (i + 0.5) / density units, pixel j of a frame at
    # j + 0.5.
    start = np.array([sprite.left, sprite.top]) + 0.5 / density
    shift = matrix[:, :2] @ start + matrix[:, 2] - 0.5
    to_canvas = np.column_stack([matrix[:, :2] / density, shift])
    corners = np.array([[-1, columns, columns, -1], [-1, -1, rows, rows], [1, 1, 1, 1]])
    reached = to_canvas @ corners
    x0, y0 = np.maximum(np.floor(reached.min(axis=1)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(reached.max(axis=1)).astype(int) + 1, canvas.shape[1::-1])
    if x0 >= x1 or y0 >= y1:
        return
    to_canvas[:, 2] -= x0, y0
    patch = cv2.warpAffine(picture, to_canvas, (int(x1 - x0), int(y1 - y0)))
    region = canvas[y0:y1, x0:x1]
    behind = cv2.merge([255 - patch[..., 3]] * 4)
    region[:] = cv2.add(cv2.multiply(region, behind, scale=1 / 255), patch)
