"""The folder of training pictures, where it is there."""

from pathlib import Path

import pytest

from tests.real_data import SHARED_DATA


@pytest.fixture
def train_data() -> Path:
    folder = SHARED_DATA / "train"
    if not folder.is_dir():
        pytest.skip(f"the training pictures are not here: no folder {folder}")
    return folder
