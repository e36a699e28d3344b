"""One frame from top to bottom, for one object or many: the page to read first.

In the words of the SiamFC paper, z, the exemplar, is what to look for; x, the search, where to
look; the response f(z, x) says where in x it is. ``searching.py`` has the steps in between.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from tracker.boxes import Box, check_box
from tracker.config import TrackerConfig
from tracker.crops import mean_color
from tracker.devices import pick_device
from tracker.exemplar import Exemplar
from tracker.frames import Frame, frame_size
from tracker.models import Model, load_model, prepare_for_inference
from tracker.redetection import find_again
from tracker.result import TrackResult
from tracker.scene import glance, is_cut
from tracker.searching import Searcher, Sight
from tracker.target import Target, as_written


class Engine:
    """The network and the settings that objects are followed with.

    Args and errors: those of ``Tracker``.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | Model = "default",
        device: str = "auto",
        **settings: Any,
    ) -> None:
        self.device = pick_device(device)
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

    def start(self, frame: Frame, box: ArrayLike) -> Target:
        """A new object, as it is in a frame.

        Raises:
            BoxError: the box cannot be used.
        """
        box = as_written(check_box(box, frame_size(frame)))
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
        # look for each object around its last position, for lost ones farther and farther
        sights = self._searcher.around(frame, [(target, target.center) for target in seen])
        for sight, box in zip(sights, self._searcher.boxes(sights), strict=True):
            self._judge(sight, box)
        find_again(frame, lost, self._searcher, self.config)
        # learn how the objects look now
        for target in targets:
            self._learn(frame, target)
        return [target.result for target in targets]

    def resume(self, frame: Frame, target: Target, result: TrackResult) -> None:
        """Take over what ``follow`` said about an object in this frame in an earlier run."""
        self._look(frame, [target])
        target.take(result.box, result.score, result.state)
        self._learn(frame, target)

    def _look(self, frame: Frame, targets: Sequence[Target]) -> None:
        """Take in what has become of the whole picture: its size, and a cut."""
        at_a_glance = glance(frame)
        for target in targets:
            target.resize_with(frame_size(frame))
            if is_cut(target.glance, at_a_glance):
                target.presence.take_cut()
            target.glance = at_a_glance

    def _judge(self, sight: Sight, box: Box) -> None:
        """Believe what is seen of an object, or say that it is lost."""
        target, config = sight.target, self.config
        score = target.presence.score(sight.peak)
        state = target.presence.next_state(score)
        if state == "lost":
            box = target.trusted
        elif score < config.hold_score:  # at its new place, but no larger or smaller
            box = target.bounded(sight.center, target.size)
        target.take(box, score, state)

    def _learn(self, frame: Frame, target: Target) -> None:
        """Refine the exemplar every few frames in which the object is surely seen."""
        config, result = self.config, target.result
        due = result.frame % config.kernel_interval == 0
        if due and target.presence.is_trusted and result.score >= config.learn_score:
            target.exemplar.learn(frame, result.box, remember=result.score >= config.memory_score)
