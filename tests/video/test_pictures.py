"""Image files and arrays as sources."""

import cv2
import numpy as np
import pytest

from tests.media import flat, texture
from tests.video.reading import indices, read_until_error
from tracker.errors import FrameError, SourceEndedEarly, SourceError
from tracker.video import open_source
from tracker.video.pictures import images_in, is_image, read_image


def test_unreadable_image_in_the_middle(folder):
    (folder / "img7.png").write_text("no image")
    frames, error = read_until_error(folder)
    assert len(frames) == 7
    assert isinstance(error, SourceEndedEarly)
    assert "7 of 12 frames" in str(error)
    assert "img7.png" in str(error)
    assert indices(folder, end=7) == list(range(7))
    assert indices(folder, stride=2) == [0, 2, 4, 6, 8, 10]  # img7 is not needed


def test_image_kinds(tmp_path):
    image = texture(0, (31, 17))
    for suffix in ("jpg", "jpeg", "PNG", "bmp", "tif", "tiff", "webp", "ppm"):
        assert cv2.imwrite(str(tmp_path / f"image.{suffix}"), image[:, :, ::-1])
        with open_source(tmp_path / f"image.{suffix}") as source:
            (frame,) = source
        assert np.abs(frame.image.astype(int) - image).mean() < 12
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((4, 5), 40_000, np.uint16))
    with open_source(tmp_path / "deep.png") as source:
        assert next(source).image.shape == (4, 5, 3)


def test_arrays():
    stack = np.stack([flat(i, (8, 6)) for i in range(5)])
    for images in (stack, list(stack), tuple(stack), (image for image in stack)):
        with open_source(images, start=1, stride=2) as source:
            assert [(f.index, f.time_s) for f in source] == [(1, 0.04), (3, 0.12)]
    with open_source(stack) as source:
        assert (source.size, source.frame_count) == ((8, 6), 5)
        assert all(np.array_equal(image, stack[i]) for i, _, image in source)
    with open_source([stack[0][:, :, 0]]) as source:
        assert next(source).image.shape == (6, 8, 3)
    assert read_until_error([])[0] == []
    with open_source([stack[0], "no image"]) as source, pytest.raises(FrameError):
        list(source)


def test_an_error_of_the_callers_generator_is_not_hidden():
    def images():
        yield flat(0, (8, 6))
        raise KeyError("mine")

    with open_source(images()) as source:
        next(source)
        with pytest.raises(KeyError, match="mine"):
            next(source)


def test_the_images_of_a_folder(folder):
    assert {path.name for path in images_in(folder)} == {f"img{i}.png" for i in range(12)}
    assert is_image(folder / "img0.png")
    for name in ("notes.txt", "._img0.png", "img99.png", ""):
        assert not is_image(folder / name)
    with pytest.raises(SourceError, match=r"cannot read the folder .*Not a directory"):
        images_in(folder / "notes.txt")


def test_reading_one_image(folder):
    assert np.array_equal(read_image(folder / "img3.png"), flat(3, (8, 6)))
    with pytest.raises(SourceError, match=r"notes\.txt is not an image that can be read"):
        read_image(folder / "notes.txt")
    with pytest.raises(SourceError, match=r"cannot read .*absent\.png: No such file"):
        read_image(folder / "absent.png")
