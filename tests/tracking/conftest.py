"""Fixtures of the tracking tests: an engine with small crops, and the journey it follows."""

import pytest

from tests.moving_patch import JOURNEY_SETTINGS as SETTINGS
from tests.tracking.journeys import follow
from tracker.crops import mean_color
from tracker.models import fuse_for_inference, load_model
from tracker.models.inference.extract import extract
from tracker.tracking.engine import Engine
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.searching import Searcher, respond


@pytest.fixture
def engine_with():
    return lambda **settings: Engine(device="cpu", **SETTINGS | settings)


@pytest.fixture(scope="module")
def known(journey):
    return follow(Engine(device="cpu", **SETTINGS), journey)


@pytest.fixture
def looks(monkeypatch):
    """Middles of the search crops, a list per pass of the network."""
    passes, cut_out = [], Searcher.cut_out

    def counted(self, frame, crops):
        passes.append([tuple(crop.center) for crop in crops])
        return cut_out(self, frame, crops)

    monkeypatch.setattr(Searcher, "cut_out", counted)
    return passes


@pytest.fixture(scope="module")
def network():
    return fuse_for_inference(load_model("lite").network)


@pytest.fixture
def exemplar_of(network, moving_patch):
    """Make the exemplar of a frame of the moving patch with a configuration."""

    def make(config, number=0):
        frame = moving_patch.frames[number]
        return Exemplar(network, config, frame, moving_patch.boxes[number], mean_color(frame))

    return make


@pytest.fixture
def answer(network):
    """The response map of one exemplar to one search crop."""
    return lambda exemplar, crop: respond(network, [exemplar], extract(network, crop))[0]
