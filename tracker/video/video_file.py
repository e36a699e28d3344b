"""Video files, decoded by PyAV (FFmpeg)."""

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av

from tracker.errors import SourceError
from tracker.video.decoder import Decoder, reason
from tracker.video.frame_source import DEFAULT_FPS, Picture, Selection, Source

# Formats that hold their own frames. Playlists and the like are refused: they name other files,
# and a file that a stranger sends must not make us read (or fetch) another one.
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,matroska,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ogg,flv,asf,gif,"
    "mjpeg,ivf,yuv4mpegpipe",
}


SLACK_S = 0.5
"""How far a file may end before its announced duration: the last frame's own, and rounding."""


class VideoFileSource(Source):
    """The first video stream of a file: upright frames with true times, counted from the first.

    Frames without a time stamp (raw streams have none) follow the one before by ``1 / fps``.
    Where recordings were joined, times may jump back, as the file has them.

    Raises:
        SourceError: the file is not a readable video or has no frame. Iterating raises
            ``SourceEndedEarly``, after every frame that can be decoded, if some could not be or
            if the file ends before what it announces: a number of frames (mp4, mov, avi), a
            duration (mkv, webm, flv) or an end mark (gif). Transport streams announce nothing.
    """

    def __init__(self, path: Path, selection: Selection) -> None:
        self._path, self._shown = path, str(path)
        container = self._open(path)
        try:
            self._decoder = Decoder(container, self._shown)
            stream = self._decoder.stream
            self._claimed = _claimed_frames(container, stream)
            self._claimed_seconds = _claimed_seconds(container, stream)
            self._is_gif = container.format.name == "gif"
            if self._decoder.first is None:
                raise SourceError(f"cannot read {self._shown}: it has no video frames")
            super().__init__(
                path.stem,
                selection,
                size=self._decoder.size,
                total=self._claimed,
                fps=float(stream.average_rate or stream.guessed_rate or 0),
                steady=stream.average_rate == stream.base_rate,
            )
        except Exception as error:  # damaged files raise more than PyAV's own errors
            container.close()
            if isinstance(error, SourceError):
                raise
            raise SourceError(f"cannot read {self._shown} as a video: {reason(error)}") from error

    def _open(self, path: Path) -> av.container.InputContainer:
        if path.stat().st_size == 0 and path.is_file():
            raise SourceError(f"cannot read {self._shown}: the file is empty")
        try:
            # An absolute path, so that a name such as "http:x.mp4" is not taken for a URL.
            return av.open(os.path.abspath(path), options=_OPTIONS, metadata_errors="replace")
        except Exception as error:  # as above
            raise SourceError(f"cannot read {self._shown} as a video: {reason(error)}") from error

    def _pictures(self) -> Iterator[Picture]:
        decoder = self._decoder
        start = decoder.stream.start_time or 0
        seconds, stamped = 0.0, 0  # of the last frame with a time stamp: its time and number
        end = 0.0
        for number, frame in enumerate(decoder):
            if frame.pts is not None:
                seconds = float((frame.pts - start) * decoder.stream.time_base)
                stamped = number
                end = max(end, float(frame.pts * decoder.stream.time_base))
            waited = (number - stamped) / (self.fps or DEFAULT_FPS)
            yield Picture(seconds + waited, partial(decoder.to_image, frame))
        if fault := decoder.undecoded or decoder.broke_off:
            raise SourceError(f"cannot read all of {self._shown}: {fault}")
        if self._claimed and decoder.intact < self._claimed:
            raise SourceError(
                f"{self._shown} announces {self._claimed} frames but holds {decoder.intact} "
                f"whole ones"
            )
        if self._claimed_seconds and end < self._claimed_seconds - SLACK_S:
            raise SourceError(
                f"{self._shown} announces {self._claimed_seconds:g} s but ends after {end:g} s"
            )
        if self._is_gif and not _has_gif_trailer(self._path):
            raise SourceError(f"{self._shown} has no end mark: it was cut off")

    def _release(self) -> None:
        self._decoder.close()


def _claimed_frames(container: av.container.InputContainer, stream: av.VideoStream) -> int | None:
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
    """When the video should end by the file's header; None where that is not known for sure."""
    if container.format.name not in ("matroska,webm", "flv"):
        return None  # FFmpeg's own estimate, from what is there
    if match := re.fullmatch(r"(\d+):(\d\d):([\d.]+)", stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = match.groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    only = len(container.streams) == 1  # else it may be the sound that goes on
    return container.duration / av.time_base if only and container.duration else None


def _has_gif_trailer(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 64), os.SEEK_END)
        return file.read().rstrip(b"\0").endswith(b";")
