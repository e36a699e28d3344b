"""Frames as JPEG: size, colours, and the address that holds one."""

import base64

import cv2
import numpy as np
import pytest

from tracker_demo.pictures import COLORS, data_uri, jpeg

RED_LEFT = np.zeros((60, 80, 3), np.uint8)
RED_LEFT[:, :40, 0] = 200


def decoded(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


@pytest.mark.parametrize(
    ("longest", "size"), [(800, (80, 60)), (80, (80, 60)), (40, (40, 30)), (1, (1, 1))]
)
def test_a_frame_is_made_smaller_but_never_larger(longest, size):
    height, width, _ = decoded(jpeg(RED_LEFT, longest)).shape
    assert (width, height) == size


def test_colours_and_sides_stay():
    image = decoded(jpeg(RED_LEFT, 40)).astype(int)
    assert np.abs(image[:, :15] - (200, 0, 0)).max() < 12
    assert image[:, 25:].max() < 12


def test_a_lower_quality_is_a_smaller_file():
    noise = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    assert len(jpeg(noise, 80, quality=30)) < len(jpeg(noise, 80, quality=90))


def test_the_address_holds_the_picture():
    kind, _, text = data_uri(RED_LEFT, 40).partition(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(text, validate=True) == jpeg(RED_LEFT, 40, quality=80)


@pytest.mark.parametrize("color", COLORS)
def test_colours_of_objects_stand_out_on_white(color):
    """The contrast of WCAG 2, which asks for 3 at least."""
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    assert 1.05 / (linear @ (0.2126, 0.7152, 0.0722) + 0.05) >= 3
