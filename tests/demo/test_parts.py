"""Pieces of the demo on their own: the curve, the plot, the explanation, the guard."""

import asyncio
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tracker.models import load_model
from tracker.result import TrackResult
from tracker.video import VideoHeader
from tracker_demo.curve import MOST_POINTS, ScoreCurve
from tracker_demo.explain import explain
from tracker_demo.guard import MOST_BODY_BYTES, Guard
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused
from tracker_demo.pictures import COLORS
from tracker_demo.plots import describe, legend, score_plot
from tracker_demo.views import clip_line


def curve_of(scores, fps=25):
    curve = ScoreCurve()
    for index, score in enumerate(scores):
        state = "lost" if score < 0.2 else "uncertain" if score < 0.5 else "tracking"
        curve.add(TrackResult(index, index / fps, 1, (0, 0, 9, 9), score, state))
    return curve


def test_a_short_curve_is_exact():
    curve = curve_of([1, 0.9, 0.1, 0.15, 0.8, 0.05])
    assert [point.score for point in curve.points] == [1, 0.9, 0.1, 0.15, 0.8, 0.05]
    assert list(curve.lost_spans()) == [(0.08, 0.16), (0.2, 0.2)]


@pytest.mark.parametrize("frames", [MOST_POINTS, MOST_POINTS + 1, 5 * MOST_POINTS + 7, 20_000])
def test_a_long_curve_stays_small_and_forgets_no_loss(frames):
    scores = np.ones(frames)
    lost = frames * 2 // 3
    scores[lost] = 0.01
    curve = curve_of(scores)
    assert len(curve.points) <= MOST_POINTS
    assert min(point.score for point in curve.points) == 0.01
    ((begin, end),) = curve.lost_spans()
    assert begin <= lost / 25 <= end
    assert end - begin <= 2 * frames / MOST_POINTS / 25 + 1 / 25
    assert curve.end_s == (frames - 1) / 25


def test_the_plot_is_what_the_scores_are():
    curves = [curve_of([1, 0.5, 0.0, 1]), curve_of([1, 1, 1, 1])]
    svg = ET.fromstring(score_plot(curves, 0.5, 0.2))
    lines = svg.findall("polyline")
    assert [line.get("stroke") for line in lines] == list(COLORS[:2])
    points = np.array([list(map(float, p.split(","))) for p in lines[0].get("points").split()])
    assert (np.diff(points[:, 0]) > 0).all()
    heights = points[:, 1]
    assert heights[0] == heights[3] == pytest.approx(heights[2] - 2 * (heights[2] - heights[1]))
    (lost,) = svg.findall("rect")
    assert float(lost.get("x")) == points[2, 0]
    assert "Object 1: lowest score 0.00, lost from 0.1 to 0.1 s." in describe(curves)
    assert "Object 2: lowest score 1.00, never lost." in svg.get("aria-label")
    assert legend(curves).count("object") == 2


def test_one_frame_can_be_plotted():
    ET.fromstring(score_plot([curve_of([1])], 0.5, 0.2))


def test_names_of_files_are_no_markup():
    line = clip_line("<img src=x onerror=alert(1)>.mp4", (640, 360), 9)
    assert "<img" not in line


@pytest.mark.parametrize("model", ["lite", "siamfc"])
def test_the_explanation_finds_where_the_object_went(model, moving_patch):
    model = load_model(model)
    first, later = moving_patch.boxes[0], moving_patch.boxes[3]
    told = explain(model, moving_patch.frames[0], first, moving_patch.frames[3], first)
    assert told.moved == pytest.approx((later[0] - first[0], later[1] - first[1]), abs=4)
    assert told.exemplar.shape == (127, 127, 3)
    assert told.search.shape == told.heat.shape == (255, 255, 3)
    assert told.frame.shape == moving_patch.frames[3].shape
    # the heat is hottest (red) where the object is in the search crop
    assert (told.heat != told.search).any()


class Inner:
    """What stands behind the guard: it remembers what it was asked."""

    def __init__(self, kind=b"text/plain", body=b"fine"):
        self.body, self.kind, self.reply = None, kind, body

    async def __call__(self, scope, receive, send):
        self.body = (await receive()).get("body") if scope["method"] == "POST" else b""
        headers = [(b"content-type", self.kind)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.reply})


