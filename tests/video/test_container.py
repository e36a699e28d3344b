"""What the header of a video file says, read without decoding."""

import av
import numpy as np
import pytest

from tests.media import make_audio, make_video
from tracker.errors import SourceEndedEarly, SourceError
from tracker.video import open_source, read_header


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm", "avi", "gif", "ts", "h264"])
def test_headers_of_every_format(tmp_path, suffix):
    header = read_header(make_video(tmp_path / f"v.{suffix}", frames=12))
    assert header.size == (64, 48)
    assert header.frames == 12
    if suffix != "h264":  # raw streams have no times
        assert header.seconds == pytest.approx(12 / 25, abs=0.06)


def test_counting_stops_where_it_is_enough(tmp_path):
    path = make_video(tmp_path / "v.ts", frames=40)
    assert read_header(path).frames == 40
    assert read_header(path, max_frames=7).frames == 8


def test_what_is_no_video_is_refused(tmp_path):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("text")
    (tmp_path / "list.mp4").write_text("#EXTM3U\n#EXTINF:1,\nother.ts\n#EXT-X-ENDLIST\n")
    make_audio(tmp_path / "sound.mp4")
    for name in ("empty.mp4", "text.mp4", "list.mp4", "sound.mp4", "missing.mp4"):
        with pytest.raises(SourceError, match=name):
            read_header(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXTINF:1,\nfile://{clip}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile other.ts\n",
        "ffconcat version 1.0\nfile {clip}\n",
    ],
)
@pytest.mark.parametrize("suffix", ["mp4", "m3u8", "ffconcat", "ts"])
def test_playlists_cannot_name_other_files(tmp_path, text, suffix):
    other = make_video(tmp_path / "other.ts", 5)
    playlist = tmp_path / f"list.{suffix}"
    playlist.write_text(text.format(clip=other))
    with pytest.raises(SourceError):
        open_source(playlist)


def png_movie(path, size):
    """A format whose header can only be read by decoding a picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "rgb24"
        frame = av.VideoFrame.from_ndarray(np.zeros((size[1], size[0], 3), np.uint8))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_pictures_above_the_limit_are_not_decoded(tmp_path):
    path = png_movie(tmp_path / "wide.mov", (640, 480))
    assert read_header(path, max_pixels=640 * 480).size == (640, 480)
    assert next(open_source(path, max_pixels=640 * 480)).image.shape == (480, 640, 3)
    with pytest.raises(SourceError, match="damaged or too large"):
        read_header(path, max_pixels=640 * 479)
    with pytest.raises(SourceError):
        next(open_source(path, max_pixels=640 * 479))


def test_pictures_that_grow_above_the_limit_end_the_source(tmp_path):
    small = make_video(tmp_path / "a.ts", frames=10).read_bytes()
    large = make_video(tmp_path / "b.ts", frames=10, size=(640, 480)).read_bytes()
    both = tmp_path / "both.ts"
    both.write_bytes(small + large)
    assert {frame.image.shape for frame in open_source(both)} == {(48, 64, 3), (480, 640, 3)}
    shapes = []

    def read():
        for frame in open_source(both, max_pixels=320 * 240):
            shapes.append(frame.image.shape)

    with pytest.raises(SourceEndedEarly):
        read()
    assert set(shapes) == {(48, 64, 3)}
    assert len(shapes) >= 5  # the decoder loses some that it still held
