"""Write frames to an mp4 file (H.264) that browsers play: ``VideoSink``."""

import os
import threading
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, Self

import av
import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from tracker.errors import OutputError
from tracker.frames import Frame, frame_size
from tracker.output_file import claim
from tracker.video.bounded_queue import BoundedQueue

TICKS_PER_S = 90_000
"""Resolution of the times in the file."""

# Measured on 1280x720, two busy cores: superfast 7 ms of CPU per frame, ultrafast 5 ms but files
# 1.3 to 1.9 times as large, veryfast 12 ms. A second thread costs nothing and helps if a core is
# free. No B-frames: the encoder would hold them back, and a kill would lose them.
_ENCODER = {"preset": "superfast", "crf": "23", "g": "30", "bf": "0", "threads": "2"}

# Written in fragments, each flushed, so that after a kill the file is readable up to the last group
# of pictures (the default buffer of 256 KiB would lose short clips as a whole). Closing makes it an
# ordinary mp4.
_CONTAINER = {"movflags": "hybrid_fragmented", "flush_packets": "1"}

_WAITING_FRAMES = 4  # that the encoder may lag behind


class _FrameTime(NamedTuple):
    """Time of a written frame: as given, in seconds, and in the file, in ticks."""

    time_s: float
    ticks: int


class VideoSink:
    """Writes frames with their times to an mp4 file; a context manager.

    Encoding runs in its own thread. Frames of another size are resized to ``size``. Odd sides are
    padded by one pixel, right and bottom, that repeats the edge.

    Args:
        path: the file to make; always mp4, whatever its suffix.
        size: ``(width, height)`` of the frames in pixels.
        fps: nominal frames per second, used by the encoder and as the duration of the last frame;
            25 if None.
        overwrite: replace an existing file instead of refusing.

    Attributes:
        frames_written: how many frames ``write`` has taken.

    Raises:
        OutputError: the file exists or cannot be written. Errors while encoding, such as a full
            disk, are raised by the next ``write`` or by ``close``; the frames before stay readable.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        size: tuple[int, int],
        fps: float | None = None,
        *,
        overwrite: bool = False,
    ) -> None:
        self.frames_written = 0
        self._path = Path(path)
        self._size = (int(size[0]), int(size[1]))
        self._interval = round(TICKS_PER_S / (fps or 25))
        self._previous: _FrameTime | None = None
        self._origin = 0.0  # time in seconds that is 0 in the file
        self._failure: Exception | None = None
        self._closed = False
        try:
            self._lock = claim(self._path, overwrite=overwrite)
        except OSError as error:
            raise self._output_error(error) from error
        try:
            self._container = av.open(
                os.path.abspath(self._path), "w", format="mp4", options=_CONTAINER
            )
            rate = Fraction(fps or 25).limit_denominator(1001)
            self._stream = self._container.add_stream("libx264", rate=rate, options=_ENCODER)
        except Exception as error:  # OSError, and PyAV's own
            os.close(self._lock)
            raise self._output_error(error) from error
        width, height = self._size
        self._stream.width, self._stream.height = width + width % 2, height + height % 2
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = Fraction(1, TICKS_PER_S)
        self._stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        self._queue: BoundedQueue[av.VideoFrame | None] = BoundedQueue(_WAITING_FRAMES)
        self._thread = threading.Thread(target=self._encode_all, name="VideoSink", daemon=True)
        self._thread.start()

    def write(self, image: Frame, time_s: float) -> None:
        """Append a frame; ``image`` may be changed afterwards.

        Args:
            image: ``uint8`` RGB ``(H, W, 3)``.
            time_s: its time in seconds. The first frame is at 0 in the file; differences between
                times are kept. A repeated time is moved on by one tick. After a jump back, as in
                joined recordings, the frame follows the one before at the last interval.

        Raises:
            OutputError: an earlier frame could not be written, or the sink is closed.
        """
        if self._failure:
            raise self._output_error(self._failure) from self._failure
        if self._closed:
            raise OutputError(f"could not write {self._path}: it is closed already")
        frame = av.VideoFrame.from_ndarray(self._to_yuv(image), format="yuv420p")
        frame.pts = self._ticks(time_s)
        frame.time_base = Fraction(1, TICKS_PER_S)
        self._queue.put(frame)
        self.frames_written += 1

    def close(self) -> None:
        """Finish the file, or remove it if it has no frame; may be called twice.

        Raises:
            OutputError: not all frames are in the file.
        """
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        if not self.frames_written:
            self._path.unlink(missing_ok=True)
        os.close(self._lock)
        if self._failure:
            raise self._output_error(self._failure) from self._failure

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _to_yuv(self, image: Frame) -> NDArray[np.uint8]:
        """Resize and pad a frame to the size of the video and convert it to YUV 4:2:0."""
        picture: MatLike = image
        if frame_size(image) != self._size:
            shrink = image.shape[1] > self._size[0]
            interpolation = cv2.INTER_AREA if shrink else cv2.INTER_LINEAR
            picture = cv2.resize(picture, self._size, interpolation=interpolation)
        width, height = self._size
        if width % 2 or height % 2:
            picture = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420), np.uint8)

    def _ticks(self, time_s: float) -> int:
        """Return the time of the next frame in the file, in ticks; it always increases."""
        if self._previous is None:
            self._origin = time_s
            ticks = 0
        else:
            previous_time, previous_ticks = self._previous
            if time_s < previous_time:
                self._origin = time_s - (previous_ticks + self._interval) / TICKS_PER_S
            ticks = max(round((time_s - self._origin) * TICKS_PER_S), previous_ticks + 1)
            self._interval = ticks - previous_ticks
        self._previous = _FrameTime(time_s, ticks)
        return ticks

    def _encode_all(self) -> None:
        """Encode the queued frames until None comes; runs in the thread."""
        frame = None
        try:
            while (frame := self._queue.get()) is not None:
                self._mux(frame)
            if self.frames_written:
                self._mux(None)
            self._container.close()
        except Exception as error:
            self._failure = error
            with suppress(Exception):
                self._container.close()
            while frame is not None:  # empty the queue, so that write() does not wait for ever
                frame = self._queue.get()

    def _mux(self, frame: av.VideoFrame | None) -> None:
        """Encode a frame, or with None the rest that the encoder holds, into the file."""
        self._container.mux(self._stream.encode(frame))

    def _output_error(self, error: Exception) -> OutputError:
        """Return an ``OutputError`` that says why the file could not be written."""
        if isinstance(error, FileExistsError):
            reason = "it exists, and overwriting was not asked for"
        else:
            reason = str(getattr(error, "strerror", None) or error)
        return OutputError(f"could not write {self._path}: {reason}")
