"""A recording over HTTP, and names of streams that show no secret."""

import functools
import http.server
import threading

import pytest

from tests.media import level
from tracker.errors import SourceError
from tracker.video import open_source
from tracker.video.stream import stream_names, without_secrets


def test_stream_over_http_ends_as_it_ends(clip):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=clip.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with open_source(f"http://127.0.0.1:{server.server_port}/clip.mp4?x=1") as source:
            assert (source.name, source.size, source.fps) == ("clip", (64, 48), 10)
            frames = list(source)
        server.shutdown()
    assert [frame.time_s for frame in frames] == pytest.approx(
        [i / 10 for i in range(20)], abs=1e-3
    )
    assert all(abs(f.image.mean() - level(f.index)) < 6 for f in frames)


@pytest.mark.parametrize(
    ("url", "short", "shown"),
    [
        ("rtsp://host/live/cam1.sdp", "cam1", "rtsp://host/live/cam1.sdp"),
        ("rtsp://me:secret@host:554/cam?token=secret", "cam", "rtsp://host:554/cam"),
        ("http://me:se@cret@host/a.mp4#secret", "a", "http://host/a.mp4"),
        ("udp://@239.0.0.1:1234", "239.0.0.1:1234", "udp://239.0.0.1:1234"),
    ],
)
def test_names_have_no_secrets(url, short, shown):
    assert stream_names(url) == (short, shown)
    assert without_secrets(url) == shown


def test_what_is_no_url(tmp_path, monkeypatch):
    with pytest.raises(SourceError, match="expected a URL such as"):
        stream_names("rtsp://[half/cam")
    monkeypatch.chdir(tmp_path)
    for name in ("clip.mp4", "0", "frames/*.jpg"):
        assert without_secrets(name) == name
