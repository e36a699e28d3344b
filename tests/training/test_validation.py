"""The tracking score of a network on annotated clips."""

import copy
import math
from types import SimpleNamespace

import pytest

from tests.training.picture_trees import noise, write_picture
from tracker.models import Model, load_model
from tracker.training import validation
from tracker.training.annotations import Annotation, PictureGroup
from tracker.training.validation import tracking_score


def test_the_tracking_score_is_high_on_what_is_easy_and_nan_on_nothing(patch_groups):
    model = load_model("lite")
    assert tracking_score(model, patch_groups) > 0.6
    blank = copy.deepcopy(model.network)
    for weight in blank.parameters():
        weight.data.zero_()
    assert tracking_score(Model("lite", blank, model.config), patch_groups) < 0.6
    assert math.isnan(tracking_score(model, []))


class StandingStill:
    """Answers with the first box for ever."""

    def __init__(self, model, device):
        pass

    def init(self, frame, box):
        self.box = box

    def update(self, frame):
        return SimpleNamespace(box=self.box)


FIRST, HALF, OUTSIDE = (0.0, 0.0, 10.0, 10.0), (5.0, 0.0, 10.0, 10.0), (-90.0, 0.0, 20.0, 20.0)


@pytest.mark.parametrize(
    ("tracks", "score"),
    [
        ([(FIRST, HALF, FIRST)], (1 / 3 + 1) / 2),
        ([(FIRST, HALF, FIRST), (FIRST, HALF)], ((1 / 3 + 1) / 2 + 1 / 3) / 2),
        ([(OUTSIDE, HALF, FIRST)], 1 / 3),  # no tracker can start outside the picture
        ([(FIRST,), (OUTSIDE, FIRST), (OUTSIDE, OUTSIDE), (FIRST, HALF)], 1 / 3),
        ([(FIRST,)], math.nan),
    ],
)
def test_the_score_is_the_mean_over_frames_then_over_tracks(tracks, score, tmp_path, monkeypatch):
    monkeypatch.setattr(validation, "Tracker", StandingStill)
    picture = write_picture(tmp_path / "0.png", noise(0))
    tracks = tuple(tuple(Annotation(picture, box) for box in boxes) for boxes in tracks)
    groups = [PictureGroup("videos/a", "videos", tracks)]
    assert tracking_score(None, groups) == pytest.approx(score, nan_ok=True)