def ask(inner, folder, path, body=None, max_bytes=10**9):
    """Status and text of the answer through the guard."""
    sent = []
    parts = [body[i : i + 70_000] for i in range(0, len(body), 70_000)] if body else [b""]

    async def receive():
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET" if body is None else "POST", "path": path}
    asyncio.run(Guard(inner, folder, max_bytes, print)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"].decode(), dict(sent[0]["headers"])


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "served"
    inside.mkdir()
    (inside / "a.mp4").write_bytes(b"video")
    (tmp_path / "secret").write_text("secret")
    (inside / "link").symlink_to(tmp_path / "secret")
    return inside


def test_the_guard_serves_only_its_folder(folder):
    assert ask(Inner(), folder, f"/gradio_api/file={folder}/a.mp4")[0] == 200
    for name in (
        f"{folder}/../secret",
        f"{folder}/link",
        f"{folder}",
        "/etc/passwd",
        "secret",
        "http://example.com/",
        "file:///etc/passwd",
        f"{folder}/a.mp4\0",
        "",
    ):
        for route in ("/gradio_api/file=", "/file=", "/gradio_api/file/"):
            status, text, _ = ask(Inner(), folder, route + name)
            assert status == 403, (route, name)
            assert "secret" not in text


@pytest.mark.parametrize("path", ["/gradio_api/proxy=http://10.0.0.1/", "/gradio_api/stream/a/b/c"])
def test_the_guard_knows_no_way_out(folder, path):
    assert ask(Inner(), folder, path)[0] == 404


def test_the_guard_passes_values_on_unchanged(folder):
    inner = Inner()
    body = json.dumps({"data": [{"path": f"{folder}/a.mp4"}, 3, None, ["x"]]}).encode()
    assert ask(inner, folder, "/gradio_api/queue/join", body)[0] == 200
    assert inner.body == body


@pytest.mark.parametrize(
    "value",
    [
        {"path": "/etc/passwd"},
        {"path": "http://169.254.169.254/"},
        {"path": None},
        {"path": [1]},
        [[{"deep": {"path": "../secret"}}]],
    ],
)
def test_the_guard_refuses_values_that_name_strange_files(folder, value):
    inner = Inner()
    body = json.dumps({"data": [value]}).encode()
    assert ask(inner, folder, "/gradio_api/queue/join", body)[0] == 400
    assert inner.body is None


def test_the_guard_refuses_what_is_no_json_too_deep_or_too_large(folder):
    path = "/gradio_api/queue/join"
    assert ask(Inner(), folder, path, b"{")[0] == 400
    assert ask(Inner(), folder, path, b"[" * 100_000 + b"]" * 100_000)[0] == 400
    assert ask(Inner(), folder, path, b" " * (MOST_BODY_BYTES + 1))[0] == 413


def test_the_guard_takes_no_more_uploads_than_there_is_room_for(folder):
    assert ask(Inner(), folder, "/gradio_api/upload", b"x" * 10)[0] == 200
    assert ask(Inner(), folder, "/gradio_api/upload", b"x" * 10, max_bytes=3)[0] == 507


def test_the_guard_says_when_a_page_was_closed(folder):
    left = []

    async def page(scope, receive, send):
        while (await receive())["type"] != "http.disconnect":
            assert not left

    messages = [{"type": "http.request", "body": b""}, {"type": "http.disconnect"}]

    async def receive():
        return messages.pop(0)

    scope = {"type": "http", "method": "GET", "path": "/gradio_api/heartbeat/ann"}
    asyncio.run(Guard(page, folder, 10**9, left.append)(scope, receive, None))
    assert left == ["ann"]


def test_the_guard_tells_the_browser_to_ask_nobody_else(folder):
    *_, headers = ask(Inner(), folder, "/")
    policy = headers[b"content-security-policy"].decode()
    assert re.search(r"default-src 'self'(;|$)", policy)
    assert "http:" not in policy
    assert "*" not in policy


def test_the_guard_puts_words_where_gradio_has_none(folder):
    stream = b'data: {"output":{"error":null},"success":false}\n\n'
    answer = ask(
        Inner(b"text/event-stream; charset=utf-8", stream), folder, "/gradio_api/queue/data"
    )
    assert json.loads(answer[1][5:])["output"]["error"].endswith("this page makes.")
    assert ask(Inner(b"text/javascript", stream), folder, "/x.js")[1] == stream.decode()


def test_limits_refuse_by_the_header(tmp_path):
    limits = Limits(seconds=10, frames=300, pixels=640 * 480)
    limits.check_video(VideoHeader((640, 480), 300, 10.0))
    limits.check_video(VideoHeader((480, 640), 300, None))
    for header, told in (
        (VideoHeader((641, 480), 1, 1.0), "641x480"),
        (VideoHeader((64, 48), 301, 9.0), "300 frames"),
        (VideoHeader((64, 48), 10, 3600.0), "3600 seconds long; up to 10"),
    ):
        with pytest.raises(Refused, match=told):
            limits.check_video(header)
