"""Follow objects through one frame: the page to read first.

In the words of the SiamFC paper: the exemplar z is what to look for, the search region x is where
to look, and the response f(z, x) says how alike z is to every position of x. ``Engine.follow``
takes a frame from top to bottom; each numbered stage is a short function in the module named
beside it.
"""

import os
from collections.abc import Sequence
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
from tracker.tracking.claims import separate_overlapping
from tracker.tracking.cuda import CapturedFrame, CudaRuntime
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.redetection import find_again
from tracker.tracking.scene import is_cut, thumbnail
from tracker.tracking.searching import Candidate, Place, Searcher
from tracker.tracking.target import Target, Verdict, rounded_box

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""Precisions of the network's convolutions on a GPU, by name."""


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
        loaded = loaded.with_settings(**settings)
        self.config: TrackerConfig = loaded.config
        self.model = loaded.name
        self._network = prepare_for_inference(loaded.network, self.device)
        self._searcher = Searcher(self._network, self.config)
        self._captured: CapturedFrame | None = None
        if self.device.type == "cuda" and unavailable_reason(self.device) is None:
            self._captured = CapturedFrame(
                backbone_in(self._network, PRECISIONS[precision]),
                self.config,
                CudaRuntime(self.device),
                uncaptured=self._find,
            )

    def start(self, frame: Frame, box: ArrayLike) -> Target:
        """Start on a new object: embed the exemplar z and learn the first filter.

        Raises:
            BoxError: the box cannot be used.
        """
        box = rounded_box(check_box(box, frame_size(frame)))
        fill = mean_color(frame)
        exemplar = Exemplar(self._network, self.config, frame, box, fill)
        return Target(self.config, exemplar, box, frame_size(frame), fill, thumbnail(frame))

    def follow(self, frame: Frame, targets: Sequence[Target]) -> list[TrackResult]:
        """Find every object in the next frame.

        Returns:
            A result for each; ``frame`` counts from its start, ``id`` is 1.
        """
        self._notice_resize_or_cut(frame, targets)
        present = [target for target in targets if not target.presence.is_lost]
        lost = [target for target in targets if target.presence.is_lost]
        # stages 1 to 7; on a GPU they are one captured graph (cuda/)
        find = self._captured or self._find
        for target, verdict in zip(present, find(frame, present), strict=True):
            target.advance(*verdict)
        # the same stages for lost objects, in other places
        find_again(frame, lost, self._locate, self._searcher, self.config)
        # 8. learn how the objects look now (exemplar, learned_filter)
        for target in targets:
            self._learn(frame, target)
        return [target.result for target in targets]

    def resume(self, frame: Frame, target: Target, result: TrackResult) -> None:
        """Repeat what ``follow`` did with an object in this frame in an earlier run."""
        self._notice_resize_or_cut(frame, [target])
        target.advance(result.box, result.score, result.state)
        self._learn(frame, target)

    def _find(self, frame: Frame, targets: Sequence[Target]) -> list[Verdict]:
        """Find objects that were present in the last frame: stages 1 to 7."""
        candidates = self._locate(frame, [(target, target.center) for target in targets])
        # 6. size: of the box head, or of the best scale (searching); objects at one place (claims)
        boxes = self._searcher.boxes(candidates)
        candidates, boxes = separate_overlapping(candidates, boxes, self._searcher, self.config)
        # 7. judge: score and state (presence)
        return [
            self._judge(candidate, box) for candidate, box in zip(candidates, boxes, strict=True)
        ]

    def _locate(self, frame: Frame, places: Sequence[tuple[Target, Place]]) -> list[Candidate]:
        """Find the likeliest place of each object near a given one: stages 1 to 5."""
        if not places:
            return []
        searcher = self._searcher
        # 1. crop: search regions x around the place, one per scale (crops)
        crops = searcher.scaled_crops(places)
        pixels = searcher.cut_out(frame, crops)
        # 2. embed: phi(x), with the weights that embedded z (models)
        features = searcher.embed(pixels)
        # 3. correlate: f(z, x) = phi(z) * phi(x), or the learned filter * phi(x) (ops)
        responses = searcher.correlate(crops, features)
        # 4. window: prefer small displacements; 5. peak: the highest of the best scale (response)
        return searcher.best_of_scales(crops, features, responses)

    def _judge(self, candidate: Candidate, box: Box) -> Verdict:
        """Score a candidate, and decide whether to believe it or to hold the last trusted box."""
        target, config = candidate.target, self.config
        score = target.presence.score(candidate.peak)
        state = target.presence.next_state(score)
        if state == "lost":
            box = target.trusted
        elif score < config.hold_score:
            box = candidate.box_of_same_size
        return Verdict(box, score, state)

    def _learn(self, frame: Frame, target: Target) -> None:
        """Update the learned filter every few frames if the object is seen clearly."""
        config, result = self.config, target.result
        due = result.frame % config.filter_interval == 0
        if due and target.presence.is_trusted and result.score >= config.learn_score:
            target.exemplar.learn(frame, result.box, remember=result.score >= config.memory_score)

    def _notice_resize_or_cut(self, frame: Frame, targets: Sequence[Target]) -> None:
        """Detect that the whole picture was resized, or that the scene was cut."""
        now = thumbnail(frame)
        for target in targets:
            target.resize_with(frame_size(frame))
            if is_cut(target.thumbnail, now):
                target.presence.note_cut()
            target.thumbnail = now
