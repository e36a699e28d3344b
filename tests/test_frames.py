"""Images of many kinds become frames with the right pixels, or one clear error."""

import numpy as np
import pytest
from PIL import Image

from tracker.errors import FrameError
from tracker.frames import as_frame, frame_size

RED, GREEN = (255, 0, 0), (0, 255, 0)


@pytest.fixture
def rgb():
    frame = np.zeros((2, 3, 3), np.uint8)
    frame[0, 0], frame[1, 2] = RED, GREEN
    return frame


def test_a_frame_is_passed_through_without_a_copy(rgb):
    assert as_frame(rgb) is rgb
    assert frame_size(rgb) == (3, 2)


def test_alpha_is_dropped(rgb):
    rgba = np.dstack([rgb, np.full((2, 3), 7, np.uint8)])
    np.testing.assert_array_equal(as_frame(rgba), rgb)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1)])
def test_gray_becomes_three_equal_channels(shape):
    gray = np.arange(6, dtype=np.uint8).reshape(shape)
    frame = as_frame(gray)
    assert frame.shape == (2, 3, 3)
    for channel in range(3):
        np.testing.assert_array_equal(frame[..., channel], gray.reshape(2, 3))


def test_strided_and_read_only_arrays_keep_their_pixels(rgb):
    mirrored = rgb[:, ::-1]
    np.testing.assert_array_equal(as_frame(mirrored), mirrored)
    assert as_frame(mirrored).flags.c_contiguous
    rgb.flags.writeable = False
    np.testing.assert_array_equal(as_frame(rgb), rgb)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK", "1"])
def test_pil_images_of_any_mode(mode, rgb):
    image = Image.fromarray(rgb).convert(mode)
    np.testing.assert_array_equal(as_frame(image), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (None, "numpy array or PIL image; got NoneType"),
        ([[0, 0], [0, 0]], "got list"),
        (np.zeros((4, 4, 3), np.float32), "uint8 frame .* got dtype float32"),
        (np.zeros((4, 4), np.uint16), "got dtype uint16"),
        (np.zeros((4, 4, 2), np.uint8), r"got \(4, 4, 2\)"),
        (np.zeros(4, np.uint8), r"got \(4,\)"),
        (np.zeros((1, 4, 4, 3), np.uint8), r"got \(1, 4, 4, 3\)"),
        (np.zeros((0, 4, 3), np.uint8), "at least one pixel"),
    ],
)
def test_anything_else_is_a_frame_error(image, message):
    with pytest.raises(FrameError, match=message):
        as_frame(image)
