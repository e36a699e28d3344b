"""Open the container of a video file safely, and read what its header says."""

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import av

from tracker.errors import SourceError
from tracker.video.decoder import MAX_PIXELS, choose_stream, reason

# Only formats that contain their own frames. Playlists and the like name other files: a file from
# a stranger must not make us read (or fetch) another one.
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,matroska,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ogg,flv,asf,gif,"
    "mjpeg,ivf,yuv4mpegpipe",
}


@dataclass(frozen=True)
class VideoHeader:
    """What a video file says about itself; it may be wrong.

    Attributes:
        size: ``(width, height)`` in pixels, as stored: a rotation by 90 degrees is not applied.
        frames: number of frames.
        seconds: duration; None if the file does not say.
    """

    size: tuple[int, int]
    frames: int
    seconds: float | None


class _PacketCount(NamedTuple):
    """Number of video packets in a file, and the time of the latest in seconds."""

    frames: int
    last_s: float


def read_header(
    path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS, max_frames: int | None = None
) -> VideoHeader:
    """Read the header of a video file without decoding its frames.

    Where the header does not say how many frames there are, the packets are counted.

    Args:
        path: a video file.
        max_pixels: width times height of the largest frame that may be decoded; some formats
            need to decode one for their header.
        max_frames: stop counting at one more than this.

    Raises:
        SourceError: the file is not a readable video, or a frame that its header needs is larger
            than ``max_pixels``.
    """
    path = Path(path)
    with open_container(path, max_pixels) as container:
        stream = choose_stream(container, str(path), max_pixels)
        if not stream.width or not stream.height:
            raise SourceError(f"cannot read {path}: its pictures are damaged or too large")
        frames, seconds = announced_frames(container, stream), _announced_seconds(container, stream)
        if frames is None:
            frames, last_s = _count_packets(container, stream, max_frames)
            seconds = last_s if seconds is None else max(seconds, last_s)
        return VideoHeader((stream.width, stream.height), frames, seconds)


def open_container(path: Path, max_pixels: int = MAX_PIXELS) -> av.container.InputContainer:
    """Open a video file for reading; other files or addresses named inside it are not touched.

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


def announced_frames(container: av.container.InputContainer, stream: av.VideoStream) -> int | None:
    """Return how many frames the header announces, or None if it does not say."""
    frames = stream.frames
    if "mov" in container.format.name.split(",") and hasattr(stream, "index_entries"):
        # An edit list hides frames that the header counts; a file still being written in
        # fragments has more than its header counts.
        entries = stream.index_entries
        if len(entries) > frames:
            return None
        frames = sum(not entry.is_discard for entry in entries)
    return frames if frames > 0 else None


def _announced_seconds(
    container: av.container.InputContainer, stream: av.VideoStream
) -> float | None:
    """Return the longest duration that the header states, or None if it states none."""
    durations = []
    if container.duration:
        durations.append(container.duration / av.time_base)
    if stream.duration and stream.time_base:
        durations.append(float(stream.duration * stream.time_base))
    return max(durations, default=None)


def _count_packets(
    container: av.container.InputContainer, stream: av.VideoStream, max_frames: int | None
) -> _PacketCount:
    """Count the packets that hold a frame, up to one more than ``max_frames``.

    Raises:
        SourceError: reading failed before the first.
    """
    count, last_s = 0, 0.0
    start = stream.start_time or 0
    try:
        for packet in container.demux(stream):
            if not packet.size:
                continue
            count += 1
            if packet.pts is not None and packet.time_base:
                last_s = max(last_s, float((packet.pts - start) * packet.time_base))
            if count > (math.inf if max_frames is None else max_frames):
                break
    except Exception as error:  # damaged files raise more than PyAV's own errors
        if not count:
            raise SourceError(f"cannot read the video: {reason(error)}") from error
    return _PacketCount(count, last_s)
