"""The published ground truth of OTB-100."""

import pytest

from tests.datasets.trees import REFERENCE
from tracker.datasets import load_otb


@pytest.fixture(scope="package")
def published():
    if not REFERENCE.is_dir():
        pytest.skip(f"the published ground truth is not here: no folder {REFERENCE}")
    return load_otb(REFERENCE / "groundtruth", "otb100")
