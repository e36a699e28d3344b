"""Open the container of a video file safely, and read what its header says."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

import av

from tracker.errors import SourceError
from tracker.video.decoder import MAX_PIXELS, choose_stream, reason

# Formats that hold their own frames. Playlists and the like are refused: they name other files,
# and a file that a stranger sends must not make us read (or fetch) another one.
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,matroska,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ogg,flv,asf,gif,"
    "mjpeg,ivf,yuv4mpegpipe",
}


@dataclass(frozen=True)
class VideoHeader:
    """What a video file says about itself; it may not be true.

    Attributes:
        size: ``(width, height)`` in pixels, as stored: a quarter turn is not applied.
        frames: how many frames there are.
        seconds: how long it is; None if nothing in the file tells.
    """

    size: tuple[int, int]
    frames: int
    seconds: float | None


def read_header(
    path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS, max_frames: int | None = None
) -> VideoHeader:
    """Read the header of a video file without decoding its frames.

    The frames of a file that does not state them are counted over its packets.

    Args:
        path: a video file.
        max_pixels: width times height of the largest picture that may be decoded; some formats
            need a first one for their header.
        max_frames: stop counting after one more than these.

    Raises:
        SourceError: the file is not a readable video, or a picture that its header needs is larger
            than ``max_pixels``.
    """
    path = Path(path)
    with open_container(path, max_pixels) as container:
        stream = choose_stream(container, str(path), max_pixels)
        if not stream.width or not stream.height:
            raise SourceError(f"cannot read {path}: its pictures are damaged or too large")
        frames, seconds = claimed_frames(container, stream), _claimed_seconds(container, stream)
        if frames is None:
            frames, last = _count_frames(container, stream, max_frames)
            seconds = last if seconds is None else max(seconds, last)
        return VideoHeader((stream.width, stream.height), frames, seconds)


def open_container(path: Path, max_pixels: int = MAX_PIXELS) -> av.container.InputContainer:
    """Open a file for reading; no other file or address is touched, whatever it names.

    Raises:
        SourceError: it is empty, missing, or of no accepted format.
    """
    try:
        if path.is_file() and path.stat().st_size == 0:
            raise SourceError(f"cannot read {path}: the file is empty")
        options = _OPTIONS | {"max_pixels": str(max_pixels)}
        # An absolute path, so that a name such as "http:x.mp4" is not taken for a URL.
        return av.open(os.path.abspath(path), options=options, metadata_errors="replace")
    except SourceError:
        raise
    except Exception as error:  # damaged files raise more than PyAV's own errors
        raise SourceError(f"cannot read {path} as a video: {reason(error)}") from error


def claimed_frames(container: av.container.InputContainer, stream: av.VideoStream) -> int | None:
    """How many frames the header announces, or None."""
    claimed = stream.frames
    if "mov" in container.format.name.split(",") and hasattr(stream, "index_entries"):
        # An edit list hides frames that the header counts; a file still being written in
        # fragments has more than its header counts.
        entries = stream.index_entries
        if len(entries) > claimed:
            return None
        claimed = sum(not entry.is_discard for entry in entries)
    return claimed if claimed > 0 else None


def _claimed_seconds(
    container: av.container.InputContainer, stream: av.VideoStream
) -> float | None:
    claims = []
    if container.duration:
        claims.append(container.duration / av.time_base)
    if stream.duration and stream.time_base:
        claims.append(float(stream.duration * stream.time_base))
    return max(claims, default=None)


def _count_frames(
    container: av.container.InputContainer, stream: av.VideoStream, most: int | None
) -> tuple[int, float]:
    """Packets with a picture, up to one more than ``most``, and the time of the last in seconds."""
    count, last = 0, 0.0
    start = stream.start_time or 0
    try:
        for packet in container.demux(stream):
            if not packet.size:
                continue
            count += 1
            if packet.pts is not None and packet.time_base:
                last = max(last, float((packet.pts - start) * packet.time_base))
            if count > (math.inf if most is None else most):
                break
    except Exception as error:  # as above; what could be counted is there
        if not count:
            raise SourceError(f"cannot read the video: {reason(error)}") from error
    return count, last
