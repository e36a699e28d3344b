"""Views of objects: which are drawn, what lies beside them and elsewhere, and what is refused."""

import numpy as np
import pytest

from tests.training.pair_settings import only
from tests.training.picture_trees import noise, still, write_picture, write_videos
from tracker.errors import DatasetError
from tracker.training.annotations import Annotation, PictureGroup, read_picture_groups
from tracker.training.pairs import PairConfig
from tracker.training.views import ViewSampler


def sampled(views, kind, count=30):
    rng = np.random.default_rng(0)
    return [views.draw(kind, rng) for _ in range(count)]


def test_videos_show_two_frames_of_a_track_and_stills_one_view_twice(mixed_groups):
    views = ViewSampler(mixed_groups, PairConfig())
    for first, second in sampled(views, "videos"):
        assert first.picture.path != second.picture.path
        assert first.picture.path.parent == second.picture.path.parent
        assert first.box[0] == second.box[0]  # tracks differ in their left edge
    for kind in ("stills", "unlabelled", "pasted"):
        assert all(first is second for first, second in sampled(views, kind))


def test_each_kind_shows_its_own_pictures(mixed_groups):
    views = ViewSampler(mixed_groups, PairConfig())
    annotated = {
        (annotation.picture, annotation.box)
        for group in mixed_groups
        for track in group.tracks
        for annotation in track
    }
    for kind in ("videos", "stills", "pasted"):
        drawn = [view for pair in sampled(views, kind) for view in pair]
        assert all((view.picture.path, view.box) in annotated for view in drawn)
    loose = mixed_groups[-1].pictures
    assert all(pair.exemplar.picture.path in loose for pair in sampled(views, "unlabelled"))


def test_beside_a_view_are_the_objects_of_its_picture_then_parts_of_its_size(mixed_groups):
    views, rng = ViewSampler(mixed_groups, PairConfig()), np.random.default_rng(0)
    view = views.draw("stills", rng).search
    beside = views.beside(view, rng)
    assert {each.box for each in beside[:2]} == {(20, 30, 40, 30), (80, 30, 40, 30)}
    assert view in beside[:2]
    assert len(beside) > 2
    assert all(each.picture is view.picture for each in beside)
    for x, y, w, h in (each.box for each in beside[2:]):
        assert (w, h) == (40, 30)
        assert 0 <= x <= 160 - 40
        assert 0 <= y <= 120 - 30


def test_elsewhere_is_another_picture_or_nothing(mixed_groups, tmp_path):
    views, rng = ViewSampler(mixed_groups, PairConfig()), np.random.default_rng(0)
    picture = views.draw("videos", rng).search.picture
    for _ in range(20):
        assert views.elsewhere(picture, rng).picture.path.parent != picture.path.parent
        assert views.scene(picture, rng).picture.path in mixed_groups[-1].pictures
    alone = ViewSampler([still(tmp_path / "0.png", noise(0), (40, 40, 30, 30))], only("stills"))
    picture = alone.draw("stills", rng).search.picture
    assert alone.elsewhere(picture, rng) is None
    assert alone.scene(picture, rng) is None


def test_kinds_are_drawn_by_share_and_the_rest_takes_over(tmp_path):
    videos, loose = tmp_path / "a", tmp_path / "b"
    write_videos(videos, clips=2)
    for i in range(3):
        write_picture(loose / "unlabelled" / f"{i}.png", noise(i))
    config = PairConfig(videos=2, stills=5, unlabelled=1, pasted=1)

    def shares(*roots):
        groups = [group for root in roots for group in read_picture_groups(root)]
        return ViewSampler(groups, config).shares

    assert shares(videos, loose) == [0.5, 0, 0.25, 0.25]
    assert shares(videos) == [0.5, 0, 0.25, 0.25]  # regions of the videos' pictures
    assert shares(loose) == [0, 0, 0.5, 0.5]


def test_large_and_tiny_objects_are_left_out(tmp_path):
    picture = write_picture(tmp_path / "0.png", noise(0, (100, 100)))
    boxes = [(0, 0, 90, 90), (10, 10, 4, 30), (30, 30, 40, 20)]
    group = PictureGroup("stills/g", "stills", tuple((Annotation(picture, box),) for box in boxes))
    views, rng = ViewSampler([group], only("stills")), np.random.default_rng(0)
    assert {views.draw("stills", rng).search.box for _ in range(30)} == {(30, 30, 40, 20)}


def test_an_unreadable_picture_is_named(tmp_path):
    group = still(tmp_path / "0.png", noise(0), (40, 40, 30, 30))
    (tmp_path / "0.png").write_bytes(b"no picture")
    with pytest.raises(DatasetError, match=r"0\.png is not an image"):
        ViewSampler([group], only("stills")).draw("stills", np.random.default_rng(0))


def test_a_box_outside_its_picture_is_named(tmp_path):
    group = still(tmp_path / "0.png", noise(0), (400, 40, 30, 30))
    with pytest.raises(DatasetError, match=r"0\.png: expected a box inside the 160x120 frame"):
        ViewSampler([group], only("stills")).draw("stills", np.random.default_rng(0))


def test_groups_without_anything_to_learn_are_refused(tmp_path):
    small = Annotation(write_picture(tmp_path / "0.png", noise(0)), (0, 0, 3, 3))
    tiny = PictureGroup("videos/a", "videos", ((small, small),))
    for groups in ([], [tiny], [PictureGroup("videos/b", "videos")]):
        with pytest.raises(DatasetError, match="nothing to train on"):
            ViewSampler(groups, PairConfig())
