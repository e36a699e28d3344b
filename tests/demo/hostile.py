"""Uploads that no server should take, each as a file on disk."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from tracker.video import VideoSink


def not_videos(folder: Path) -> dict[str, Path]:
    """Files that are no video or picture, or a broken one."""
    noise = np.random.default_rng(0).bytes(5000)
    contents = {
        "empty.mp4": b"",
        "text.mp4": b"this is no video",
        "page.mp4": b"<html><script>alert(1)</script></html>",
        "noise.mp4": noise,
        "noise.mkv": noise,
        "half-header.mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08moov",
        "zip.mp4": b"PK\x03\x04" + noise,
        "text.png": b"this is no picture",
        "noise.jpg": b"\xff\xd8\xff\xe0" + noise,
    }
    paths = {}
    for name, content in contents.items():
        paths[name] = folder / name
        paths[name].write_bytes(content)
    paths["sound.mp4"] = folder / "sound.mp4"
    with av.open(str(paths["sound.mp4"]), "w") as container:
        stream = container.add_stream("aac", rate=44_100)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
        frame.rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return paths


def playlists(folder: Path, secret: Path) -> dict[str, Path]:
    """Files that name other files or addresses, under names of videos."""
    http = "http://127.0.0.1:9/x.ts"
    contents = {
        "absolute.mp4": f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "list.ts": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n",
        "fetch.mp4": f"#EXTM3U\n#EXTINF:1,\n{http}\n#EXT-X-ENDLIST\n",
        "concat.mp4": f"ffconcat version 1.0\nfile {secret.name}\n",
        "concat-fetch.mp4": f"ffconcat version 1.0\nfile {http}\n",
        "session.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    }
    paths = {}
    for name, content in contents.items():
        paths[name] = folder / name
        paths[name].write_text(content)
    return paths


def bombs(folder: Path) -> dict[str, Path]:
    """Small files that are large when they are decoded."""
    paths = {name: folder / name for name in ("wide.mov", "wide.png", "long.mp4")}
    _one_picture(paths["wide.mov"], (12_000, 8_000))
    Image.new("L", (12_000, 12_000)).save(paths["wide.png"])
    with VideoSink(paths["long.mp4"], (32, 32), 25) as sink:
        for index in range(2_000):
            sink.write(np.zeros((32, 32, 3), np.uint8), index / 25)
    return paths


def _one_picture(path: Path, size: tuple[int, int]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=Fraction(25))
        stream.width, stream.height, stream.pix_fmt = *size, "gray"
        frame = av.VideoFrame(*size, "gray")
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


BAD_BOXES = [
    None,
    [],
    {},
    "10,10,20,20",
    5,
    [[]],
    [[1, 2, 3]],
    [[1, 2, 3, 4, 5]],
    [["1", "2", "30", "40"]],
    [[None] * 4],
    [[10, 10, 0, 20]],
    [[10, 10, 20, -5]],
    [[-500, -500, 20, 20]],
    [[5000, 5000, 20, 20]],
    [[10, 10, 1e9, 1e9]],
    [[1e308, 1e308, 1e308, 1e308]],
    [[True, True, True, True]],
    [{"x": 1, "y": 1, "w": 9, "h": 9}],
    [[10, 10, 0.2, 0.2]],
    [[10, 10, 20, 20]] * 9,
]
