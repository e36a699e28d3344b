"""One video stream of an open container, decoded by PyAV (FFmpeg) into upright frames."""

import math
from collections.abc import Iterator

import av
import cv2
from av.video.reformatter import VideoReformatter

from tracker.errors import SourceError
from tracker.frames import Frame

MAX_PIXELS = 2**27
"""Largest picture: four times 8K. A file of kilobytes can announce one that takes gigabytes."""

_ROTATE = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}


class Decoder:
    """The first video stream of a container; iterating gives its frames as PyAV has them.

    Whatever cannot be decoded is passed over, and the frames after it are given all the same.

    Args:
        container: open for reading; closed by ``close``.
        shown: what to call it in messages.
        max_pixels: width times height of the largest picture that may be decoded.

    Attributes:
        stream: the stream of PyAV.
        first: the first frame, decoded already; None if there is none.
        broke_off: why reading ended before the end; None if it did not.
        undecoded: why some of what was read could not be decoded; None if all could.
        intact: how many packets were read whole.

    Raises:
        SourceError: there is no video stream, no decoder for it, or its pictures are too large.
    """

    def __init__(
        self, container: av.container.InputContainer, shown: str, max_pixels: int = MAX_PIXELS
    ) -> None:
        self._container, self._shown = container, shown
        self._reformatter = VideoReformatter()
        self.stream = choose_stream(container, shown, max_pixels)
        self.stream.codec_context.options = {"max_pixels": str(max_pixels)}  # it can grow later
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
    def size(self) -> tuple[int, int]:
        """``(width, height)`` of the first frame, upright."""
        size = (self.first.width, self.first.height)
        return size[::-1] if _quarter_turns(self.first) % 2 else size

    def to_image(self, frame: av.VideoFrame) -> Frame:
        """A frame as ``uint8`` RGB ``(H, W, 3)``, turned upright.

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
        return cv2.rotate(image, _ROTATE[turns]) if turns else image

    def close(self) -> None:
        self._frames.close()
        self._container.close()

    def _packets(self) -> Iterator[av.Packet | None]:
        """The stream's packets; where reading breaks off, None, to empty the decoder."""
        try:
            yield from self._container.demux(self.stream)
        except Exception as error:  # as above
            self.broke_off = reason(error)
            yield None

    def _decode(self) -> Iterator[av.VideoFrame]:
        # In a transport stream the mark means that a part was lost, which decoders bridge.
        # Elsewhere it means half a picture, and feeding that could cost whole ones: when a
        # decoder fails, PyAV drops the frames that were still inside.
        skip_corrupt = self._container.format.name != "mpegts"
        for packet in self._packets():
            if packet is not None and packet.size:
                if packet.is_corrupt and skip_corrupt:
                    continue
                self.intact += not packet.is_corrupt and not packet.is_discard
            try:
                frames = self.stream.codec_context.decode(packet)
            except Exception as error:  # as above
                self.undecoded = reason(error)
                continue
            yield from frames


def choose_stream(
    container: av.container.InputContainer, shown: str, max_pixels: int = MAX_PIXELS
) -> av.VideoStream:
    """The first video stream that is not a cover picture.

    Raises:
        SourceError: there is none, or no decoder for it, or its pictures are larger than
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


def _quarter_turns(frame: av.VideoFrame) -> int:
    """How often to turn a stored frame by 90 degrees, counterclockwise, to see it upright."""
    return math.floor(frame.rotation / 90 + 0.5) % 4


def reason(error: Exception) -> str:
    """Why PyAV failed, in words for a user."""
    if isinstance(error, av.error.ArgumentError):
        return "its format is not one that is accepted"
    if isinstance(error, av.error.ExitError):
        return "nothing came in time"
    if isinstance(error, av.error.FFmpegError):
        return error.strerror
    return f"{type(error).__name__}: {error}"
