"""Reading a folder of training pictures: what it holds, what is refused, what is held out."""

import pytest

from tests.real_data import SHARED_DATA
from tests.training.picture_trees import noise, write_boxes, write_picture, write_videos
from tracker.errors import DatasetError
from tracker.training.annotations import Annotation, PictureGroup, hold_out, read_picture_groups

VIDEO_HEADER = "clip,frame,track,x,y,w,h"


@pytest.fixture
def video_group(tmp_path):
    """A group with the pictures of one clip and no ``boxes.csv`` yet."""
    group = tmp_path / "videos" / "group"
    for frame in ("f2", "f10"):
        write_picture(group / "clip" / f"{frame}.jpg", noise(0))
    return group


def read_error(root):
    with pytest.raises(DatasetError) as caught:
        read_picture_groups(root)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_all_three_kinds_are_read(tmp_path, video_group):
    write_boxes(
        video_group,
        VIDEO_HEADER,
        "clip,f10,1,5,6,7.5,8",
        "clip,f2,2,9,9,9,9",
        "clip,f2,1,1,2,3,4",
    )
    stills = tmp_path / "stills" / "cats"
    picture = write_picture(stills / "a" / "tom.png", noise(1))
    write_boxes(
        stills, "image,object,label,x,y,w,h", 'a/tom,0,"cat, red",1,2,30,40', "a/tom,1,,5,5,9,9"
    )
    loose = [
        write_picture(tmp_path / "unlabelled" / name, noise(2)) for name in ("b.jpg", "x/a.png")
    ]
    (tmp_path / "unlabelled" / "notes.txt").write_text("no picture")

    frames = {name: video_group / "clip" / f"{name}.jpg" for name in ("f2", "f10")}
    assert read_picture_groups(tmp_path) == [
        PictureGroup(
            "videos/group",
            "videos",
            (
                (Annotation(frames["f2"], (1, 2, 3, 4)), Annotation(frames["f10"], (5, 6, 7.5, 8))),
                (Annotation(frames["f2"], (9, 9, 9, 9)),),
            ),
        ),
        PictureGroup(
            "stills/cats",
            "stills",
            ((Annotation(picture, (1, 2, 30, 40)),), (Annotation(picture, (5, 5, 9, 9)),)),
        ),
        PictureGroup("unlabelled", "unlabelled", pictures=tuple(loose)),
    ]


def test_the_label_of_a_still_may_be_absent(tmp_path):
    picture = write_picture(tmp_path / "stills" / "g" / "0.jpg", noise(0))
    write_boxes(tmp_path / "stills" / "g", "image,object,x,y,w,h", "0,0,1,2,3,4")
    assert read_picture_groups(tmp_path)[0].tracks == ((Annotation(picture, (1, 2, 3, 4)),),)


def test_a_missing_or_empty_folder_is_one_sentence(tmp_path):
    assert str(tmp_path / "none") in read_error(tmp_path / "none")
    message = read_error(tmp_path)
    assert all(name in message for name in ("videos", "stills", "unlabelled"))


def test_a_group_without_boxes_names_the_file(tmp_path, video_group):
    assert str(video_group / "boxes.csv") in read_error(tmp_path)


def test_a_missing_column_is_named(tmp_path, video_group):
    write_boxes(video_group, "clip,frame,x,y,w,h", "clip,f2,1,2,3,4")
    assert "no track" in read_error(tmp_path)


@pytest.mark.parametrize(
    "row",
    [
        "clip,f2,1,1,2,3",
        "clip,f2,1,1,2,3,4,5",
        "clip,f2,1,1,2,,4",
        "clip,f2,1,1,2,three,4",
        "clip,f2,1,nan,2,3,4",
        "clip,f2,1,1,2,inf,4",
        "clip,f2,1,1,2,0,4",
        "clip,f2,1,1,2,3,-4",
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path, video_group, row):
    write_boxes(video_group, VIDEO_HEADER, "clip,f10,1,1,2,3,4", row)
    assert f"{video_group / 'boxes.csv'}, line 3: expected" in read_error(tmp_path)


def test_a_row_without_a_picture_is_named(tmp_path, video_group):
    write_boxes(video_group, VIDEO_HEADER, "clip,f3,1,1,2,3,4")
    message = read_error(tmp_path)
    assert "line 2: no picture" in message
    assert str(video_group / "clip" / "f3") in message


def test_two_boxes_of_one_track_in_one_frame_are_refused(tmp_path, video_group):
    write_boxes(video_group, VIDEO_HEADER, "clip,f2,1,1,2,3,4", "clip,f2,1,1,2,3,5")
    assert "line 3: a second box of track 1 in frame f2" in read_error(tmp_path)


def test_boxes_that_are_no_text_are_refused(tmp_path, video_group):
    (video_group / "boxes.csv").write_bytes(b"\xff\xfe\x00\x01")
    assert "not a table of text" in read_error(tmp_path)


def clips_of(groups):
    return {view.picture.parent for s in groups for track in s.tracks for view in track}


def test_whole_clips_are_held_out(tmp_path):
    write_videos(tmp_path, clips=7, frames=2, tracks=2)
    write_picture(tmp_path / "unlabelled" / "0.png", noise(0))
    groups = read_picture_groups(tmp_path)
    training, validation = hold_out(groups, every=3)
    assert {path.name for path in clips_of(validation)} == {"c02", "c05"}
    assert {path.name for path in clips_of(training)} == {"c00", "c01", "c03", "c04", "c06"}
    tracks = [track for group in training + validation for track in group.tracks]
    assert sorted(tracks, key=str) == sorted(groups[0].tracks, key=str)
    assert training[1] == groups[1]
    assert hold_out(groups[::-1], every=3) == (training[::-1], validation)


def test_too_few_clips_leave_nothing_held_out(tmp_path):
    write_videos(tmp_path, clips=4, frames=2)
    groups = read_picture_groups(tmp_path)
    assert hold_out(groups, every=5) == (groups, [])


def test_a_group_that_is_all_held_out_stays_known_by_name(tmp_path):
    write_videos(tmp_path, clips=2, frames=2)
    groups = [PictureGroup("videos/a", "videos"), *read_picture_groups(tmp_path)]
    only_last = [PictureGroup(s.name, s.kind, s.tracks[1:]) for s in groups]
    extra = PictureGroup("videos/0", "videos", groups[1].tracks[:1])
    training, validation = hold_out([extra, *only_last], every=2)
    assert [group.name for group in training] == ["videos/0", "videos/a", "videos/things"]
    assert [group.name for group in validation] == ["videos/things"]
    assert training[2].tracks == ()


def test_holding_out_every_clip_is_refused():
    with pytest.raises(ValueError, match="every=1"):
        hold_out([], every=1)


def test_the_shared_pictures_are_read_whole():
    folder = SHARED_DATA / "train"
    if not folder.is_dir():
        pytest.skip(f"the training pictures are not here: no folder {folder}")
    groups = read_picture_groups(folder)
    for kind in ("videos", "stills"):
        tables = [path.read_text().splitlines() for path in (folder / kind).glob("*/boxes.csv")]
        read = sum(len(t) for group in groups if group.kind == kind for t in group.tracks)
        assert read == sum(len(lines) - 1 for lines in tables) > 0
    training, validation = hold_out(groups)
    assert not clips_of(training) & clips_of(validation)
    held, all_clips = (
        len(clips_of(validation)),
        len(clips_of(s for s in groups if s.kind == "videos")),
    )
    assert held == all_clips // 5
