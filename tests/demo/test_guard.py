"""The guard lets through what the page itself asks for, and nothing else."""

import asyncio
import json
import re

import pytest

from tracker_demo.guard import MOST_BODY_BYTES, Guard


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
