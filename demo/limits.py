"""The limits on what a visitor may ask of the server."""

from dataclasses import dataclass, fields
from typing import Self

from tracker.errors import TrackerError
from tracker.video import VideoHeader
from tracker_demo.messages import Refused


class LimitsError(TrackerError):
    """The limits given on the command line cannot be used."""


@dataclass(frozen=True)
class Limits:
    """Upper limits, whole numbers above 0; the first four are checked before decoding.

    Attributes:
        megabytes: size of an upload.
        seconds: length of a video.
        frames: frames of a video.
        pixels: width times height of a frame.
        objects: boxes tracked together.
        run_seconds: time for one tracking run; the frames done by then are kept.
        waiting: requests in the queue.
        visitors: visitors with files on the server.
    """

    megabytes: int = 100
    seconds: int = 60
    frames: int = 1800
    pixels: int = 3840 * 2160
    objects: int = 8
    run_seconds: int = 300
    waiting: int = 16
    visitors: int = 32

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read limits from text such as ``"seconds=120,frames=3600"``; others keep their default.

        Raises:
            LimitsError: a name is unknown, or a value is not a whole number above 0.
        """
        names = [field.name for field in fields(cls)]
        values = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = part.partition("=")
            if name not in names or not value.isdecimal() or not int(value):
                raise LimitsError(
                    f"expected --limits as NAME=N,... with a whole number N above 0 and names out "
                    f"of {', '.join(names)}; got {part!r}"
                )
            values[name] = int(value)
        return cls(**values)

    def check_bytes(self, size: int) -> None:
        """Refuse an upload that is empty or too large.

        Args:
            size: in bytes.

        Raises:
            Refused: it is one of these.
        """
        if size == 0:
            raise Refused("The file is empty.")
        if size > self.megabytes * 1_000_000:
            raise Refused(
                f"The file has {size / 1e6:.0f} MB; up to {self.megabytes} MB are accepted here."
            )

    def check_pixels(self, width: int, height: int) -> None:
        """Refuse frames with too many pixels.

        Raises:
            Refused: there are too many.
        """
        if width * height > self.pixels:
            raise Refused(
                f"Its pictures are {width}x{height}, {width * height / 1e6:.1f} megapixels; up to "
                f"{self.pixels / 1e6:.1f} are accepted here."
            )

    def check_video(self, header: VideoHeader) -> None:
        """Refuse a video whose header says that it is too large or too long.

        Raises:
            Refused: the header says so.
        """
        self.check_pixels(*header.size)
        if header.seconds is not None and header.seconds > self.seconds + 1:
            raise Refused(
                f"The video is {header.seconds:.0f} seconds long; up to {self.seconds} seconds are "
                "accepted here."
            )
        if header.frames > self.frames:
            raise Refused(f"The video has more than the {self.frames} frames accepted here.")
