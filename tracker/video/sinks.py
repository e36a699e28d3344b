"""Write frames as H.264 in mp4, which browsers play: ``VideoSink``."""

import os
import threading
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import cv2

from tracker.errors import OutputError
from tracker.frames import Frame, frame_size
from tracker.output_file import claim
from tracker.video.bounded_queue import BoundedQueue

TICKS_PER_S = 90_000

# Measured on 1280x720, two busy cores: superfast 7 ms of CPU per frame, ultrafast 5 ms but files
# 1.3 to 1.9 times as large, veryfast 12 ms. A second thread costs nothing and helps where cores
# are free. No B-frames: they would be held back and lost when the process is killed.
_ENCODER = {"preset": "superfast", "crf": "23", "g": "30", "bf": "0", "threads": "2"}

# Readable after a kill up to the last group of pictures: written in fragments, each flushed (the
# default buffer of 256 KiB would lose whole short clips), and made an ordinary mp4 when closed.
_CONTAINER = {"movflags": "hybrid_fragmented", "flush_packets": "1"}

_WAITING_FRAMES = 4


class VideoSink:
    """An mp4 file that frames are written to with their own times; a context manager.

    Encoding runs in its own thread. The file keeps its first ``size``: frames of another size are
    resized to it; odd sides are padded by one pixel right and bottom, repeating the edge.

    Args:
        path: the file to make; always mp4, whatever its suffix.
        size: ``(width, height)`` of the frames in pixels.
        fps: nominal frames per second, a hint for the encoder and the length of the last frame;
            25 if None.
        overwrite: replace an existing file instead of refusing.

    Attributes:
        frames_written: how many frames ``write`` has taken.

    Raises:
        OutputError: the file exists or cannot be written. Faults while encoding, such as a full
            disk, surface from the next ``write`` or from ``close``; what was encoded before stays
            readable.
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
        self._previous: tuple[float, int] | None = None  # time and ticks of the last frame
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
        """Add a frame; ``image`` may be changed afterwards.

        Args:
            image: ``uint8`` RGB ``(H, W, 3)``.
            time_s: its time in seconds. The first frame is shown at 0 and the distances are kept.
                A repeated time is moved on by one tick; after a jump back, as in joined
                recordings, time goes on from the frame before.

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
        """Finish the file; may be called twice. A file without a frame is removed.

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

    def _to_yuv(self, image: Frame) -> Frame:
        if frame_size(image) != self._size:
            smaller = image.shape[1] > self._size[0]
            how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
            image = cv2.resize(image, self._size, interpolation=how)
        width, height = self._size
        if width % 2 or height % 2:
            image = cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        return cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420)

    def _ticks(self, time_s: float) -> int:
        if self._previous is None:
            self._origin = time_s
            ticks = 0
        else:
            previous_time, previous_ticks = self._previous
            if time_s < previous_time:
                self._origin = time_s - (previous_ticks + self._interval) / TICKS_PER_S
            ticks = max(round((time_s - self._origin) * TICKS_PER_S), previous_ticks + 1)
            self._interval = ticks - previous_ticks
        self._previous = (time_s, ticks)
        return ticks

    def _encode_all(self) -> None:
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
            while frame is not None:  # so that write() never waits for a place in the queue
                frame = self._queue.get()

    def _mux(self, frame: av.VideoFrame | None) -> None:
        self._container.mux(self._stream.encode(frame))

    def _output_error(self, error: Exception) -> OutputError:
        if isinstance(error, FileExistsError):
            reason = "it exists, and overwriting was not asked for"
        else:
            reason = getattr(error, "strerror", None) or error
        return OutputError(f"could not write {self._path}: {reason}")
