"""Pairs: the tracker's geometry, the distribution, the same pairs for everyone, and real data."""

from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from tests.real_data import SHARED_DATA
from tests.training.pair_settings import CLEAN, PLAIN, only
from tests.training.picture_trees import noise, shade_groups, still, write_picture, write_videos
from tracker.crops import crop_squares, exemplar_extent, mean_color, search_extent
from tracker.training.annotations import Annotation, PictureGroup, hold_out, read_picture_groups
from tracker.training.pairs import Batch, Pair, PairConfig, PairSampler, collate

# --- geometry -------------------------------------------------------------------------------------


@pytest.mark.parametrize("box", [(60.3, 41.7, 33.2, 18.9), (-9, 70, 40, 60), (20, 30, 150, 90)])
def test_a_plain_pair_is_what_the_tracker_crops(tmp_path, box):
    pixels = cv2.GaussianBlur(noise(4, (320, 240)), (0, 0), 3)
    config = only("stills", **PLAIN)
    pair = PairSampler([still(tmp_path / "0.png", pixels, box)], config, 0, length=1)[0]
    x, y, w, h = box
    extent = exemplar_extent(w, h)
    center, fill = (x + w / 2, y + h / 2), mean_color(pixels)
    exemplar = crop_squares(pixels, center, [extent], 127, fill)[0]
    search = crop_squares(pixels, center, [search_extent(extent, 127, 255)], 255, fill)[0]
    for got, expected in ((pair.exemplar, exemplar), (pair.search, search)):
        assert np.abs(got.astype(int) - expected).max() <= 1
    zoom = 127 / extent
    np.testing.assert_allclose(pair.box, [127.5, 127.5, w * zoom, h * zoom], rtol=1e-6)
    np.testing.assert_allclose(pair.exemplar_box, [63.5, 63.5, w * zoom, h * zoom], rtol=1e-6)
    assert pair.same


def test_the_object_is_where_the_pair_says(tmp_path):
    pixels = np.zeros((240, 320, 3), np.uint8)
    pixels[100:140, 130:190] = 255
    group = still(tmp_path / "0.png", pixels, (130, 100, 60, 40))
    config = only("stills", augment=CLEAN, max_turn=0, negatives=0, backdrop=0)
    errors = []
    for pair in PairSampler([group], config, 3, length=200):
        for crop, (cx, cy, w, h) in ((pair.search, pair.box), (pair.exemplar, pair.exemplar_box)):
            expected = np.array([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2])
            rows, columns = np.nonzero(crop[..., 0] >= 128)
            edges = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
            inside = (expected > 1) & (expected < len(crop) - 1)
            assert np.abs(edges - expected)[inside].max() <= 1
            errors.append(np.where(inside, edges - expected, 0))
    for each in (errors[::2], errors[1::2]):
        assert np.abs(np.mean(each, axis=0)).max() < 0.15  # not half a pixel to one side


def test_proposals_are_boxes_near_the_object(tmp_path):
    """Normal deviations: of the place in sides of a square of its area, of the logarithms of sides.

    Width and height change half together, so that their changes have a correlation of 1/2.
    """
    group = still(tmp_path / "0.png", noise(0), (40, 40, 40, 20))
    config = only("stills", **PLAIN, proposals=50, proposal_shift=0.2, proposal_zoom=0.2)
    pairs = list(PairSampler([group], config, 0, length=40))
    assert all(pair.proposals.shape == (50, 4) for pair in pairs)
    assert all(pair.proposals.dtype == np.float32 for pair in pairs)
    box = pairs[0].box
    proposals = np.concatenate([pair.proposals for pair in pairs])
    assert len(np.unique(proposals, axis=0)) == 2000
    shift = (proposals[:, :2] - box[:2]) / np.sqrt(box[2] * box[3])
    zoom = np.log(proposals[:, 2:] / box[2:])
    for values in (shift, zoom):
        assert np.abs(values.mean(axis=0)).max() < 0.02  # four standard errors
        np.testing.assert_allclose(values.std(axis=0), 0.2, rtol=0.07)
    assert np.corrcoef(zoom.T)[0, 1] == pytest.approx(0.5, abs=0.07)
    assert np.corrcoef(shift.T)[0, 1] == pytest.approx(0, abs=0.1)


