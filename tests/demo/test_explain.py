"""The explanation of a search finds the object, and its pictures show where."""

import pytest

from tracker.models import load_model
from tracker_demo.explain import explain


@pytest.mark.parametrize("model", ["lite", "siamfc"])
def test_the_explanation_finds_where_the_object_went(model, moving_patch):
    model = load_model(model)
    first, later = moving_patch.boxes[0], moving_patch.boxes[3]
    found = explain(model, moving_patch.frames[0], first, moving_patch.frames[3], first)
    assert found.moved == pytest.approx((later[0] - first[0], later[1] - first[1]), abs=4)
    assert found.exemplar.shape == (127, 127, 3)
    assert found.search.shape == found.heat.shape == (255, 255, 3)
    assert found.frame.shape == moving_patch.frames[3].shape
    # the heat is hottest (red) where the object is in the search crop
    assert (found.heat != found.search).any()
