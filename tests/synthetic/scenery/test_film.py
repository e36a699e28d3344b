"""The film: seeded noise, dark corners and a passing shadow."""

import numpy as np
import pytest

from tracker.synthetic.scenery.film import Film

SIZE = (160, 90)
GREY = np.full((90, 160, 3), 150, np.float32)


@pytest.fixture
def film():
    return Film(SIZE, 0.25, seed=0)


def test_noise_belongs_to_the_frame_and_the_seed(film):
    first = film.develop(GREY, 3, 0.0)
    assert first.dtype == np.uint8
    assert 1.5 < first[40:50, 70:90].std() < 3
    film.develop(GREY, 4, 0.0)
    np.testing.assert_array_equal(film.develop(GREY, 3, 0.0), first)
    assert (film.develop(GREY, 4, 0.0) != first).mean() > 0.5
    assert (Film(SIZE, 0.25, seed=1).develop(GREY, 3, 0.0) != first).mean() > 0.5


def test_corners_are_darker_than_the_middle(film):
    frame = film.develop(GREY, 0, 0.0).astype(float)
    assert frame[:10, -10:].mean() < 0.95 * frame[40:50, 75:85].mean()


def test_a_shadow_passes_over_the_street_and_not_over_the_sky(film):
    sunny, shady = (film.develop(GREY, 0, seconds).astype(float) for seconds in (0.0, 4.2))
    assert shady[60:].mean() < 0.9 * sunny[60:].mean()
    np.testing.assert_allclose(shady[:15], sunny[:15], atol=1)


def test_light_does_not_change_the_painted_view(film):
    exposure = GREY.copy()
    film.develop(exposure, 0, 4.2)
    np.testing.assert_array_equal(exposure, GREY)
