"""One visitor: their clips, their runs, and the folder that holds all of it. No Gradio here."""

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tracker.boxes import Box
from tracker.errors import SourceError
from tracker.formats import read_csv
from tracker_demo.boxes import read_boxes
from tracker_demo.clip import Clip, take_in
from tracker_demo.engine import Engine
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused
from tracker_demo.pictures import jpeg
from tracker_demo.run import Files, Progress, Run

FRAME_PICTURE_SIDE = 1600  # longest side of the pictures that boxes are drawn on

NO_CLIP = "Choose a video first: send one, take the sample, or record with the webcam."


class Session:
    """What one visitor has on the server.

    Args:
        folder: made here, removed by ``close``.
        engine: the models.
        limits: what the visitor may ask for.
    """

    def __init__(self, folder: Path, engine: Engine, limits: Limits) -> None:
        folder.mkdir(parents=True)
        self._folder, self._engine, self._limits = folder, engine, limits
        self._clips: dict[str, Clip] = {}
        self._folders: dict[str, Path] = {}  # of each clip, and of the last run
        self._lock = threading.RLock()
        self._stop: threading.Event | None = None  # of the run that is going on or asked for
        self._last: Run | None = None
        self.closed = False

    def open(self, slot: str, upload: Path, name: str) -> Clip:
        """Take in an upload; it replaces the slot's earlier one, which ends a run on it.

        Raises:
            Refused: it is too large, or cannot be read; the earlier one stays.
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

    def share(self, slot: str) -> Clip:
        """Let a slot show the clip of the first tab."""
        clip = self.clip("track")
        with self._lock:
            self._clips[slot] = clip
        return clip

    def clip(self, slot: str = "track") -> Clip:
        """The clip of a slot.

        Raises:
            Refused: there is none yet.
        """
        if slot not in self._clips:
            raise Refused(NO_CLIP)
        return self._clips[slot]

    def picture(self, slot: str, index: int) -> Path:
        """Frame ``index`` of a clip as a JPEG file; the slot's earlier one is removed."""
        data = jpeg(self.clip(slot).frame(index).image, FRAME_PICTURE_SIDE)
        folder = self._new_folder()
        path = folder / "frame.jpg"
        path.write_bytes(data)
        self._replace_folder(f"{slot} picture", folder)
        return path

    def boxes(self, slot: str, value: Any) -> list[Box]:
        """The boxes drawn on a clip, checked; ``value`` is what the page sent."""
        return read_boxes(value, self.clip(slot).size, self._limits.objects)

    def arm(self) -> None:
        """Say that a run has been asked for, so that ``stop`` reaches it while it waits."""
        self._stop = threading.Event()

    def stop(self) -> None:
        """Let the run that is going on, or waits, end soon; what is done is kept."""
        if self._stop is not None:
            self._stop.set()

    def track(
        self, drawn: Any, start: int, model: str, clock: Callable[[], float] = time.monotonic
    ) -> Iterator[Progress]:
        """Follow the boxed objects from frame ``start`` on.

        Args:
            drawn: the boxes, as the page sent them.
            start: number of the frame that they are drawn on.
            model: name of the model.
            clock: seconds, for the limit on the run.

        Yields:
            News as in ``Run.follow``.

        Raises:
            Refused: there is no clip or box, or no such model or frame; later, an output cannot be
                written, or the clip cannot be read at all.
        """
        stop = self._stop = self._stop or threading.Event()
        try:
            run = self._new_run(drawn, start, model)
            tracker = self._engine.tracker(model)
            yield from run.follow(tracker, self._limits, stop.is_set, clock)
        finally:
            if self._stop is stop:
                self._stop = None

    def believed(self, frame: int, start: int, box: Box) -> Box:
        """Where the object in ``box`` of frame ``start`` was believed to be before ``frame``.

        That is by the last run, if it was about the same box; otherwise it is the box itself.
        """
        run, known = self._last, box
        if run is None or (run.start, run.boxes[0]) != (start, box) or not run.files.csv.exists():
            return box
        with suppress(SourceError):  # a run may be writing its last row
            for result in read_csv(run.files.csv):
                if result.id == 1 and result.frame < frame:
                    known = result.box
        return known

    def close(self) -> None:
        """End everything and remove every file; may be called twice."""
        with self._lock:
            self.closed = True
            self.stop()
            self._clips.clear()
            self._last = None
            shutil.rmtree(self._folder, ignore_errors=True)

    def _new_run(self, drawn: Any, start: int, model: str) -> Run:
        clip = self.clip()
        if clip.is_picture:
            raise Refused("A picture has only one frame; send a video to follow something in it.")
        boxes = self.boxes("track", drawn)
        clip.check(start)
        self._engine.model(model)
        folder = self._new_folder()
        self._replace_folder("run", folder)
        self._last = Run(clip, start, boxes, model, Files.in_folder(folder))
        return self._last

    def _new_folder(self) -> Path:
        folder = self._folder / secrets.token_urlsafe(16)
        with self._lock:
            if self.closed:
                raise Refused("The page was closed.")
            folder.mkdir()
        return folder

    def _replace_folder(self, what: str, folder: Path) -> None:
        with self._lock:
            earlier = self._folders.pop(what, None)
            self._folders[what] = folder
        if earlier is not None:
            shutil.rmtree(earlier, ignore_errors=True)
