"""Take in a visitor's video or picture; its header is checked before any frame is decoded."""

import os
import shutil
from pathlib import Path

from PIL import Image, ImageOps

from tracker.errors import SourceError
from tracker.frames import Frame, as_frame, frame_size
from tracker.video import Source, VideoFrame, open_source, read_header
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused, sentence

_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
_PICTURE_FORMATS = ("JPEG", "PNG", "WEBP")


class Clip:
    """A video or a single picture in the visitor's own folder.

    Args:
        path: the file.
        name: the name that the visitor sees.
        limits: the limits on what is accepted.

    Attributes:
        name: as given, without folders.
        size: ``(width, height)`` of the upright frames in pixels.
        frames: how many frames there are according to the file.
        is_picture: whether it is a single picture.

    Raises:
        Refused: the file is too large, or cannot be read.
    """

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self.name = Path(name).name
        self.is_picture = path.suffix.lower() in _PICTURES
        limits.check_bytes(path.stat().st_size)
        self.frames = 1 if self.is_picture else self._frames_by_header()
        self.size = frame_size(self.frame(0).image)

    def check(self, index: int) -> None:
        """Refuse an ``index`` that is not the number of a frame; it may be anything.

        Raises:
            Refused: it is not a whole number from 0 up to the last frame.
        """
        if type(index) is not int or not 0 <= index < self.frames:
            raise Refused(f"Expected the number of a frame, from 0 to {self.frames - 1}.")

    def frame(self, index: int) -> VideoFrame:
        """Read frame number ``index`` from the file; no frames are kept in memory.

        Raises:
            Refused: there is no such frame, or it cannot be read.
        """
        self.check(index)
        try:
            if self.is_picture:
                return VideoFrame(0, 0.0, _picture(self._path, self._limits))
            with self.source(index) as source:
                return next(source)
        except Exception as error:
            raise Refused(sentence(error, self._path)) from error

    def source(self, start: int) -> Source:
        """Open the clip at frame ``start``."""
        return open_source(self._path, start=start, max_pixels=self._limits.pixels)

    def sentence(self, error: BaseException) -> str:
        """Return the sentence that the visitor sees for an error from reading the clip."""
        return sentence(error, self._path)

    def _frames_by_header(self) -> int:
        """Check the header of a video and return its number of frames."""
        limits = self._limits
        try:
            header = read_header(self._path, max_pixels=limits.pixels, max_frames=limits.frames)
        except SourceError as error:
            raise Refused(sentence(error, self._path)) from error
        limits.check_video(header)
        return header.frames


def take_in(upload: Path, folder: Path, name: str, limits: Limits) -> Clip:
    """Link or copy an upload into a visitor's folder and open it.

    It is not moved: Gradio keeps one file for visitors who send the same content.

    Raises:
        Refused: it is gone, too large, or cannot be read; nothing is left in the folder.
    """
    own = folder / f"clip{upload.suffix.lower() if upload.suffix.isascii() else ''}"
    try:
        try:
            os.link(upload, own)
        except OSError:  # on another file system
            shutil.copyfile(upload, own)
        return Clip(own, name, limits)
    except OSError as error:
        own.unlink(missing_ok=True)
        raise Refused("The upload is not there any more; please send it again.") from error
    except Refused:
        own.unlink(missing_ok=True)
        raise


def _picture(path: Path, limits: Limits) -> Frame:
    """Read a picture upright, or refuse it."""
    try:
        with Image.open(path, formats=_PICTURE_FORMATS) as image:
            limits.check_pixels(*image.size)
            return as_frame(ImageOps.exif_transpose(image))
    except Refused:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("The file is not a picture that can be read.") from error
