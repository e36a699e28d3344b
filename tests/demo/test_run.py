"""One run over a clip: its files, its progress, and why it ends."""

import json
import re
import time

import av
import numpy as np
import pytest

from tracker.boxes import overlap
from tracker.errors import OutputError
from tracker.formats import read_csv
from tracker_demo.clip import Clip
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused
from tracker_demo.run import Files, TrackingRun

BOX = (40.0, 50.0, 44.0, 36.0)  # the moving patch in frame 0
PATIENT = Limits(run_seconds=1000)


@pytest.fixture
def follow(models, patch_video, tmp_path):
    """Follow boxes through a clip, the moving patch by default."""

    def start(
        boxes=(BOX,),
        start=0,
        path=patch_video,
        limits=PATIENT,
        stopped=lambda: False,
        clock=time.monotonic,
    ):
        clip = Clip(path, "my clip.mp4", Limits())
        run = TrackingRun(clip, start, list(boxes), "lite", Files.in_folder(tmp_path))
        return run.follow(models.tracker("lite"), limits, stopped, clock)

    return start


def test_a_run_follows_the_object_and_writes_what_it_says(follow, moving_patch):
    *_, last = follow()
    assert last.ending == "Done: 12 frames."
    results = read_csv(last.files.csv)
    assert overlap([each.box for each in results], moving_patch.boxes).min() > 0.7
    assert [each.frame for each in results] == list(range(12))
    document = json.loads(last.files.json.read_text())
    assert (document["source"], document["model"]) == ("my clip.mp4", "lite")
    with av.open(str(last.files.video)) as video:
        assert video.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in video.decode(video=0)) == 12


def test_a_run_shows_its_first_frame_at_once_and_then_some_per_second(follow):
    ticks = iter(np.arange(0, 100, 0.02))  # two calls a frame
    shown = [progress.done for progress in follow(clock=lambda: next(ticks))]
    assert shown[0] == 1
    assert shown[-1] == 12
    assert 3 <= len(shown) < 8


def test_several_boxes_from_a_later_frame(follow, moving_patch):
    *_, last = follow([moving_patch.boxes[4], (10.0, 10.0, 30.0, 30.0)], start=4)
    results = read_csv(last.files.csv)
    assert [(each.frame, each.id) for each in results] == [
        (f, i) for f in range(4, 12) for i in (1, 2)
    ]
    first = [each.box for each in results if each.id == 1]
    assert overlap(first, moving_patch.boxes[4:]).min() > 0.7
    assert [len(curve.points) for curve in last.curves] == [8, 8]
    assert (last.done, last.total) == (8, 8)


def test_a_run_stops_when_it_is_told_to_and_keeps_its_results(follow):
    asked = iter([False, False, True])
    *_, last = follow(stopped=lambda: next(asked))
    assert last.ending == "Cancelled after 3 frames; they are kept."
    assert len(read_csv(last.files.csv)) == 3


def test_a_run_stops_at_the_limit_of_time_and_keeps_its_results(follow):
    ticks = iter(range(1000))
    *_, last = follow(limits=Limits(run_seconds=5), clock=lambda: next(ticks))
    assert last.ending.startswith("Stopped after 5 seconds, the limit here;")
    assert 1 < last.done < 12
    assert len(read_csv(last.files.csv)) == last.done


def test_a_run_stops_at_the_limit_of_frames_though_the_header_passed(follow):
    *_, last = follow(limits=Limits(frames=5))
    assert last.done == 5
    assert last.ending == "Stopped at the limit of 5 frames; they are kept."


def test_a_damaged_video_keeps_the_frames_before(follow, patch_video, tmp_path):
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
    assert len(data) > patch_video.stat().st_size // 2
    short.write_bytes(data[: len(data) * 2 // 3])
    *_, last = follow(path=short)
    assert re.fullmatch(r"The video is damaged after \d+ frames; .*", last.ending)
    assert len(read_csv(last.files.csv)) == last.done > 1


def test_a_full_disk_is_told_without_a_path(follow, monkeypatch):
    def fail(*_, **__):
        raise OutputError("could not write /tmp/secret/tracked.mp4: No space left on device")

    monkeypatch.setattr("tracker_demo.run.Outputs", fail)
    with pytest.raises(Refused) as caught:
        list(follow())
    assert "secret" not in str(caught.value)
