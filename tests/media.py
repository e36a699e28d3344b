"""Small real videos, made on the fly. Frame ``i`` is a flat gray of level ``level(i)``."""

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

CODECS = {
    "mp4": "libx264",
    "mov": "libx264",
    "mkv": "libx264",
    "webm": "libvpx",
    "avi": "mpeg4",
    "gif": "gif",
    "ts": "libx264",
    "h264": "libx264",
}


def level(index: int) -> int:
    """Return the gray level of a frame, which tells it from the others near it."""
    return 20 + (index * 7) % 200


def flat(index: int, size: tuple[int, int]) -> np.ndarray:
    """Make frame ``index`` as a flat gray of ``(width, height)``."""
    return np.full((size[1], size[0], 3), level(index), np.uint8)


def texture(index: int, size: tuple[int, int]) -> np.ndarray:
    """Make frame ``index`` as a moving pattern, which takes more bytes when encoded."""
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 255, (size[1] + 200, size[0] + 200, 3), np.uint8)
    blurred = cv2.GaussianBlur(noise, (0, 0), 2)
    return np.ascontiguousarray(blurred[index : index + size[1], : size[0]])


def make_video(
    path: Path,
    frames: int = 12,
    size: tuple[int, int] = (64, 48),
    *,
    rate: int = 25,
    times: Sequence[float] | None = None,
    rotation: int = 0,
    codec: str | None = None,
    pixels: str | None = None,
    movflags: str = "faststart",
    picture=flat,
    first: int = 0,
    **encoder: str,
) -> Path:
    """Write a video whose format follows from the suffix of ``path``.

    Args:
        path: the file.
        frames: number of frames.
        size: ``(width, height)`` in pixels.
        rate: frames per second.
        times: time of each frame in seconds, in place of the rate.
        rotation: degrees to turn the frames by when they are shown.
        codec: name of the encoder; the usual one of the format if None.
        pixels: pixel format.
        movflags: options of the mp4 writer.
        picture: makes frame ``index`` of a size.
        first: index of the first frame.
        encoder: options of the encoder.
    """
    kind = path.suffix[1:]
    codec = codec or CODECS[kind]
    pixels = pixels or {"gif": "rgb8"}.get(kind, "yuv420p")
    options = {"movflags": movflags} if kind in ("mp4", "mov") and movflags else {}
    container_format = "h264" if kind == "h264" else None
    with av.open(str(path), "w", format=container_format, options=options) as container:
        container.metadata["title"] = "TITLE"
        stream = container.add_stream(codec, rate=rate, options=encoder)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        if rotation:
            stream.set_display_rotation(rotation)
        if times is not None:
            stream.codec_context.time_base = stream.time_base = Fraction(1, 90_000)
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(first + i, size))
            if times is not None:
                frame.pts, frame.time_base = round(times[i] * 90_000), Fraction(1, 90_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def make_audio(path: Path, *, cover: bool = False) -> Path:
    """Write a file with sound only, or also with a cover picture."""
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=44_100)
        if cover:
            picture = container.add_stream("mjpeg", rate=1)
            picture.width, picture.height, picture.pix_fmt = 32, 32, "yuvj420p"
            picture.disposition = av.stream.Disposition.attached_pic
            frame = av.VideoFrame.from_ndarray(flat(0, (32, 32)))
            container.mux(picture.encode(frame) + picture.encode(None))
        samples = np.zeros((1, 4096), np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.rate = 44_100
        container.mux(sound.encode(frame) + sound.encode(None))
    return path


def decode(path: Path) -> list[tuple[float, np.ndarray]]:
    """Decode a file with PyAV alone: the time and image of each frame."""
    with av.open(str(path)) as container:
        return [(f.time, f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]


def decode_what_is_there(path: Path) -> list[np.ndarray]:
    """Decode as many images as there are in a file that may be empty or cut off."""
    images = []
    with suppress(av.error.FFmpegError), av.open(str(path)) as container:
        for frame in container.decode(video=0):
            images.append(frame.to_ndarray(format="rgb24"))
    return images
