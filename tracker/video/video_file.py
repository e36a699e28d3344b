"""Video files, decoded by PyAV (FFmpeg)."""

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av

from tracker.errors import SourceError
from tracker.video.container import claimed_frames, open_container
from tracker.video.decoder import MAX_PIXELS, Decoder, reason
from tracker.video.frame_source import DEFAULT_FPS, Picture, Selection, Source

SLACK_S = 0.5
"""How far a file may end before its announced duration: the last frame's own, and rounding."""


class VideoFileSource(Source):
    """The first video stream of a file: upright frames with true times, counted from the first.

    Frames without a time stamp (raw streams have none) follow the one before by ``1 / fps``.
    Where recordings were joined, times may jump back, as the file has them.

    Args:
        path: the file.
        selection: the wanted frames.
        max_pixels: width times height of the largest picture that may be decoded.

    Raises:
        SourceError: the file is not a readable video or has no frame. Iterating raises
            ``SourceEndedEarly``, after every frame that can be decoded, if some could not be or
            if the file ends before what it announces: a number of frames (mp4, mov, avi), a
            duration (mkv, webm, flv) or an end mark (gif). Transport streams announce nothing.
    """

    def __init__(self, path: Path, selection: Selection, max_pixels: int = MAX_PIXELS) -> None:
        self._path, self._shown = path, str(path)
        container = open_container(path, max_pixels)
        try:
            self._decoder = Decoder(container, self._shown, max_pixels)
            stream = self._decoder.stream
            self._claimed = claimed_frames(container, stream)
            self._claimed_seconds = _claimed_seconds(container, stream)
            self._is_gif = container.format.name == "gif"
            if self._decoder.first is None:
                fault = "it has no video frames"
                if not stream.width:  # what FFmpeg may not decode, it does not measure either
                    fault = "its pictures are damaged or too large"
                raise SourceError(f"cannot read {self._shown}: {fault}")
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
