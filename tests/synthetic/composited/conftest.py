"""A clip of a green object on gray pictures."""

import pytest

from tests.synthetic.composited.green import zigzag
from tracker.datasets.sequence import Sequence


@pytest.fixture(scope="session")
def object_clip(tmp_path_factory) -> Sequence:
    return zigzag(tmp_path_factory.mktemp("object"))
