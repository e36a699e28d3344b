"""Motion through tables of one value per second."""

import numpy as np
import pytest

from tracker.synthetic.scenery.motion import Motion, at


def test_a_curve_passes_through_its_values_smoothly():
    values = (0.0, 2.0, 3.0, -1.0)
    assert [at(values, second) for second in range(4)] == pytest.approx(values)
    before, here, after = (at(values, 2 + step) for step in (-1e-4, 0, 1e-4))
    assert after - here == pytest.approx(here - before, abs=1e-6)


def test_a_steady_motion_goes_on_before_the_start():
    motion = Motion(along=(0.0, 10.0, 20.0), scale=(1.0,) * 3)
    assert at(motion.along, -0.1) == pytest.approx(-1.0)


def test_a_motion_stands_where_its_tables_say(view):
    motion = Motion(along=(0.0, 10.0, 20.0), scale=(0.5, 1.0, 1.5))
    np.testing.assert_allclose(motion.matrix(view, 1.0), view.standing(1.0, 10.0))
