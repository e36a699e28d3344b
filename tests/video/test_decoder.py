"""Frames become upright RGB whatever they are stored as; what fails is said and skipped."""

import av
import numpy as np
import pytest

from tests.media import decode, level, make_audio, make_video, texture
from tests.video.reading import indices, read_until_error
from tracker.errors import SourceEndedEarly, SourceError
from tracker.video import open_source
from tracker.video.decoder import Decoder, choose_stream, reason


@pytest.mark.parametrize("rotation", [90, 180, 270, -90])
def test_rotation_is_applied(tmp_path, rotation):
    path = make_video(tmp_path / "turned.mp4", 3, rotation=rotation, picture=texture)
    stored = decode(path)[0][1]
    with open_source(path) as source:
        image = next(source).image
        assert source.size == (image.shape[1], image.shape[0])
    assert np.array_equal(image, np.rot90(stored, rotation // 90))
    assert image.flags.c_contiguous


@pytest.mark.parametrize("pixels", ["gray", "yuv420p10le", "yuva420p", "gray16le", "rgb48le"])
def test_pixel_formats_become_rgb(tmp_path, pixels):
    path = make_video(tmp_path / "clip.mkv", 3, codec="ffv1", pixels=pixels)
    with open_source(path) as source:
        for frame in source:
            assert frame.image.shape == (48, 64, 3)
            assert abs(frame.image.mean() - level(frame.index)) < 4


def test_pictures_beyond_all_measure_are_refused(tmp_path):
    most = {"max_pixels": 64 * 48}
    small, large = make_video(tmp_path / "a.ts", 5), make_video(tmp_path / "b.ts", 5, (64, 50))
    assert len(list(open_source(small, **most))) == 5
    with pytest.raises(SourceError, match=r"at most 0\.00307 million pixels; got 64x50"):
        open_source(large, **most)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    frames, error = read_until_error(joined, **most)
    assert {frame.image.shape for frame in frames} == {(48, 64, 3)}
    assert isinstance(error, SourceEndedEarly)


def test_recording_that_begins_inside_a_group_of_pictures(tmp_path):
    data = make_video(tmp_path / "whole.ts", 40, g="10", picture=texture, bf="0").read_bytes()
    (tmp_path / "late.ts").write_bytes(data[188 * (len(data) // 188 // 3) :])
    got = indices(tmp_path / "late.ts")
    assert 10 <= len(got) < 40


def test_what_the_decoder_says_about_a_stream(tmp_path):
    path = make_video(tmp_path / "clip.mp4", 12, rotation=90)
    decoder = Decoder(av.open(str(path)), "clip")
    assert decoder.size == (48, 64)
    assert decoder.first.time == 0
    frames = list(decoder)
    assert frames[0] is decoder.first
    assert (len(frames), decoder.intact) == (12, 12)
    assert (decoder.broke_off, decoder.undecoded) == (None, None)
    assert decoder.to_image(frames[3]).shape == (64, 48, 3)
    assert decoder.seconds(frames[5].pts) == pytest.approx(5 / 25)
    decoder.close()


def test_damage_in_the_middle_is_said_and_skipped(tmp_path):
    path = make_video(tmp_path / "clip.mp4", 40, (160, 120), g="10", bf="0", picture=texture)
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        start, end = packets[10].pos, packets[10].pos + packets[10].size
    data = bytearray(path.read_bytes())
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
    decoder = Decoder(av.open(str(path)), "clip")
    frames = list(decoder)
    decoder.close()
    assert "Invalid data" in decoder.undecoded
    assert decoder.broke_off is None
    assert {frame.pts for frame in frames} >= {packet.pts for packet in packets[20:]}


def test_a_file_without_a_frame(tmp_path):
    data = make_video(tmp_path / "whole.mp4", 10, picture=texture).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: data.index(b"mdat") + 20])
    decoder = Decoder(av.open(str(path)), "cut")
    assert (decoder.first, decoder.size, list(decoder)) == (None, None, [])
    decoder.close()


def test_the_stream_chosen(tmp_path):
    with av.open(str(make_video(tmp_path / "clip.mp4"))) as container:
        assert choose_stream(container, "clip").type == "video"
        with pytest.raises(SourceError, match="expected clip to have at most"):
            choose_stream(container, "clip", max_pixels=64 * 48 - 1)
    with (
        av.open(str(make_audio(tmp_path / "cover.mp4", cover=True))) as container,
        pytest.raises(SourceError, match="cannot read cover: it has no video stream, only audio"),
    ):
        choose_stream(container, "cover")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (av.error.ArgumentError(22, "Invalid argument"), "its format is not one that is accepted"),
        (av.error.ExitError(1414092869, "Immediate exit requested"), "nothing came in time"),
        (av.error.InvalidDataError(1094995529, "Invalid data found"), "Invalid data found"),
        (KeyError("x"), "KeyError: 'x'"),
    ],
)
def test_reasons_in_words(error, text):
    assert reason(error) == text
