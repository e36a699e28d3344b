"""Fixtures of the training tests: a tiny network, and groups of painted pictures."""

import pytest

from tests.training.painted import SMALL, TinyBackbone, paint_videos, untrained
from tests.training.picture_trees import noise, write_boxes, write_picture, write_videos
from tracker.models import Model
from tracker.models.backbones import BACKBONES
from tracker.training.annotations import read_picture_groups


@pytest.fixture
def tiny(monkeypatch):
    """A model of an architecture that is known in the test only."""
    monkeypatch.setitem(BACKBONES, "tiny", TinyBackbone)
    return Model("tiny", untrained("tiny"), SMALL)


@pytest.fixture(scope="session")
def patch_groups(tmp_path_factory):
    """One group of videos of moving patches, of 3 clips."""
    return read_picture_groups(paint_videos(tmp_path_factory.mktemp("patches")))


@pytest.fixture(scope="session")
def mixed_groups(tmp_path_factory):
    """Small groups of all three kinds: 3 clips of 2 tracks, 4 stills of 2 objects, 4 pictures."""
    root = tmp_path_factory.mktemp("mixed")
    write_videos(root, clips=3, tracks=2)
    for i in range(4):
        write_picture(root / "stills" / "g" / f"{i}.png", noise(50 + i))
        write_picture(root / "unlabelled" / f"{i}.png", noise(70 + i))
    rows = [f"{i},{k},,{20 + 60 * k},30,40,30" for i in range(4) for k in range(2)]
    write_boxes(root / "stills" / "g", "image,object,label,x,y,w,h", *rows)
    return read_picture_groups(root)
