"""Video files, decoded by PyAV (FFmpeg)."""

import math
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

import av
import cv2
from av.video.reformatter import VideoReformatter

from tracker.errors import SourceError
from tracker.frames import Frame
from tracker.video.container import choose_stream, claimed_frames, open_container, reason
from tracker.video.frame_source import DEFAULT_FPS, Picture, Selection, Source

_ROTATE = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}


class VideoFileSource(Source):
    """The first video stream of a file: upright frames with true times, counted from the first.

    Frames without a time stamp (raw streams have none) follow the one before by ``1 / fps``.
    Where recordings were joined, times may jump back, as the file has them.

    Args:
        path: the file.
        selection: the wanted frames.
        max_pixels: width times height of the largest picture that may be decoded; any if None.

    Raises:
        SourceError: the file is not a readable video or has no frame. Iterating raises
            ``SourceEndedEarly``, after every frame that can be decoded, if some could not be or
            if the file holds fewer intact frames than it announces.
    """

    def __init__(self, path: Path, selection: Selection, max_pixels: int | None = None) -> None:
        self._shown = str(path)
        self._reformatter = VideoReformatter()
        self._container = open_container(path, max_pixels)
        try:
            self._stream = choose_stream(self._container, self._shown)
            self._stream.thread_type = "AUTO"
            if max_pixels:
                self._stream.codec_context.options = {"max_pixels": str(max_pixels)}
            self._claimed = claimed_frames(self._container, self._stream)
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
            raise SourceError(f"cannot read {self._shown} as a video: {reason(error)}") from error

    def _packets(self) -> Iterator[av.Packet | None]:
        """The stream's packets; where reading breaks off, None, to empty the decoder."""
        try:
            yield from self._container.demux(self._stream)
        except Exception as error:  # as above
            self._fault = reason(error)
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
                self._fault = reason(error)
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
                f"cannot convert a frame of {self._shown}: {reason(error)}"
            ) from error
        turns = _quarter_turns(frame)
        return cv2.rotate(image, _ROTATE[turns]) if turns else image

    def _release(self) -> None:
        self._decoded.close()
        self._container.close()


def _quarter_turns(frame: av.VideoFrame) -> int:
    return math.floor(frame.rotation / 90 + 0.5) % 4
