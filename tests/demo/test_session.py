"""One visitor's session: clips, runs, files, and requests in the wrong order."""

import json

import numpy as np
import pytest
from PIL import Image

from tracker.boxes import overlap
from tracker.formats import read_csv
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused
from tracker_demo.session import Session

BOX = [40, 50, 44, 36]  # the moving patch in frame 0
DRAWN = {"boxes": [BOX]}


@pytest.fixture
def session(models, tmp_path):
    session = Session(tmp_path / "visitor", models, Limits(run_seconds=1000))
    yield session
    session.close()


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_another_slot_can_share_the_clip_of_the_first_tab(session, patch_video):
    with pytest.raises(Refused, match="Choose a video first"):
        session.share("left")
    clip = session.open("track", patch_video, "my clip.mp4")
    assert (clip.name, clip.size, clip.frames) == ("my clip.mp4", (240, 180), 12)
    assert session.share("left") is session.clip("left") is clip
    with pytest.raises(Refused):
        session.clip("right")


def test_the_picture_of_a_frame_replaces_the_one_before(session, patch_video):
    session.open("track", patch_video, "clip.mp4")
    first, second = session.picture("track", 0), session.picture("track", 11)
    assert not first.exists()
    with Image.open(second) as image:
        assert (image.format, image.size) == ("JPEG", (240, 180))


def test_cancelling_keeps_what_is_done(session, patch_video):
    session.open("track", patch_video, "clip.mp4")
    run = session.track(DRAWN, 0, "lite")
    assert next(run).done == 1
    session.stop()
    *_, last = run
    assert last.ending == "Cancelled after 2 frames; they are kept."
    assert len(read_csv(last.files.csv)) == 2
    assert len(json.loads(last.files.json.read_text())["results"]) == 2
    *_, again = session.track(DRAWN, 0, "lite")
    assert again.done == 12, "an earlier cancellation must not end the next run"


def test_cancelling_reaches_a_run_that_still_waits(session, patch_video):
    session.open("track", patch_video, "clip.mp4")
    session.arm()
    session.stop()
    *_, last = session.track(DRAWN, 0, "lite")
    assert last.done == 1


def test_one_run_at_a_time_has_files_and_leaving_removes_all(models, tmp_path, patch_video):
    folder = tmp_path / "visitor"
    session = Session(folder, models, Limits())
    session.open("track", patch_video, "clip.mp4")
    session.picture("track", 3)
    *_, first = session.track(DRAWN, 0, "lite")
    *_, second = session.track(DRAWN, 0, "lite")
    assert not first.files.csv.exists()
    assert second.files.csv.exists()
    assert len(files_in(folder)) == 5  # the clip, a picture, and three results
    session.close()
    assert not folder.exists()
    with pytest.raises(Refused):
        session.open("track", patch_video, "clip.mp4")
    assert patch_video.exists()


def test_an_abandoned_run_lets_go_of_everything(session, patch_video):
    session.open("track", patch_video, "clip.mp4")
    run = session.track(DRAWN, 0, "lite")
    next(run)
    run.close()
    *_, last = session.track(DRAWN, 0, "lite")
    assert last.done == 12


def test_a_new_clip_ends_the_run_on_the_old_one(session, patch_video):
    session.open("track", patch_video, "clip.mp4")
    run = session.track(DRAWN, 0, "lite")
    next(run)
    session.open("track", patch_video, "other.mp4")
    *_, last = run
    assert last.ending.startswith("Cancelled after 2 frames")


def test_what_cannot_be_opened_leaves_the_clip_before(session, patch_video, tmp_path):
    session.open("track", patch_video, "clip.mp4")
    (tmp_path / "text.mp4").write_text("this is no video")
    with pytest.raises(Refused, match=r"Cannot read the file as a video: "):
        session.open("track", tmp_path / "text.mp4", "text.mp4")
    assert session.clip().name == "clip.mp4"


def test_steps_in_the_wrong_order_are_told(session, patch_video):
    with pytest.raises(Refused, match="Choose a video first"):
        next(session.track(DRAWN, 0, "lite"))
    session.open("track", patch_video, "clip.mp4")
    with pytest.raises(Refused, match="Draw a box around the object first"):
        next(session.track({"boxes": []}, 0, "lite"))
    with pytest.raises(Refused, match="number of a frame, from 0 to 11"):
        next(session.track(DRAWN, 12, "lite"))
    with pytest.raises(Refused, match="choose lite or siamfc"):
        next(session.track(DRAWN, 0, "/weights.safetensors"))


def test_a_picture_can_be_shown_but_not_tracked(session, tmp_path, moving_patch):
    Image.fromarray(moving_patch.frames[0]).save(tmp_path / "still.png")
    clip = session.open("track", tmp_path / "still.png", "still.png")
    assert (clip.frames, clip.size) == (1, (240, 180))
    np.testing.assert_array_equal(clip.frame(0).image, moving_patch.frames[0])
    with pytest.raises(Refused, match="only one frame"):
        next(session.track(DRAWN, 0, "lite"))


def test_the_search_goes_on_from_where_the_last_run_was(session, patch_video, moving_patch):
    session.open("track", patch_video, "clip.mp4")
    box = tuple(map(float, BOX))
    assert session.believed(8, 0, box) == box
    for _ in session.track(DRAWN, 0, "lite"):
        pass
    assert overlap(session.believed(8, 0, box), moving_patch.boxes[7]) > 0.7
    assert session.believed(8, 0, (1.0, 1.0, 30.0, 30.0)) == (1.0, 1.0, 30.0, 30.0)
