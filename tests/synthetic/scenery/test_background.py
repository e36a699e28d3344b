"""Sky and skyline: seeded; the sky is opaque, paler below, and clear between the towers."""

import numpy as np
import pytest

from tests.synthetic.scenery.painting import assert_opaque, assert_seeded
from tracker.synthetic.scenery import background


@pytest.mark.parametrize("paint", [background.sky, background.skyline])
def test_the_same_seed_paints_the_same_picture(paint):
    assert_seeded(paint)


def test_the_sky_is_opaque_and_paler_towards_the_horizon():
    assert_opaque(background.sky)
    picture = background.sky(0.25, np.random.default_rng(3)).levels[0].astype(float)
    assert picture[-10:, :, 0].mean() > picture[:10, :, 0].mean()


def test_above_the_skyline_the_sky_shines_through():
    opacity = background.skyline(0.25, np.random.default_rng(3)).levels[0][..., 3]
    assert opacity[:5].max() == 0
    assert np.median(opacity[-8]) == 255
