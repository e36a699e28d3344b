"""Video files, decoded by PyAV (FFmpeg)."""

import math
import os
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

import av
import cv2
from av.video.reformatter import VideoReformatter

from tracker.errors import SourceError
from tracker.frames import Frame
from tracker.video.frame_source import DEFAULT_FPS, Picture, Selection, Source

# Formats that hold their own frames. Playlists and the like are refused: they name other files,
# and a file that a stranger sends must not make us read (or fetch) another one.
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,matroska,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ogg,flv,asf,gif,"
    "mjpeg,ivf,yuv4mpegpipe",
}

_ROTATE = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}


class VideoFileSource(Source):
    """The first video stream of a file: upright frames with true times, counted from the first.

    Frames without a time stamp (raw streams have none) follow the one before by ``1 / fps``.
    Where recordings were joined, times may jump back, as the file has them.

    Raises:
        SourceError: the file is not a readable video or has no frame. Iterating raises
            ``SourceEndedEarly``, after every frame that can be decoded, if some could not be or
            if the file holds fewer intact frames than it announces.
    """

    def __init__(self, path: Path, selection: Selection) -> None:
        self._shown = str(path)
        self._reformatter = VideoReformatter()
        self._container = self._open(path)
        try:
            self._stream = self._choose_stream()
            self._claimed = _claimed_frames(self._container, self._stream)
            self._decoded = self._decode()
            self._first = next(self._decoded, None)
            if self._first is None:
                raise SourceError(f"cannot read {self._shown}: it has no video frames")
            size = (self._first.width, self._first.height)
            super().__init__(
                path.stem,
                selection,
                size=size[::-1] if _quarter_turns(self._first) % 2 else size,
                total=self._claimed,
                fps=float(self._stream.average_rate or self._stream.guessed_rate or 0),
                steady=self._stream.average_rate == self._stream.base_rate,
            )
        except Exception as error:  # damaged files raise more than PyAV's own errors
            self._container.close()
            if isinstance(error, SourceError):
                raise
            raise SourceError(f"cannot read {self._shown} as a video: {_reason(error)}") from error

    def _open(self, path: Path) -> av.container.InputContainer:
        if path.stat().st_size == 0 and path.is_file():
            raise SourceError(f"cannot read {self._shown}: the file is empty")
        try:
            # An absolute path, so that a name such as "http:x.mp4" is not taken for a URL.
            return av.open(os.path.abspath(path), options=_OPTIONS, metadata_errors="replace")
        except Exception as error:  # as above
            raise SourceError(f"cannot read {self._shown} as a video: {_reason(error)}") from error

    def _choose_stream(self) -> av.VideoStream:
        cover = av.stream.Disposition.attached_pic
        streams = [s for s in self._container.streams.video if not s.disposition & cover]
        if not streams:
            only = ", only audio" if self._container.streams.audio else ""
            raise SourceError(f"cannot read {self._shown}: it has no video stream{only}")
        if streams[0].codec_context is None:
            raise SourceError(f"cannot read {self._shown}: there is no decoder for its video")
        streams[0].thread_type = "AUTO"
        return streams[0]

    def _packets(self) -> Iterator[av.Packet | None]:
        """The stream's packets; where reading breaks off, None, to empty the decoder."""
        try:
            yield from self._container.demux(self._stream)
        except Exception as error:  # as above
            self._fault = _reason(error)
            yield None

    def _decode(self) -> Iterator[av.VideoFrame]:
        self._fault: str | None = None
        # In a transport stream the mark means that a part was lost, which decoders bridge.
        # Elsewhere it means half a picture, and feeding that could cost whole ones: when a
        # decoder fails, PyAV drops the frames that were still inside.
        skip_corrupt = self._container.format.name != "mpegts"
        intact = 0
        for packet in self._packets():
            if packet is not None and packet.size:
                if packet.is_corrupt and skip_corrupt:
                    continue
                intact += not packet.is_corrupt and not packet.is_discard
            try:
                frames = self._stream.codec_context.decode(packet)
            except Exception as error:  # as above
                self._fault = _reason(error)
                continue
            yield from frames
        if self._fault:
            raise SourceError(f"cannot read all of {self._shown}: {self._fault}")
        if self._claimed and intact < self._claimed:
            raise SourceError(
                f"{self._shown} announces {self._claimed} frames but holds {intact} whole ones"
            )

    def _pictures(self) -> Iterator[Picture]:
        start = self._stream.start_time or 0
        seconds, stamped = 0.0, 0  # of the last frame with a time stamp: its time and number
        for number, frame in enumerate(chain([self._first], self._decoded)):
            if frame.pts is not None:
                seconds = float((frame.pts - start) * self._stream.time_base)
                stamped = number
            waited = (number - stamped) / (self.fps or DEFAULT_FPS)
            yield Picture(seconds + waited, partial(self._to_image, frame))

    def _to_image(self, frame: av.VideoFrame) -> Frame:
        try:
            image = self._reformatter.reformat(frame, format="rgb24").to_ndarray()
        except Exception as error:  # as above
            raise SourceError(
                f"cannot convert a frame of {self._shown}: {_reason(error)}"
            ) from error
        turns = _quarter_turns(frame)
        return cv2.rotate(image, _ROTATE[turns]) if turns else image

    def _release(self) -> None:
        self._decoded.close()
        self._container.close()


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


def _quarter_turns(frame: av.VideoFrame) -> int:
    return math.floor(frame.rotation / 90 + 0.5) % 4


def _reason(error: Exception) -> str:
    if isinstance(error, av.error.ArgumentError):
        return "its format is not one that is accepted"
    if isinstance(error, av.error.FFmpegError):
        return error.strerror
    return f"{type(error).__name__}: {error}"
