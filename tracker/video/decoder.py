"""Decode one video stream of an open container into upright frames, by PyAV (FFmpeg)."""

import math
from collections.abc import Generator, Iterator

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

from tracker.errors import SourceError
from tracker.frames import Frame

MAX_PIXELS = 2**27
"""Default limit for width times height of a frame: four times 8K.

A file of kilobytes can announce a frame that takes gigabytes of memory.
"""

_ROTATE = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}


class Decoder:
    """Iterates over the frames of a container's first video stream, as PyAV gives them.

    What cannot be decoded is skipped; the frames after it are still delivered.

    Args:
        container: open for reading; closed by ``close``.
        shown: what to call it in messages.
        max_pixels: width times height of the largest frame that may be decoded.

    Attributes:
        stream: PyAV's stream.
        first: the first frame, already decoded; None if there is none.
        broke_off: why reading failed before the end; None if it did not.
        undecoded: why some packets could not be decoded; None if all could.
        intact: number of packets that were read whole.

    Raises:
        SourceError: there is no video stream, no decoder for it, or its frames are too large.
    """

    def __init__(
        self, container: av.container.InputContainer, shown: str, max_pixels: int = MAX_PIXELS
    ) -> None:
        self._container, self._shown = container, shown
        self._reformatter = VideoReformatter()
        self.stream = choose_stream(container, shown, max_pixels)
        # The decoder checks the limit too, as frames can grow later in the stream.
        self.stream.codec_context.options = {"max_pixels": str(max_pixels)}
        self.stream.thread_type = "AUTO"
        self.broke_off: str | None = None
        self.undecoded: str | None = None
        self.intact = 0
        self._frames = self._decode()
        self.first = next(self._frames, None)

    def __iter__(self) -> Iterator[av.VideoFrame]:
        if self.first is not None:
            yield self.first
            yield from self._frames

    @property
    def size(self) -> tuple[int, int] | None:
        """``(width, height)`` of the first frame, upright; None if there is none."""
        if self.first is None:
            return None
        size = (self.first.width, self.first.height)
        return size[::-1] if _quarter_turns(self.first) % 2 else size

    def seconds(self, ticks: int) -> float:
        """Convert ticks of the stream's time base to seconds."""
        return float(ticks * self.stream.time_base) if self.stream.time_base else 0.0

    def to_image(self, frame: av.VideoFrame) -> Frame:
        """Convert a frame to ``uint8`` RGB ``(H, W, 3)``, turned upright.

        Raises:
            SourceError: its format cannot be converted.
        """
        try:
            image = self._reformatter.reformat(frame, format="rgb24").to_ndarray()
        except Exception as error:  # damaged files raise more than PyAV's own errors
            raise SourceError(
                f"cannot convert a frame of {self._shown}: {reason(error)}"
            ) from error
        turns = _quarter_turns(frame)
        return np.asarray(cv2.rotate(image, _ROTATE[turns]) if turns else image, np.uint8)

    def close(self) -> None:
        """End the iteration and close the container."""
        self._frames.close()
        self._container.close()

    def _packets(self) -> Iterator["av.Packet[av.VideoStream] | None"]:
        """Yield the stream's packets; if reading fails, yield None, which empties the decoder."""
        try:
            yield from self._container.demux(self.stream)
        except Exception as error:  # damaged files raise more than PyAV's own errors
            self.broke_off = reason(error)
            yield None

    def _decode(self) -> Generator[av.VideoFrame, None, None]:
        # A packet marked corrupt means, in a transport stream, that a part was lost: decoders
        # conceal that. In other formats the packet holds half a frame, and decoding it can cost
        # whole ones: when a decoder fails, PyAV drops the frames that were still inside.
        skip_corrupt = self._container.format.name != "mpegts"
        for packet in self._packets():
            if packet is not None and packet.size:
                if packet.is_corrupt and skip_corrupt:
                    continue
                self.intact += not packet.is_corrupt and not packet.is_discard
            try:
                frames = self.stream.codec_context.decode(packet)
            except Exception as error:  # damaged files raise more than PyAV's own errors
                self.undecoded = reason(error)
                continue
            yield from frames


def choose_stream(
    container: av.container.InputContainer, shown: str, max_pixels: int = MAX_PIXELS
) -> av.VideoStream:
    """Return the first video stream that is not a cover picture.

    Raises:
        SourceError: there is none, or no decoder for it, or its frames are larger than
            ``max_pixels``; ``shown`` names the file.
    """
    cover = av.stream.Disposition.attached_pic
    streams = [s for s in container.streams.video if not s.disposition & cover]
    if not streams:
        only = ", only audio" if container.streams.audio else ""
        raise SourceError(f"cannot read {shown}: it has no video stream{only}")
    codec = streams[0].codec_context
    if codec is None:
        raise SourceError(f"cannot read {shown}: there is no decoder for its video")
    if codec.width * codec.height > max_pixels:
        raise SourceError(
            f"expected {shown} to have at most {max_pixels / 1e6:.3g} million pixels; "
            f"got {codec.width}x{codec.height}"
        )
    return streams[0]


def reason(error: Exception) -> str:
    """Describe why PyAV failed, in words for a user."""
    if isinstance(error, av.error.ArgumentError):
        return "its format is not one that is accepted"
    if isinstance(error, av.error.ExitError):
        return "nothing came in time"
    if isinstance(error, av.error.FFmpegError):
        return str(error.strerror)
    return f"{type(error).__name__}: {error}"


def _quarter_turns(frame: av.VideoFrame) -> int:
    """Return how many counterclockwise turns by 90 degrees make a stored frame upright."""
    return math.floor(frame.rotation / 90 + 0.5) % 4
