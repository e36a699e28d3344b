"""Video files, decoded by PyAV (FFmpeg)."""

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av

from tracker.errors import SourceError
from tracker.video.container import announced_frames, open_container
from tracker.video.decoder import MAX_PIXELS, Decoder, reason
from tracker.video.frame_source import DEFAULT_FPS, RawFrame, Selection, Source

SLACK_S = 0.5
"""How many seconds before its announced end the last frame may start.

It covers that frame's own duration and rounding.
"""


class VideoFileSource(Source):
    """The first video stream of a file: upright frames with the file's times, the first at 0.

    Frames without a time stamp (raw streams have none) come ``1 / fps`` after the one before.
    Where recordings were joined, times may jump back, as they do in the file.

    Args:
        path: the file.
        selection: the wanted frames.
        max_pixels: width times height of the largest frame that may be decoded.

    Raises:
        SourceError: the file is not a readable video or has no frame. Iterating raises
            ``SourceEndedEarly``, after every frame that can be decoded, if some cannot be, or if
            the file ends before it should: before its announced number of frames (mp4, mov, avi)
            or duration (mkv, webm, flv), or without its end mark (gif). Transport streams announce
            nothing.
    """

    def __init__(self, path: Path, selection: Selection, max_pixels: int = MAX_PIXELS) -> None:
        self._path, self._shown = path, str(path)
        container = open_container(path, max_pixels)
        try:
            self._decoder = Decoder(container, self._shown, max_pixels)
            stream = self._decoder.stream
            self._announced = announced_frames(container, stream)
            self._end_s = _announced_end(container, stream)
            self._is_gif = container.format.name == "gif"
            if self._decoder.first is None:
                fault = "it has no video frames"
                if not stream.width:  # FFmpeg does not measure what it may not decode
                    fault = "its pictures are damaged or too large"
                raise SourceError(f"cannot read {self._shown}: {fault}")
            super().__init__(
                path.stem,
                selection,
                size=self._decoder.size,
                total=self._announced,
                fps=float(stream.average_rate or stream.guessed_rate or 0),
                steady=stream.average_rate == stream.base_rate,
            )
        except Exception as error:  # damaged files raise more than PyAV's own errors
            container.close()
            if isinstance(error, SourceError):
                raise
            raise SourceError(f"cannot read {self._shown} as a video: {reason(error)}") from error

    def _raw_frames(self) -> Iterator[RawFrame]:
        decoder = self._decoder
        start = decoder.stream.start_time or 0
        seconds, stamped = 0.0, 0  # time and number of the last frame with a time stamp
        latest = 0.0
        for number, frame in enumerate(decoder):
            if frame.pts is not None:
                seconds = decoder.seconds(frame.pts - start)
                stamped = number
                latest = max(latest, decoder.seconds(frame.pts))
            waited = (number - stamped) / (self.fps or DEFAULT_FPS)
            yield RawFrame(seconds + waited, partial(decoder.to_image, frame))
        if fault := decoder.undecoded or decoder.broke_off:
            raise SourceError(f"cannot read all of {self._shown}: {fault}")
        if self._announced and decoder.intact < self._announced:
            raise SourceError(
                f"{self._shown} announces {self._announced} frames but holds {decoder.intact} "
                f"whole ones"
            )
        if self._end_s and latest < self._end_s - SLACK_S:
            raise SourceError(
                f"{self._shown} announces {self._end_s:g} s but ends after {latest:g} s"
            )
        if self._is_gif and not _has_gif_trailer(self._path):
            raise SourceError(f"{self._shown} has no end mark: it was cut off")

    def _release(self) -> None:
        self._decoder.close()


def _announced_end(container: av.container.InputContainer, stream: av.VideoStream) -> float | None:
    """Return the time in seconds at which the header says the video ends; None if unsure."""
    if container.format.name not in ("matroska,webm", "flv"):
        return None  # FFmpeg estimates the duration of other formats from the data that is there
    if match := re.fullmatch(r"(\d+):(\d\d):([\d.]+)", stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = match.groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    if len(container.streams) > 1 or not container.duration:
        return None  # the duration is that of the longest stream, perhaps the sound
    return container.duration / av.time_base


def _has_gif_trailer(path: Path) -> bool:
    """Return whether a GIF ends with its end mark, a semicolon, perhaps padded with zeros."""
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 64), os.SEEK_END)
        return file.read().rstrip(b"\0").endswith(b";")
