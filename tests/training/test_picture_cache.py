"""The cache of pictures: what it keeps, and pictures that are reduced."""

import pickle

import numpy as np
import pytest

from tests.training.picture_trees import noise, write_picture
from tracker.errors import DatasetError
from tracker.training.picture_cache import LONGEST_SIDE, PictureCache


def test_the_cache_keeps_what_was_used_last(tmp_path):
    paths = [write_picture(tmp_path / f"{i}.png", noise(i, (10, 10))) for i in range(3)]
    cache = PictureCache(600)  # two pictures of 300 bytes
    first = cache.read(paths[0])
    cache.read(paths[1])
    assert cache.read(paths[0]) is first
    cache.read(paths[2])
    paths[1].unlink()
    assert cache.read(paths[0]) is first
    with pytest.raises(DatasetError):
        cache.read(paths[1])


def test_a_large_picture_is_reduced_with_its_box(tmp_path):
    pixels = np.zeros((1000, 2001, 3), np.uint8)
    pixels[400:600, 1000:1400] = 255
    picture = PictureCache(0).read(write_picture(tmp_path / "0.png", pixels))
    assert picture.pixels.shape == (450, LONGEST_SIDE, 3)
    rows, columns = np.nonzero(picture.pixels[..., 0] > 127)
    x, y, w, h = picture.box((1000, 400, 400, 200))
    edges = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(edges, [x, y, x + w, y + h], atol=0.6)


def test_a_pickled_cache_is_empty_with_the_same_limit(tmp_path):
    path = write_picture(tmp_path / "0.png", noise(0, (10, 10)))
    cache = PictureCache(300)
    first = cache.read(path)
    other = pickle.loads(pickle.dumps(cache))
    second = other.read(path)
    assert second is not first
    assert other.read(path) is second  # one picture of 300 bytes fits
    assert (second.pixels == first.pixels).all()
