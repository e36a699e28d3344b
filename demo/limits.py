"""What a visitor may ask of the server, and the sentences that say so."""

from dataclasses import dataclass, fields
from typing import Self

from tracker.errors import TrackerError
from tracker.video import VideoHeader
from tracker_demo.messages import Refused


class LimitsError(TrackerError):
    """The limits given on the command line cannot be used."""


@dataclass(frozen=True)
class Limits:
    """Whole numbers above 0; the first four are checked before anything is decoded."""

    megabytes: int = 100  # of an upload
    seconds: int = 60  # of a video
    frames: int = 1800  # of a video
    pixels: int = 3840 * 2160  # width times height of a picture
    objects: int = 8  # followed together
    run_seconds: int = 300  # that one tracking may take; what is done by then is kept
    waiting: int = 16  # requests in the queue
    visitors: int = 32  # with files on the server

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"seconds=120,frames=3600"``; what is not named keeps its default.

        Raises:
            LimitsError: an unknown name, or a value that is no whole number above 0.
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
        """Refuse an upload that is empty or too large, ``size`` in bytes."""
        if size == 0:
            raise Refused("The file is empty.")
        if size > self.megabytes * 1_000_000:
            raise Refused(
                f"The file has {size / 1e6:.0f} MB; up to {self.megabytes} MB are accepted here."
            )

    def check_pixels(self, width: int, height: int) -> None:
        """Refuse pictures that are too large."""
        if width * height > self.pixels:
            raise Refused(
                f"Its pictures are {width}x{height}, {width * height / 1e6:.1f} megapixels; up to "
                f"{self.pixels / 1e6:.1f} are accepted here."
            )

    def check_video(self, header: VideoHeader) -> None:
        """Refuse a video by what its header says."""
        self.check_pixels(*header.size)
        if header.seconds is not None and header.seconds > self.seconds + 1:
            raise Refused(
                f"The video is {header.seconds:.0f} seconds long; up to {self.seconds} seconds are "
                "accepted here."
            )
        if header.frames > self.frames:
            raise Refused(f"The video has more than the {self.frames} frames accepted here.")
