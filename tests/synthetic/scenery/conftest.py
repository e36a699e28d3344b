"""A view of the street."""

import numpy as np
import pytest

from tracker.synthetic.scenery.camera import Camera, CameraView


@pytest.fixture
def view() -> CameraView:
    return Camera(2.0, np.random.default_rng(3)).view(1.7, place=80.0, pan=25.0)
