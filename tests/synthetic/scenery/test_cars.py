"""Cars: one shape in different paints, wheels that roll."""

import numpy as np

from tracker.synthetic.scenery import cars
from tracker.synthetic.scenery.cars import CarPaint


def test_cars_differ_in_paint_and_not_in_size():
    red = cars.car(CarPaint((200, 30, 30)), 1.0)
    blue = cars.car(CarPaint((30, 30, 200)), 1.0)
    np.testing.assert_array_equal(red.levels[0][..., 3], blue.levels[0][..., 3])
    assert red.levels[0][..., 0].sum(dtype=int) > 1.5 * blue.levels[0][..., 0].sum(dtype=int)


def test_the_outline_is_as_large_as_the_painted_body():
    body = cars.car(CarPaint((200, 30, 30)), 1.0)
    points = cars.outline(body)
    rows, columns = np.nonzero(body.levels[0][..., 3] > 127)
    pixels = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]])
    expected = pixels / body.density + (body.left, body.top)
    np.testing.assert_allclose([points.min(axis=0), points.max(axis=0)], expected, rtol=1e-5)


def test_a_wheel_rolls_without_slipping():
    """The point of the rim that touches the ground does not move along it."""
    foot = np.array([0, cars.WHEEL_RADIUS, 1])
    np.testing.assert_allclose(cars.rolled(5.0, 0.0) @ foot, [5, 0, 1], atol=1e-12)
    step = 1e-4
    x, y, _ = cars.rolled(5.0 + step, step) @ foot
    np.testing.assert_allclose([x, y], [5, 0], atol=1e-8)
