"""Checks that all painted sprites share."""

from collections.abc import Callable

import numpy as np

from tracker.synthetic.scenery.sprites import Sprite


def assert_seeded(paint: Callable[[float, np.random.Generator], Sprite]) -> None:
    """Check that the same seed paints the same picture, and another seed another one."""
    first, again, other = (paint(0.25, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.levels[0], again.levels[0])
    assert (first.levels[0] != other.levels[0]).any()


def assert_opaque(paint: Callable[[float, np.random.Generator], Sprite]) -> None:
    """Check that nothing shines through the picture."""
    assert (paint(0.25, np.random.default_rng(3)).levels[0][..., 3] == 255).all()
