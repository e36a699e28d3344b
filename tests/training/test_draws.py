"""Random choices of objects and pictures: their shares and their limits."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tracker.errors import DatasetError
from tracker.training.annotations import Annotation, PictureGroup
from tracker.training.draws import Catalogue, WeightedGroups, random_region, two_annotations


def test_a_group_is_drawn_by_weight_and_root_of_its_size_then_an_item_evenly():
    groups = WeightedGroups(
        [("a", ["a0"]), ("b", ["b0", "b1", "b2", "b3"]), ("c", list("cdefghijk")), ("d", ["d0"])],
        {"a": 3.0, "d": 0.0},
    )
    assert len(groups) == 1 + 4 + 9
    rng, n = np.random.default_rng(0), 8000
    drawn = Counter(groups.draw(rng) for _ in range(n))
    shares = {"a0": 3 / 8} | dict.fromkeys(("b0", "b1", "b2", "b3"), 2 / 8 / 4)
    shares |= dict.fromkeys("cdefghijk", 3 / 8 / 9)
    chi_square = sum((drawn[item] - n * share) ** 2 / (n * share) for item, share in shares.items())
    assert set(drawn) == set(shares)
    assert chi_square < 34.6  # 13 degrees, p = 0.001


def catalogue_of(*groups):
    return Catalogue(groups, {}, min_side=6)


def boxes_on(name, *boxes):
    return tuple(Annotation(Path(name) / f"{i}.png", box) for i, box in enumerate(boxes))


LARGE, SMALL = (0, 0, 20, 6), (0, 0, 20, 5)


def test_small_objects_and_tracks_seen_once_are_left_out():
    videos = PictureGroup(
        "videos/v",
        "videos",
        (
            boxes_on("one", LARGE, SMALL, LARGE),
            boxes_on("two", LARGE, SMALL),
            boxes_on("three", SMALL),
        ),
    )
    stills = PictureGroup("stills/s", "stills", (boxes_on("s", LARGE), boxes_on("s", SMALL)))
    catalogue = catalogue_of(videos, stills)
    rng = np.random.default_rng(0)
    one = videos.tracks[0]
    assert len(catalogue.tracks) == len(catalogue.stills) == 1
    assert catalogue.tracks.draw(rng) == (one[0], one[2])
    assert catalogue.stills.draw(rng) == stills.tracks[0][0]
    assert len(catalogue.objects) == 3
    assert catalogue.objects_in(Path("two") / "0.png") == [LARGE]
    assert catalogue.objects_in(Path("three") / "0.png") == []


def test_regions_come_from_unlabelled_pictures_or_from_all_where_there_are_none():
    stills = PictureGroup("stills/s", "stills", (boxes_on("s", LARGE), boxes_on("s", LARGE)))
    loose = PictureGroup("unlabelled", "unlabelled", pictures=(Path("u/0.png"),))
    rng = np.random.default_rng(0)
    assert catalogue_of(stills, loose).pictures.draw(rng) == Path("u/0.png")
    assert len(catalogue_of(stills).pictures) == 1  # two objects in one picture
    assert catalogue_of(stills).pictures.draw(rng) == Path("s/0.png")


def test_a_weight_of_an_unknown_group_is_refused():
    with pytest.raises(DatasetError, match=r"videos/thing'.*videos/things"):
        Catalogue([PictureGroup("videos/things", "videos")], {"videos/thing": 2.0}, 6)


def test_regions_lie_inside_the_picture():
    rng, (width, height) = np.random.default_rng(0), (300, 100)
    x, y, w, h = np.array([random_region((width, height), rng) for _ in range(2000)]).T
    assert (x >= 0).all()
    assert (y >= 0).all()
    assert (x + w <= width + 1e-9).all()
    assert (y + h <= height + 1e-9).all()
    assert 15 <= w.min() < 16
    assert 59 < w.max() <= 60
    assert h.max() == 80  # cut off at 0.8 of the height
    assert np.exp(-0.6) <= (h / w).min() < 0.56


def test_two_annotations_are_different_and_within_the_gap():
    track = tuple(Annotation(None, (i, 0, 1, 1)) for i in range(9))
    rng = np.random.default_rng(0)
    pairs = Counter(
        (a.box[0], b.box[0]) for a, b in (two_annotations(track, 2, rng) for _ in range(3000))
    )
    assert set(pairs) == {(i, j) for i in range(9) for j in range(9) if 0 < abs(i - j) <= 2}
    inner = [count for (i, _), count in pairs.items() if 2 <= i <= 6]
    assert min(inner) > 0.6 * max(inner)


def test_elsewhere_prefers_another_folder(tmp_path):
    stills = []
    for group in "ab":
        pictures = [tmp_path / group / f"{i}.png" for i in range(3)]
        tracks = tuple((Annotation(picture, (0, 0, 20, 20)),) for picture in pictures)
        stills.append(PictureGroup(f"stills/{group}", "stills", tracks))
    rng, here = np.random.default_rng(0), tmp_path / "a" / "0.png"
    both, one = Catalogue(stills, {}, 6), Catalogue(stills[:1], {}, 6)
    far = {both.elsewhere(both.objects, here, rng).picture.parent.name for _ in range(50)}
    near = {one.elsewhere(one.objects, here, rng).picture.name for _ in range(50)}
    assert (far, near) == ({"b"}, {"1.png", "2.png"})
