"""One visitor's session: the clips, the runs, and the folder that holds their files.

This is the logic behind the page, without Gradio.
"""

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from tracker.boxes import Box
from tracker.errors import SourceError
from tracker.formats import read_csv
from tracker_demo.boxes import read_boxes
from tracker_demo.clip import Clip, take_in
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused
from tracker_demo.models import DemoModels
from tracker_demo.pictures import jpeg
from tracker_demo.run import Files, RunProgress, TrackingRun

Slot = Literal["track", "left", "right"]
"""A place on the page for a clip: the first tab's, or one of the two to compare."""

FRAME_PICTURE_SIDE = 1600  # longest side of the pictures that boxes are drawn on

NO_CLIP = "Choose a video first: send one, take the sample, or record with the webcam."


class Session:
    """The clips, runs and files of one visitor.

    Args:
        folder: the visitor's folder; made here, removed by ``close``.
        models: the models that runs use.
        limits: the limits on what the visitor may ask for.

    Attributes:
        closed: whether ``close`` was called.
    """

    def __init__(self, folder: Path, models: DemoModels, limits: Limits) -> None:
        folder.mkdir(parents=True)
        self._folder, self._models, self._limits = folder, models, limits
        self._clips: dict[Slot, Clip] = {}
        self._folders: dict[str, Path] = {}  # of each clip and frame picture, and of the last run
        self._lock = threading.RLock()
        self._stop: threading.Event | None = None  # of the run that runs or waits
        self._last: TrackingRun | None = None
        self.closed = False

    def open(self, slot: Slot, upload: Path, name: str) -> Clip:
        """Open an upload in a slot, in place of the slot's earlier clip.

        A new clip in the first tab ends the run on the earlier one.

        Raises:
            Refused: it is too large, or cannot be read; the earlier clip stays.
        """
        folder = self._new_folder()
        try:
            clip = take_in(upload, folder, name, self._limits)
        except Refused:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with self._lock:
            if slot == "track":
                self.stop()
                self._last = None
            self._clips[slot] = clip
            self._replace_folder(slot, folder)
        return clip

    def share(self, slot: Slot) -> Clip:
        """Use the clip of the first tab in another slot.

        Raises:
            Refused: the first tab has no clip yet.
        """
        clip = self.clip("track")
        with self._lock:
            self._clips[slot] = clip
        return clip

    def clip(self, slot: Slot = "track") -> Clip:
        """Return the clip of a slot.

        Raises:
            Refused: there is none yet.
        """
        if slot not in self._clips:
            raise Refused(NO_CLIP)
        return self._clips[slot]

    def picture(self, slot: Slot, index: int) -> Path:
        """Write frame ``index`` of a clip as a JPEG file, in place of the slot's earlier one.

        Raises:
            Refused: there is no clip or no such frame, or it cannot be read.
        """
        data = jpeg(self.clip(slot).frame(index).image, FRAME_PICTURE_SIDE)
        folder = self._new_folder()
        path = folder / "frame.jpg"
        path.write_bytes(data)
        self._replace_folder(f"{slot} picture", folder)
        return path

    def boxes(self, slot: Slot, value: Any) -> list[Box]:
        """Return the boxes drawn on a clip, from what the page sent.

        Raises:
            Refused: as in ``read_boxes``, or there is no clip.
        """
        return read_boxes(value, self.clip(slot).size, self._limits.objects)

    def arm(self) -> None:
        """Note that a run was requested, so that ``stop`` can end it while it still waits."""
        self._stop = threading.Event()

    def stop(self) -> None:
        """End the run that runs or waits, at its next frame; what is done is kept."""
        if self._stop is not None:
            self._stop.set()

    def track(
        self, drawn: Any, start: int, model: str, clock: Callable[[], float] = time.monotonic
    ) -> Iterator[RunProgress]:
        """Track the boxed objects from frame ``start`` on.

        Args:
            drawn: the boxes, as the page sent them.
            start: the number of the frame that they are drawn on.
            model: the name of the model.
            clock: returns the time in seconds, for the limit on the run.

        Yields:
            The progress, as ``TrackingRun.follow`` does.

        Raises:
            Refused: there is no clip or box, or no such model or frame; later, an output cannot be
                written, or the clip cannot be read at all.
        """
        stop = self._stop = self._stop or threading.Event()
        try:
            run = self._new_run(drawn, start, model)
            tracker = self._models.tracker(model)
            yield from run.follow(tracker, self._limits, stop.is_set, clock)
        finally:
            if self._stop is stop:
                self._stop = None

    def believed(self, frame: int, start: int, box: Box) -> Box:
        """Return where the last run saw an object before ``frame``.

        Args:
            frame: the number of the frame.
            start: the number of the frame in which the object was boxed.
            box: the object in that frame; also the answer if the last run did not track it.
        """
        run, known = self._last, box
        if run is None or (run.start, run.boxes[0]) != (start, box) or not run.files.csv.exists():
            return box
        with suppress(SourceError):  # the last row may be incomplete while the run writes it
            for result in read_csv(run.files.csv):
                if result.id == 1 and result.frame < frame:
                    known = result.box
        return known

    def close(self) -> None:
        """End the run and remove every file; may be called twice."""
        with self._lock:
            self.closed = True
            self.stop()
            self._clips.clear()
            self._last = None
            shutil.rmtree(self._folder, ignore_errors=True)

    def _new_run(self, drawn: Any, start: int, model: str) -> TrackingRun:
        """Check a request for a run and make its folder, in place of the last run's."""
        clip = self.clip()
        if clip.is_picture:
            raise Refused("A picture has only one frame; send a video to follow something in it.")
        boxes = self.boxes("track", drawn)
        clip.check(start)
        self._models.model(model)
        folder = self._new_folder()
        self._replace_folder("run", folder)
        self._last = TrackingRun(clip, start, boxes, model, Files.in_folder(folder))
        return self._last

    def _new_folder(self) -> Path:
        """Make a folder with a name that cannot be guessed."""
        folder = self._folder / secrets.token_urlsafe(16)
        with self._lock:
            if self.closed:
                raise Refused("The page was closed.")
            folder.mkdir()
        return folder

    def _replace_folder(self, what: str, folder: Path) -> None:
        """Remember a folder under a name and remove the earlier one of that name."""
        with self._lock:
            earlier = self._folders.pop(what, None)
            self._folders[what] = folder
        if earlier is not None:
            shutil.rmtree(earlier, ignore_errors=True)
