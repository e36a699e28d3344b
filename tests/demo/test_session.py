"""The demo's logic without a page: clips, runs, files, limits, sentences."""

import json
import re

import av
import numpy as np
import pytest
from PIL import Image

from tracker.boxes import overlap
from tracker.errors import OutputError, SourceError
from tracker.formats import read_csv
from tracker_demo.engine import Engine
from tracker_demo.limits import Limits, LimitsError
from tracker_demo.messages import UNEXPECTED, Refused, sentence
from tracker_demo.session import Session
from tracker_demo.visitors import KEEP_S, RETURN_S, Visitors

BOX = [40, 50, 44, 36]  # the moving patch in frame 0
DRAWN = {"boxes": [BOX]}


@pytest.fixture(scope="module")
def engine():
    return Engine("cpu")


@pytest.fixture
def session(engine, tmp_path):
    session = Session(tmp_path / "visitor", engine, Limits(run_seconds=1000))
    yield session
    session.close()


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_run_follows_the_object_and_writes_what_it_says(session, patch_video, moving_patch):
    clip = session.open("track", patch_video, "my clip.mp4")
    assert (clip.name, clip.size, clip.frames) == ("my clip.mp4", (240, 180), 12)
    *_, last = session.track(DRAWN, 0, "lite")
    assert last.ending == "Done: 12 frames."
    results = read_csv(last.files.csv)
    assert overlap([each.box for each in results], moving_patch.boxes).min() > 0.7
    assert [each.frame for each in results] == list(range(12))
    document = json.loads(last.files.json.read_text())
    assert (document["source"], document["model"]) == ("my clip.mp4", "lite")
    with av.open(str(last.files.video)) as video:
        assert video.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in video.decode(video=0)) == 12


def test_a_run_shows_its_first_frame_at_once_and_then_some_per_second(session, patch_video):
    session.open("track", patch_video, "clip.mp4")
    ticks = iter(np.arange(0, 100, 0.02))  # two calls a frame
    shown = [p.done for p in session.track(DRAWN, 0, "lite", clock=lambda: next(ticks))]
    assert shown[0] == 1
    assert shown[-1] == 12
    assert 3 <= len(shown) < 8


def test_several_boxes_from_a_later_frame(session, patch_video, moving_patch):
    session.open("track", patch_video, "clip.mp4")
    x, y, w, h = moving_patch.boxes[4]
    *_, last = session.track({"boxes": [[x, y, w, h], [10, 10, 30, 30]]}, 4, "lite")
    results = read_csv(last.files.csv)
    assert [(each.frame, each.id) for each in results] == [
        (f, i) for f in range(4, 12) for i in (1, 2)
    ]
    first = [each.box for each in results if each.id == 1]
    assert overlap(first, moving_patch.boxes[4:]).min() > 0.7
    assert len(last.curves) == 2


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


def test_a_run_stops_at_the_limit_of_time_and_keeps_its_results(engine, tmp_path, patch_video):
    session = Session(tmp_path / "visitor", engine, Limits(run_seconds=5))
    session.open("track", patch_video, "clip.mp4")
    ticks = iter(range(1000))
    *_, last = session.track(DRAWN, 0, "lite", clock=lambda: next(ticks))
    assert last.ending.startswith("Stopped after 5 seconds, the limit here;")
    assert 1 < last.done < 12
    assert len(read_csv(last.files.csv)) == last.done


def test_a_header_that_lies_does_not_lift_the_limit_of_frames(engine, tmp_path, patch_video):
    session = Session(tmp_path / "visitor", engine, Limits(frames=5))
    with pytest.raises(Refused, match="more than the 5 frames"):
        session.open("track", patch_video, "clip.mp4")
    generous = Session(tmp_path / "other", engine, Limits())
    generous.open("track", patch_video, "clip.mp4")
    generous._limits = Limits(frames=5)
    *_, last = generous.track(DRAWN, 0, "lite")
    assert last.done == 5
    assert last.ending == "Stopped at the limit of 5 frames; they are kept."