def test_proposals_are_never_more_than_2_2_times_too_large(tmp_path):
    group = still(tmp_path / "0.png", noise(0), (40, 40, 40, 20))
    config = only("stills", **PLAIN, proposals=50, proposal_shift=0, proposal_zoom=2.0)
    (pair,) = PairSampler([group], config, 0, length=1)
    zoom = np.log(pair.proposals[:, 2:] / pair.box[2:])
    np.testing.assert_allclose(pair.proposals[:, :2], np.tile(pair.box[:2], (50, 1)))
    assert np.abs(zoom).max() == pytest.approx(0.8, abs=1e-5)


def test_both_crops_are_mirrored_together(tmp_path):
    pixels = np.zeros((200, 200, 3), np.uint8)
    pixels[80:120, 80:100] = 255  # the left half of the object is bright
    group = still(tmp_path / "0.png", pixels, (80, 80, 40, 40))
    sampler = PairSampler([group], only("stills", **{**PLAIN, "mirrored": 0.5}), 0, length=60)
    sides = [
        tuple(crop[:, : len(crop) // 2].mean() > crop[:, len(crop) // 2 :].mean() for crop in crops)
        for crops in ((pair.exemplar, pair.search) for pair in sampler)
    ]
    assert set(sides) == {(True, True), (False, False)}
    assert 15 < sides.count((True, True)) < 45


# --- distribution ---------------------------------------------------------------------------------


def test_shifts_are_uniform_to_the_limits(tmp_path):
    group = still(tmp_path / "0.png", noise(0), (60, 40, 30, 30))
    config = only("stills", augment=CLEAN, negatives=0, backdrop=0)
    shifts = np.array([pair.box[:2] for pair in PairSampler([group], config, 0, length=3000)])
    shifts -= 127.5
    assert np.abs(shifts).max() <= 64
    assert (shifts.max(axis=0) > 63).all()
    assert (shifts.min(axis=0) < -63).all()
    assert np.abs(shifts.mean(axis=0)).max() < 3 * 64 / np.sqrt(3 * 3000)
    counts, _ = np.histogram(shifts, bins=16, range=(-64, 64))  # no centre bias
    expected = 6000 / 16
    assert ((counts - expected) ** 2 / expected).sum() < 37.7  # chi-square, 15 degrees, p = 0.001


def test_sizes_stay_in_their_range_and_reach_it(tmp_path):
    group = still(tmp_path / "0.png", noise(0), (60, 40, 30, 30))
    config = only("stills", augment=CLEAN, negatives=0, backdrop=0, max_turn=0)
    sizes = np.array([pair.box[2:] for pair in PairSampler([group], config, 0, length=1000)])
    zooms, aspects = np.sqrt(sizes.prod(axis=1)) / 63.5, sizes[:, 0] / sizes[:, 1]
    for values, limit in ((zooms, config.max_zoom), (aspects, config.max_aspect)):
        logarithms = np.log(values) / np.log(limit)
        assert np.abs(logarithms).max() <= 1.0001
        assert logarithms.max() > 0.98
        assert logarithms.min() < -0.98
        assert abs(logarithms.mean()) < 3 / np.sqrt(3 * 1000)


def test_weights_and_sizes_of_groups_are_followed(tmp_path):
    groups = shade_groups(tmp_path, {"stills/a": 1, "stills/b": 4, "stills/c": 9, "stills/d": 4})
    config = only("stills", **PLAIN, weights={"stills/a": 3.0, "stills/d": 0.0})
    n = 2000
    drawn = Counter(
        int(p.search[0, 0, 0]) // 20 - 1 for p in PairSampler(groups, config, 0, length=n)
    )
    shares = np.array([3 * 1, 2, 3, 0]) / 8  # weight times the square root of the size
    assert drawn[3] == 0
    expected = n * shares[:3]
    counts = np.array([drawn[i] for i in range(3)])
    assert ((counts - expected) ** 2 / expected).sum() < 13.8  # chi-square, 2 degrees, p = 0.001


# --- negatives ------------------------------------------------------------------------------------


def test_hard_negatives_are_of_the_same_picture_without_the_object(tmp_path):
    pixels = noise(0, (600, 400), high=60)
    pixels[100:120, 80:100] = 255  # the object; two others stand far from it
    picture = write_picture(tmp_path / "0.png", pixels)
    boxes = [(80, 100, 20, 20), (450, 200, 24, 24), (300, 320, 20, 16), (110, 100, 20, 20)]
    tracks = tuple((Annotation(picture, box),) for box in boxes)
    config = only("stills", augment=CLEAN, negatives=1, hard=1)
    sampler = PairSampler([PictureGroup("stills/g", "stills", tracks)], config, 0, length=400)
    shown = [pair for pair in sampler if pair.exemplar[60:67, 60:67].min() > 200]
    assert len(shown) > 50
    assert not any(pair.same for pair in shown)
    assert max(pair.search.max() for pair in shown) < 100


def test_easy_negatives_come_from_other_clips(tmp_path):
    groups = shade_groups(tmp_path, {"stills/a": 3, "stills/b": 3})
    config = only("stills", **{**PLAIN, "negatives": 0.5}, hard=0)
    pairs = list(PairSampler(groups, config, 0, length=300))
    for pair in pairs:
        assert pair.same == bool((pair.search[0, 0] == pair.exemplar[0, 0]).all())
    assert 110 < sum(pair.same for pair in pairs) < 190


def test_another_frame_of_the_only_clip_is_no_negative(tmp_path):
    write_videos(tmp_path, clips=1, frames=3)
    config = only("videos", augment=CLEAN, negatives=1, hard=0)
    assert all(
        pair.same for pair in PairSampler(read_picture_groups(tmp_path), config, 0, length=20)
    )


# --- what is shown --------------------------------------------------------------------------------


def test_regions_show_a_part_of_a_picture_that_is_not_plain(tmp_path):
    pixels = np.full((300, 400, 3), 90, np.uint8)
    smooth = cv2.GaussianBlur(noise(0, (200, 300)), (0, 0), 2)
    pixels[:, 200:] = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)
    write_picture(tmp_path / "unlabelled" / "0.png", pixels)
    sampler = PairSampler(read_picture_groups(tmp_path), only("unlabelled", **PLAIN), 0, length=40)
    for pair in sampler:
        _, _, w, h = pair.box
        middle = pair.exemplar[63 - int(h / 2) : 64 + int(h / 2), 63 - int(w / 2) : 64 + int(w / 2)]
        assert middle.std() > 5
        match = cv2.matchTemplate(pair.search, pair.exemplar, cv2.TM_CCOEFF_NORMED)
        assert match[64, 64] == match.max() > 0.9


def test_pasted_objects_lie_on_another_scene(tmp_path):
    bright = np.full((120, 120, 3), 250, np.uint8)
    group = still(tmp_path / "stills" / "0.png", bright, (40, 40, 40, 30))
    scene = write_picture(tmp_path / "unlabelled" / "0.png", noise(0, high=100))
    loose = PictureGroup("unlabelled", "unlabelled", pictures=(scene,))
    sampler = PairSampler([group, loose], only("pasted", augment=CLEAN, negatives=0), 0, length=60)
    for pair in sampler:
        cx, cy, w, h = pair.box
        lit = pair.search[..., 0] > 150
        assert 0.5 * w * h < lit.sum() < 1.05 * w * h
        rows, columns = np.nonzero(lit)
        assert np.abs([columns.mean() + 0.5 - cx, rows.mean() + 0.5 - cy]).max() < 2


def test_distractors_stand_beside_the_object(tmp_path):
    dark, bright = np.full((120, 120, 3), 20, np.uint8), np.full((120, 120, 3), 250, np.uint8)
    groups = [
        still(tmp_path / "a" / "0.png", dark, (40, 40, 30, 30), "stills/a"),
        still(tmp_path / "b" / "0.png", bright, (40, 40, 30, 30), "stills/b"),
    ]
    clutter = replace(CLEAN, distractor=1.0)
    config = only(
        "stills", augment=clutter, negatives=0, backdrop=0, max_turn=0, weights={"stills/b": 1e-3}
    )
    pairs = [p for p in PairSampler(groups, config, 0, length=100) if p.exemplar.max() < 30]
    # The other group is hardly ever drawn, so most crops have nothing to paste.
    assert all(p.search.max() < 30 for p in pairs[:5])
    config = only("stills", augment=clutter, negatives=0, backdrop=0, max_turn=0)
    pairs = [p for p in PairSampler(groups, config, 0, length=100) if p.exemplar.max() < 30]
    pasted = [pair for pair in pairs if pair.search.max() > 200]
    assert len(pasted) > 0.7 * len(pairs) > 20
    for pair in pasted:
        cx, cy, w, h = pair.box
        rows, columns = np.nonzero(pair.search[..., 0] > 100)
        inside = (np.abs(columns + 0.5 - cx) < w / 2 - 1) & (np.abs(rows + 0.5 - cy) < h / 2 - 1)
        assert not inside.any()


# --- the same pairs for everyone ------------------------------------------------------------------


def equal(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in vars(one))


def test_a_pair_depends_on_seed_and_index_alone(mixed_groups):
    first, again = (PairSampler(mixed_groups, PairConfig(), 5, length=40) for _ in range(2))
    backwards = [again[i] for i in reversed(range(40))][::-1]
    assert all(equal(first[i], backwards[i]) for i in range(40))
    other = PairSampler(mixed_groups, PairConfig(), 6, length=40)
    assert not any(equal(first[i], other[i]) for i in range(40))
    longer = PairSampler(mixed_groups, PairConfig(cache_bytes=0), 5, length=1000)
    assert all(equal(first[i], longer[i]) for i in range(10))


def test_workers_make_the_same_batches(mixed_groups):
    sampler = PairSampler(mixed_groups, PairConfig(), 5, length=24)
    cv2.GaussianBlur(noise(0, (900, 900)), (0, 0), 3)  # OpenCV's threads are there before the fork
    threads = cv2.getNumThreads()
    batches = [
        list(DataLoader(sampler, batch_size=8, collate_fn=collate, num_workers=workers))
        for workers in (0, 2)
    ]
    assert cv2.getNumThreads() == threads
    for one, other in zip(*batches, strict=True):
        assert all(torch.equal(getattr(one, name), getattr(other, name)) for name in vars(one))


def test_a_batch_is_channels_first(mixed_groups):
    pairs = list(
        PairSampler(mixed_groups, PairConfig(), 5, exemplar_size=63, search_size=129, length=3)
    )
    batch = collate(pairs)
    assert isinstance(batch, Batch)
    assert (batch.exemplar.shape, batch.search.shape) == ((3, 3, 63, 63), (3, 3, 129, 129))
    assert (batch.exemplar.dtype, batch.box.dtype, batch.same.dtype) == (
        torch.uint8,
        torch.float32,
        torch.bool,
    )
    assert batch.search.is_contiguous()
    for i, pair in enumerate(pairs):
        assert isinstance(pair, Pair)
        assert (batch.search[i].permute(1, 2, 0).numpy() == pair.search).all()
        assert (batch.box[i].tolist(), bool(batch.same[i])) == (pair.box.tolist(), pair.same)
        assert batch.exemplar_box[i].tolist() == pair.exemplar_box.tolist()
        assert batch.proposals[i].tolist() == pair.proposals.tolist()
    assert (batch.exemplar_box.shape, batch.proposals.shape) == ((3, 4), (3, 4, 4))


def test_the_end_of_the_pairs_is_known(mixed_groups):
    sampler = PairSampler(mixed_groups, PairConfig(), 0, length=3)
    assert len(sampler) == len(list(sampler)) == 3
    for index in (-1, 3):
        with pytest.raises(IndexError):
            sampler[index]


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        {"seed": -1, "length": 1},
        {"seed": 0, "length": -1},
        {"seed": 0, "length": 1, "search_size": 100},
    ],
)
def test_arguments_are_checked(mixed_groups, arguments):
    with pytest.raises(ValueError, match="expected"):
        PairSampler(mixed_groups, PairConfig(), **arguments)


