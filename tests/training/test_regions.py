"""The geometry of training crops, against the tracker's crops and against painted objects."""

import cv2
import numpy as np
import pytest

from tests.training.picture_trees import noise
from tracker.crops import crop_squares, mean_color
from tracker.training.regions import CropGeometry, CropPlacement, cut, map_box, reaches


@pytest.mark.parametrize("extent", [400, 800, 1500])
def test_a_shrunk_cut_is_what_the_tracker_crops(extent):
    pixels = noise(5, (900, 700))
    zoom, center = 127 / extent, (431.3, 302.8)
    to_crop = np.array([[zoom, 0, 63.5 - zoom * center[0]], [0, zoom, 63.5 - zoom * center[1]]])
    fill = mean_color(pixels)
    expected = crop_squares(pixels, center, [extent], 127, fill)[0]
    assert np.abs(cut(pixels, to_crop, 127, fill).astype(int) - expected).max() <= 1


def test_the_box_follows_the_object_through_any_placement():
    geometry, rng = CropGeometry(), np.random.default_rng(0)
    for _ in range(300):
        w, h = rng.uniform(20, 120, 2).tolist()
        x, y = rng.uniform(100, 300), rng.uniform(100, 200)
        # Painted at 1/16 of a pixel: an upright object is a rectangle, a turned one an ellipse.
        turn = float(rng.choice([0, rng.uniform(-0.7, 0.7)]))
        pixels = np.zeros((400, 600, 3), np.uint8)
        middle = (round((x + w / 2 - 0.5) * 16), round((y + h / 2 - 0.5) * 16))
        if turn:
            axes = (round(w / 2 * 16), round(h / 2 * 16))
            cv2.ellipse(pixels, middle, axes, 0, 0, 360, (255, 255, 255), -1, cv2.LINE_8, 4)
        else:
            x, y, w, h = map(round, (x, y, w, h))
            pixels[y : y + h, x : x + w] = 255
        place = CropPlacement(
            tuple(rng.uniform(-64, 64, 2)),
            np.exp(rng.uniform(-0.28, 0.28)),
            np.exp(rng.uniform(-0.3, 0.3)),
            turn,
            bool(rng.integers(2)),
        )
        to_crop = geometry.map_of((x, y, w, h), 255, place)
        crop = cut(pixels, to_crop, 255, (0, 0, 0))
        cx, cy, bw, bh = map_box(to_crop, (x, y, w, h))
        rows, columns = np.nonzero(crop[..., 0] >= 128)
        edges = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        expected = np.array([cx - bw / 2, cy - bh / 2, cx + bw / 2, cy + bh / 2])
        inside = (expected > 1) & (expected < 254)
        # A pixel of the picture is up to six of the crop, and the painted ellipse is whole pixels.
        slack = 1 + (np.hypot(*to_crop[:, :2]).max() if turn else 0)
        assert np.abs(edges - expected)[inside].max(initial=0) <= slack


def test_beyond_the_edge_is_the_mean_or_another_scene():
    pixels, beyond = np.full((20, 30, 3), 200, np.uint8), noise(1, (64, 64))
    to_crop = np.array([[1.0, 0, 10], [0, 1.0, 10]])
    over = cut(pixels, to_crop, 64, beyond)
    inner = np.zeros((64, 64), bool)
    inner[10:30, 10:40] = True
    assert (over[inner] == 200).mean() > 0.9
    assert (over[~inner] == beyond[~inner]).all()
    assert (cut(pixels, to_crop, 64, (1, 2, 3))[~inner] == (1, 2, 3)).all()


@pytest.mark.parametrize(
    ("box", "seen"),
    [
        ((5, 5, 9, 9), True),
        ((-9, 5, 8, 9), False),
        ((99, 99, 9, 9), True),
        ((101, 5, 9, 9), False),
        ((-50, -50, 300, 300), True),
    ],
)
def test_what_reaches_into_a_crop(box, seen):
    assert reaches(np.array([[1.0, 0, 0], [0, 1, 0]]), box, 100) is seen
