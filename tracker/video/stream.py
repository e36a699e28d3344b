"""Network streams, decoded by PyAV (FFmpeg); one that breaks off is connected to again."""

import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import av

from tracker.errors import SourceError
from tracker.video.decoder import Decoder, reason
from tracker.video.frame_source import DEFAULT_FPS, Picture, Selection, Source

TIMEOUT_S = 10.0
"""How long a stream may stay silent, while opening and while reading."""

RECONNECTS = 5
"""How often in a row a stream that broke off is connected to again."""

PAUSE_S = 1.0
"""Before each of these, so that a server that restarts is not besieged."""

STEADY_S = 60.0
"""A connection that lasted so long was good: the count of those in a row begins anew."""

# What the address leads to, such as the parts of an HLS playlist, may be fetched; no local file.
_OPTIONS = {
    "protocol_whitelist": "http,https,httpproxy,tls,tcp,udp,rtp,srtp,rtsp,rtsps,rtmp,rtmps,crypto",
    "rtsp_transport": "tcp",
}

_log = logging.getLogger(__name__)


class StreamSource(Source):
    """A network stream, by URL, with its own time stamps.

    A live stream that breaks off or falls silent is connected to again, which is logged; its time
    goes on by the clock. A recording, whose length is known, is not, as it would begin again.

    Raises:
        SourceError: nothing answers in time, or it is no video. Iterating raises
            ``SourceEndedEarly``, after every frame that came, if the stream broke off for good.
    """

    def __init__(self, url: str, selection: Selection) -> None:
        self._url = url
        name, self._shown = names(url)
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

    def _pictures(self) -> Iterator[Picture]:
        time_s, in_a_row = 0.0, 0
        while True:
            opened = time.monotonic()
            for picture in self._connection(time_s):
                yield picture
                time_s, seen = picture.time_s, time.monotonic()
            if self._decoder.broke_off is None:
                return
            if seen - opened > STEADY_S:
                in_a_row = 0
            in_a_row = self._reconnect(self._decoder.broke_off, in_a_row)
            time_s += time.monotonic() - seen

    def _connection(self, begun: float) -> Iterator[Picture]:
        """The pictures until the connection ends, the first of them at the time ``begun``."""
        decoder = self._decoder
        step = 1 / (self.fps or DEFAULT_FPS)
        time_s, first_pts = begun, decoder.first.pts
        for number, frame in enumerate(decoder):
            if number:
                known = frame.pts is not None and first_pts is not None
                ticks = frame.pts - first_pts if known else 0
                stamp = begun + float(ticks * decoder.stream.time_base)
                time_s = stamp if stamp > time_s else time_s + step
            yield Picture(time_s, partial(decoder.to_image, frame))

    def _reconnect(self, fault: str, in_a_row: int) -> int:
        """Connect again; how many attempts in a row that makes.

        Raises:
            SourceError: it is a recording, or there have been too many attempts.
        """
        self._decoder.close()
        if not self._is_live:
            raise SourceError(f"{self._shown} broke off: {fault}")
        while in_a_row < RECONNECTS and not self._cancelled.is_set():
            in_a_row += 1
            _log.warning(
                "%s broke off: %s; connecting again, attempt %d of %d",
                self._shown,
                fault,
                in_a_row,
                RECONNECTS,
            )
            self._cancelled.wait(PAUSE_S)
            try:
                self._decoder = self._connect()
            except SourceError as error:
                fault = str(error)
            else:
                return in_a_row
        raise SourceError(f"gave up after {in_a_row} attempts to connect again: {fault}")

    def _release(self) -> None:
        self._decoder.close()


def names(url: str) -> tuple[str, str]:
    """A short name, and what to show in messages: never a URL's password or token.

    Raises:
        SourceError: it is no URL.
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]  # the name and the port, not the password
    except ValueError as error:
        raise SourceError(f"expected a URL such as rtsp://host/path; got {url!r}") from error
    return PurePosixPath(parts.path).stem or host, f"{parts.scheme}://{host}{parts.path}"


def without_secrets(source: str) -> str:
    """A source as it may be shown: a URL without user, password and query."""
    if "://" not in source or Path(source).exists():
        return source
    return names(source)[1]
