"""One frame from top to bottom, for one object or many: the page to read first.

In the words of the SiamFC paper, z, the exemplar, is what to look for; x, the search, where to
look; the response f(z, x) says where in x it is. ``searching.py`` has the steps in between.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from numpy.typing import ArrayLike

from tracker.boxes import Box, check_box
from tracker.config import TrackerConfig
from tracker.crops import mean_color
from tracker.devices import pick_device
from tracker.frames import Frame, frame_size
from tracker.models import Model, backbone_in, load_model, prepare_for_inference
from tracker.ops.cuda import unavailable_reason
from tracker.result import TrackResult
from tracker.tracking.claims import overlapping_pairs, separate_overlapping
from tracker.tracking.cuda import MAX_AHEAD, CapturedLook, CudaRuntime, DeviceFrame, image_of
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.redetection import find_again
from tracker.tracking.scene import Glance, glance, is_cut
from tracker.tracking.searching import Searcher, Sight
from tracker.tracking.target import Target, Verdict, rounded_box

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""Of the convolutions in search crops, on a GPU."""


class Engine:
    """The network and the settings that objects are followed with.

    Args and errors: those of ``Tracker``.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | Model = "default",
        device: str = "auto",
        precision: str = "float32",
        **settings: Any,
    ) -> None:
        self.device = pick_device(device)
        if precision not in PRECISIONS:
            raise ValueError(
                f"expected a precision out of {', '.join(PRECISIONS)}; got {precision!r}"
            )
        loaded = model if isinstance(model, Model) else load_model(model)
        self.config: TrackerConfig = replace(loaded.config, **settings)
        self.model = loaded.name
        if self.config.box_lr and loaded.network.head is None:
            raise ValueError(
                f"setting box_lr must be 0 for {loaded.network.architecture}, which has no box "
                f"head, got {self.config.box_lr!r}"
            )
        self._network = prepare_for_inference(loaded.network, self.device)
        self._searcher = Searcher(self._network, self.config)
        self._captured: CapturedLook | None = None
        if self.device.type == "cuda" and unavailable_reason(self.device) is None:
            self._captured = CapturedLook(
                backbone_in(self._network, PRECISIONS[precision]),
                self.config,
                CudaRuntime(self.device),
                plain=self._look_around,
            )

    def start(self, frame: Frame, box: ArrayLike) -> Target:
        """A new object, as it is in a frame.

        Raises:
            BoxError: the box cannot be used.
        """
        box = rounded_box(check_box(box, frame_size(frame)))
        fill = mean_color(frame)
        exemplar = Exemplar(self._network, self.config, frame, box, fill)
        return Target(self.config, exemplar, box, frame_size(frame), fill, glance(frame))

    def follow(self, frame: Frame, targets: Sequence[Target]) -> list[TrackResult]:
        """Find every object in the next frame.

        Returns:
            What is said about each; ``frame`` counts from its start, ``id`` is 1.
        """
        self._look(frame, targets)
        seen = [target for target in targets if not target.presence.is_lost]
        lost = [target for target in targets if target.presence.is_lost]
        # look for each object around its last position, for lost ones farther and farther;
        # on a GPU the former is one captured graph (tracker/cuda/)
        look = self._captured or self._look_around
        for target, said in zip(seen, look(frame, seen), strict=True):
            target.advance(*said)
        find_again(frame, lost, self._searcher, self.config)
        # learn how the objects look now
        for target in targets:
            self._learn(frame, target)
        return [target.result for target in targets]

    def follow_ahead(
        self, frames: Sequence[Frame | DeviceFrame], targets: Sequence[Target]
    ) -> list[list[TrackResult]]:
        """``follow`` frame after frame; a GPU waits for the host only to learn and to find again.

        Args:
            frames: of one size.
        """
        results: list[list[TrackResult]] = []
        while len(results) < len(frames):
            rest = frames[len(results) :]
            glances = self._glances_until_host(rest, targets)
            if not glances:
                results.append(self.follow(image_of(rest[0]), targets))
                continue
            ahead = self._captured.ahead(rest[: len(glances)], targets)
            for frame, at_a_glance, said in zip(rest, glances, ahead, strict=False):
                for target, about_it in zip(targets, said, strict=True):
                    target.glance = at_a_glance
                    target.advance(*about_it)
                    self._learn(image_of(frame), target)
                results.append([target.result for target in targets])
        return results

    def resume(self, frame: Frame, target: Target, result: TrackResult) -> None:
        """Take over what ``follow`` said about an object in this frame in an earlier run."""
        self._look(frame, [target])
        target.advance(result.box, result.score, result.state)
        self._learn(frame, target)

    def _look(self, frame: Frame, targets: Sequence[Target]) -> None:
        """Take in what has become of the whole picture: its size, and a cut."""
        at_a_glance = glance(frame)
        for target in targets:
            target.resize_with(frame_size(frame))
            if is_cut(target.glance, at_a_glance):
                target.presence.note_cut()
            target.glance = at_a_glance

    def _look_around(self, frame: Frame, targets: Sequence[Target]) -> list[Verdict]:
        """What can be said about objects that were there in the last frame."""
        sights = self._searcher.around(frame, [(target, target.center) for target in targets])
        boxes = self._searcher.boxes(sights)
        sights, boxes = separate_overlapping(sights, boxes, self._searcher, self.config)
        return [self._judged(sight, box) for sight, box in zip(sights, boxes, strict=True)]

    def _judged(self, sight: Sight, box: Box) -> Verdict:
        """Believe what is seen of an object, or say that it is lost."""
        target, config = sight.target, self.config
        score = target.presence.score(sight.peak)
        state = target.presence.next_state(score)
        if state == "lost":
            box = target.trusted
        elif score < config.hold_score:  # at its new place, but no larger or smaller
            box = sight.kept
        return box, score, state

    def _learn(self, frame: Frame, target: Target) -> None:
        """Refine the exemplar every few frames in which the object is surely seen."""
        config, result = self.config, target.result
        due = self._until_due(target) == config.filter_interval
        if due and target.presence.is_trusted and result.score >= config.learn_score:
            target.exemplar.learn(frame, result.box, remember=result.score >= config.memory_score)

    def _glances_until_host(
        self, frames: Sequence[Frame | DeviceFrame], targets: Sequence[Target]
    ) -> list[Glance]:
        """Of the frames that a GPU can do by itself: before a cut, learning only in the last."""
        if self._captured is None or not targets or any(each.presence.is_lost for each in targets):
            return []
        if overlapping_pairs(targets, [target.result.box for target in targets], self.config):
            return []
        until_due = min(self._until_due(target) for target in targets)
        size, glances = targets[0].frame_size, [targets[0].glance]
        for frame in frames[: min(until_due, MAX_AHEAD)]:
            image = image_of(frame)
            after = glance(image)
            if frame_size(image) != size or is_cut(glances[-1], after):
                break
            glances.append(after)
        return glances[1:]

    def _until_due(self, target: Target) -> int:
        """Frames from the last one to the next that may be learned from."""
        interval = self.config.filter_interval
        return interval - target.result.frame % interval