# --- real data ------------------------------------------------------------------------------------


def test_pairs_of_the_shared_pictures():
    folder = SHARED_DATA / "train"
    if not folder.is_dir():
        pytest.skip(f"the training pictures are not here: no folder {folder}")
    training, validation = hold_out(read_picture_groups(folder))
    pairs = list(PairSampler(training, PairConfig(), 0, length=120))
    assert 2 <= sum(not pair.same for pair in pairs) <= 30
    # The object is in both crops: its own place correlates with the exemplar more than others do.
    plain = only("videos", **{**PLAIN, "max_shift": 64}, gaps=(1,))
    hits = 0
    for pair in PairSampler(validation, plain, 0, length=60):
        _, _, w, h = pair.box
        rows = slice(max(0, round(63.5 - h / 2)), round(63.5 + h / 2))
        columns = slice(max(0, round(63.5 - w / 2)), round(63.5 + w / 2))
        match = cv2.matchTemplate(pair.search, pair.exemplar[rows, columns], cv2.TM_CCOEFF_NORMED)
        y, x = np.unravel_index(match.argmax(), match.shape)
        found = np.array([x + (columns.stop - columns.start) / 2, y + (rows.stop - rows.start) / 2])
        hits += np.abs(found - pair.box[:2]).max() < 12
    assert hits >= 40