def test_a_damaged_video_keeps_the_frames_before(session, patch_video, tmp_path):
    whole = patch_video.read_bytes()
    short = tmp_path / "short.mp4"
    with (
        av.open(str(patch_video)) as source,
        av.open(str(short), "w", format="mp4", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    data = short.read_bytes()
    short.write_bytes(data[: len(data) * 2 // 3])
    assert len(data) > len(whole) // 2
    session.open("track", short, "short.mp4")
    *_, last = session.track(DRAWN, 0, "lite")
    assert re.fullmatch(r"The video is damaged after \d+ frames; .*", last.ending)
    assert len(read_csv(last.files.csv)) == last.done > 1


def test_one_run_at_a_time_has_files_and_leaving_removes_all(engine, tmp_path, patch_video):
    folder = tmp_path / "visitor"
    session = Session(folder, engine, Limits())
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


def test_visitors_have_nothing_of_each_other(engine, tmp_path, patch_video):
    visitors = Visitors(tmp_path, engine, Limits())
    visitors.session("ann").open("track", patch_video, "hers.mp4")
    with pytest.raises(Refused):
        visitors.session("bob").clip()
    assert visitors.session("ann") is visitors.session("ann")
    visitors.leave("nobody")
    assert len(visitors) == 2
    visitors.close()
    assert not files_in(tmp_path)


def test_visitors_who_leave_are_forgotten_unless_they_come_back(engine, tmp_path):
    now = [0.0]
    visitors = Visitors(tmp_path, engine, Limits(), clock=lambda: now[0])
    ann, bob = visitors.session("ann"), visitors.session("bob")
    visitors.leave("ann")
    visitors.leave("bob")
    now[0] = RETURN_S / 2
    assert visitors.session("bob") is bob
    now[0] = RETURN_S + 1
    visitors.sweep()
    assert ann.closed
    assert not bob.closed
    assert len(list(tmp_path.iterdir())) == 1


def test_visitors_who_fall_asleep_make_room(engine, tmp_path):
    now = [0.0]
    visitors = Visitors(tmp_path, engine, Limits(visitors=2), clock=lambda: now[0])
    ann, _ = visitors.session("ann"), visitors.session("bob")
    with pytest.raises(Refused, match="Too many visitors"):
        visitors.session("eve")
    now[0] = KEEP_S / 2
    visitors.touch("bob")
    now[0] = KEEP_S + 1
    visitors.session("eve")
    assert ann.closed
    assert len(visitors) == 2


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("", Limits()),
        ("seconds=9", Limits(seconds=9)),
        ("frames=7, objects=2", Limits(frames=7, objects=2)),
    ],
)
def test_limits_are_read(text, limits):
    assert Limits.parse(text) == limits


@pytest.mark.parametrize("text", ["fast=1", "seconds", "seconds=-1", "seconds=0", "seconds=1.5"])
def test_wrong_limits_are_refused(text):
    with pytest.raises(LimitsError, match="expected --limits as NAME=N"):
        Limits.parse(text)


def test_sentences_tell_nothing_of_the_server(tmp_path, caplog):
    error = SourceError(f"cannot read {tmp_path}/x.mp4 as a video: Invalid data")
    told = sentence(error, tmp_path / "x.mp4")
    assert told == "Cannot read the file as a video: Invalid data."
    assert sentence(OutputError(f"could not write {tmp_path}/y.mp4: disk full")) == UNEXPECTED
    assert sentence(ValueError("at 0x7f00")) == UNEXPECTED
    assert "disk full" in caplog.text, "the server's log must have it"


def test_a_full_disk_is_told_without_a_path(session, patch_video, monkeypatch):
    session.open("track", patch_video, "clip.mp4")

    def fail(*_, **__):
        raise OutputError("could not write /tmp/secret/tracked.mp4: No space left on device")

    monkeypatch.setattr("tracker_demo.run.Outputs", fail)
    with pytest.raises(Refused) as caught:
        list(session.track(DRAWN, 0, "lite"))
    assert "secret" not in str(caught.value)


def test_an_upload_on_another_file_system_is_copied(session, patch_video, monkeypatch):
    def cross_device(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", cross_device)
    assert session.open("track", patch_video, "clip.mp4").frames == 12
