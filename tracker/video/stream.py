"""Network streams, decoded by PyAV (FFmpeg); a live one that breaks off is reconnected."""

import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

import av

from tracker.errors import SourceError
from tracker.video.decoder import Decoder, reason
from tracker.video.frame_source import DEFAULT_FPS, RawFrame, Selection, Source

TIMEOUT_S = 10.0
"""Seconds that a stream may stay silent, while opening and while reading."""

RECONNECTS = 5
"""Most attempts in a row to reconnect to a stream that broke off."""

PAUSE_S = 1.0
"""Seconds to wait before each attempt, so that a restarting server is not flooded."""

STEADY_S = 60.0
"""Seconds after which a connection counts as good, and attempts are counted from 0 again."""

# Addresses that the stream names, such as the parts of an HLS playlist, may be fetched, but no
# local file may be read.
_OPTIONS = {
    "protocol_whitelist": "http,https,httpproxy,tls,tcp,udp,rtp,srtp,rtsp,rtsps,rtmp,rtmps,crypto",
    "rtsp_transport": "tcp",
}

_log = logging.getLogger(__name__)


class StreamNames(NamedTuple):
    """Names of a stream: ``short`` for files and bars, ``shown`` for messages."""

    short: str
    shown: str


class StreamSource(Source):
    """A network stream, by URL, with its own time stamps.

    A live stream that breaks off or falls silent is reconnected, which is logged; the time of the
    gap is measured by the clock. A recording, whose length is known, is not: it would start from
    the beginning.

    Args:
        url: its address.
        selection: the wanted frames.

    Raises:
        SourceError: nothing answers in time, or it is no video. Iterating raises
            ``SourceEndedEarly``, after every frame that came, if the stream cannot be reconnected.
    """

    def __init__(self, url: str, selection: Selection) -> None:
        self._url = url
        name, self._shown = stream_names(url)
        self._cancelled = threading.Event()
        self._decoder = self._connect()
        stream = self._decoder.stream
        super().__init__(
            name,
            selection,
            size=self._decoder.size,
            total=stream.frames,
            fps=float(stream.average_rate or stream.guessed_rate or 0),
            steady=stream.average_rate == stream.base_rate,
        )

    def cancel(self) -> None:
        """Stop reconnecting."""
        self._cancelled.set()

    def _connect(self) -> Decoder:
        """Open the stream and wait for its first frame."""
        container = None
        try:
            container = av.open(
                self._url,
                options=_OPTIONS,
                metadata_errors="replace",
                timeout=(TIMEOUT_S, TIMEOUT_S),
            )
            decoder = Decoder(container, self._shown)
            if decoder.first is None:
                why = decoder.broke_off or decoder.undecoded or "it has no video frames"
                raise SourceError(f"cannot read {self._shown}: {why}")
        except Exception as error:  # damaged streams raise more than PyAV's own errors
            if container:
                container.close()
            if isinstance(error, SourceError):
                raise
            raise SourceError(f"cannot open {self._shown}: {reason(error)}") from error
        self._is_live = not (decoder.stream.frames or container.duration)
        return decoder

    def _raw_frames(self) -> Iterator[RawFrame]:
        time_s, attempts = 0.0, 0
        while True:
            opened = time.monotonic()
            for raw in self._frames_until_break(time_s):
                yield raw
                time_s, seen = raw.time_s, time.monotonic()
            if self._decoder.broke_off is None:
                return
            if seen - opened > STEADY_S:
                attempts = 0
            attempts = self._reconnect(self._decoder.broke_off, attempts)
            time_s += time.monotonic() - seen

    def _frames_until_break(self, start_s: float) -> Iterator[RawFrame]:
        """Yield the frames of the present connection; the first is at ``start_s``.

        A frame whose time stamp is missing or does not increase comes ``1 / fps`` after the one
        before.
        """
        decoder = self._decoder
        step = 1 / (self.fps or DEFAULT_FPS)
        time_s, first_pts = start_s, None
        for number, frame in enumerate(decoder):
            if number == 0:
                first_pts = frame.pts
            else:
                stamp = start_s
                if frame.pts is not None and first_pts is not None:
                    stamp += decoder.seconds(frame.pts - first_pts)
                time_s = stamp if stamp > time_s else time_s + step
            yield RawFrame(time_s, partial(decoder.to_image, frame))

    def _reconnect(self, fault: str, attempts: int) -> int:
        """Connect again after a fault.

        Args:
            fault: why the connection broke off.
            attempts: how many attempts were made in a row before.

        Returns:
            How many attempts in a row there are now.

        Raises:
            SourceError: it is a recording, or there have been too many attempts.
        """
        self._decoder.close()
        if not self._is_live:
            raise SourceError(f"{self._shown} broke off: {fault}")
        while attempts < RECONNECTS and not self._cancelled.is_set():
            attempts += 1
            _log.warning(
                "%s broke off: %s; connecting again, attempt %d of %d",
                self._shown,
                fault,
                attempts,
                RECONNECTS,
            )
            self._cancelled.wait(PAUSE_S)
            try:
                self._decoder = self._connect()
            except SourceError as error:
                fault = str(error)
            else:
                return attempts
        raise SourceError(f"gave up after {attempts} attempts to connect again: {fault}")

    def _release(self) -> None:
        self._decoder.close()


def stream_names(url: str) -> StreamNames:
    """Return the names of a stream, without the password or token that its URL may have.

    Raises:
        SourceError: it is no URL.
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]  # the name and the port, not the password
    except ValueError as error:
        raise SourceError(f"expected a URL such as rtsp://host/path; got {url!r}") from error
    return StreamNames(
        PurePosixPath(parts.path).stem or host, f"{parts.scheme}://{host}{parts.path}"
    )


def without_secrets(source: str) -> str:
    """Return a source as it may be shown: a URL loses its user, password and query."""
    if "://" not in source or Path(source).exists():
        return source
    return stream_names(source).shown
