"""draw_result: drawn in place, at the right pixels, readable, for any box on any frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.result import STATES, TrackResult
from tracker.video import draw_result

COLORS = {"tracking": (38, 208, 124), "uncertain": (255, 184, 28), "lost": (255, 76, 76)}


def frame(size=(320, 240), level=128):
    return np.full((size[1], size[0], 3), level, np.uint8)


def result(box=(100, 100, 80, 60), state="tracking", score=0.93, id=1):
    return TrackResult(0, 0.0, id, box, score, state)


def changed(image, level=128):
    return (image != level).any(axis=2)


def share_of(image, color):
    return (np.abs(image.astype(int) - color).sum(axis=2) < 30).mean()


@pytest.mark.parametrize("state", STATES)
def test_the_box_is_where_it_is_said_to_be(state):
    image = frame()
    draw_result(image, result(state=state))
    below = changed(image)[95:, :]  # the label is above the box
    rows, columns = np.nonzero(below)
    assert columns.min() == pytest.approx(100, abs=5)
    assert rows.max() + 95 == pytest.approx(160, abs=5)
    assert not changed(image)[110:150, 110:170].any()  # the object itself stays visible
    assert share_of(image, COLORS[state]) > 0.001


def test_edges_are_centred_on_the_box():
    image = frame((400, 400), 0)
    draw_result(image, result((100, 100, 200, 200)))
    green = image[:, :, 1].astype(float)
    profile = green[200, 90:110]
    assert (profile * (np.arange(90, 110) + 0.5)).sum() / profile.sum() == pytest.approx(
        100, abs=0.6
    )
    profile = green[290:310, 200]
    assert (profile * (np.arange(290, 310) + 0.5)).sum() / profile.sum() == pytest.approx(
        300, abs=0.6
    )


def test_states_look_different():
    images = []
    for state in STATES:
        images.append(frame())
        draw_result(images[-1], result(state=state))
    tracking, uncertain, lost = (
        share_of(im, COLORS[s]) for im, s in zip(images, STATES, strict=True)
    )
    assert lost < 0.8 * tracking  # dashed
    assert uncertain > 0
    for image, state in zip(images, STATES, strict=True):
        assert all(share_of(image, COLORS[s]) < 1e-4 for s in STATES if s != state)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_readable_on_any_background(level):
    image = frame(level=level)
    draw_result(image, result())
    label = image[78:96, 104:190]
    assert label.max(axis=2).min() < 90  # the plate
    assert label.max() > 190  # the text on it


def test_the_number_is_shown_only_when_asked():
    plain, numbered, other = frame(), frame(), frame()
    draw_result(plain, result(id=2))
    draw_result(numbered, result(id=2), show_id=True)
    draw_result(other, result(id=7), show_id=True)
    assert changed(numbered)[:95].sum() > changed(plain)[:95].sum()
    assert not np.array_equal(numbered, other)
    draw_result(same := frame(), result(id=7))
    assert np.array_equal(same, plain)


def test_the_label_stays_inside_when_the_box_does_not():
    for box in [(-500, 100, 80, 60), (900, 100, 80, 60), (100, -400, 80, 60), (100, 900, 80, 60)]:
        image = frame()
        draw_result(image, result(box, "lost"))
        assert changed(image).sum() > 500  # a whole plate
        x, y = (0 if box[0] < 0 else 319 if box[0] > 320 else 110), box[1]
        assert changed(image)[:, max(0, x - 60) : x + 60].any()
        assert changed(image)[:40].any() == (y < 0)


def test_the_trail_fades_with_age():
    image = frame((400, 200), 0)
    draw_result(image, result((380, 180, 5, 5)), [(x, 100) for x in range(20, 360, 10)])
    line = image[100, :, 1].astype(int)
    assert not line[:15].any()
    assert 0 < line[60] < line[150] < line[250] < line[340]
    assert line[340] > 180


def test_lines_grow_with_the_frame():
    thickness = []
    for height in (240, 720, 2160):
        image = frame((height * 16 // 9, height), 0)
        draw_result(image, result((height // 2, height // 2, height // 4, height // 4)))
        thickness.append((image[height * 5 // 8, : height * 5 // 8, 1] > 150).sum())
    assert thickness[0] < thickness[1] < thickness[2]


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (3, 2), (20, 20), (3840, 2160)])
@pytest.mark.parametrize("state", STATES)
def test_tiny_and_large_frames(size, state):
    for box in [(0, 0, *size), (0, 0, 0, 0), (-5, -5, 500, 500), (-1e9, -1e9, 3e9, 3e9)]:
        draw_result(frame(size), result(box, state), [(0, 0), (1e9, -1e9), (5, 5)], show_id=True)


numbers = st.floats(-1e6, 1e6)


@settings(max_examples=200, deadline=None)
@given(
    st.tuples(numbers, numbers, numbers, numbers),
    st.sampled_from(STATES),
    st.lists(st.tuples(numbers, numbers), max_size=5),
    st.tuples(st.integers(1, 200), st.integers(1, 200)),
)
def test_no_finite_box_or_trail_fails(box, state, trail, size):
    image = frame(size)
    draw_result(image, result(box, state), trail)
    assert image.shape == (size[1], size[0], 3)
