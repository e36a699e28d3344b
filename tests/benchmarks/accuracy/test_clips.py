"""Annotated clips: tracks by name, and frames with their truth."""

import shutil

import numpy as np
import pytest

from benchmarks.accuracy.clips import read_tracks
from tracker.errors import DatasetError


@pytest.fixture
def folder(tmp_path, patch_video, moving_patch):
    """One clip of 12 frames; track 7 lacks frames 0 and 4, track 3 has one frame."""
    group = tmp_path / "walkers"
    group.mkdir()
    shutil.copy(patch_video, group / "a.mp4")
    boxes = moving_patch.boxes
    rows = [f"a,{n},7,{','.join(map(str, boxes[n]))}" for n in range(12) if n not in (0, 4)]
    rows.append("a,5,3,1,2,3,4")
    (group / "boxes.csv").write_text("clip,frame,track,x,y,w,h\n" + "\n".join(rows) + "\n")
    return tmp_path


def test_tracks_are_read_in_order(folder):
    one, other = read_tracks(folder)
    assert (one.name, one.group, len(one.boxes)) == ("walkers/a/3", "walkers", 1)
    assert (other.name, len(other.boxes)) == ("walkers/a/7", 10)


def test_frames_begin_where_the_truth_does(folder, moving_patch):
    track = read_tracks(folder)[1]
    frames, truth = track.read(0, 5)
    assert len(frames) == len(truth) == 5
    np.testing.assert_allclose(truth[0], moving_patch.boxes[1])
    assert [*np.isnan(truth[:, 0])] == [False, False, False, True, False]
    assert np.abs(frames[0].astype(float) - moving_patch.frames[1]).mean() < 8  # after H.264


def test_a_later_start_takes_the_next_annotated_frame(folder, moving_patch):
    frames, truth = read_tracks(folder)[1].read(3, 100)
    assert len(frames) == 7  # frames 5 to 11
    np.testing.assert_allclose(truth[0], moving_patch.boxes[5])
    assert read_tracks(folder)[1].read(20, 100)[0] == []


def test_a_row_of_another_form_is_named(folder):
    with (folder / "walkers" / "boxes.csv").open("a") as file:
        file.write("a,x,7,1,2,3,4\n")
    with pytest.raises(DatasetError, match=r"boxes.csv, line 13: expected clip,frame,track"):
        read_tracks(folder)


def test_a_folder_without_tracks_is_an_error(tmp_path):
    with pytest.raises(DatasetError, match="found none"):
        read_tracks(tmp_path)
