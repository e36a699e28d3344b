"""The models of the demo: by name only, loaded once, shared."""

import pytest

from tracker.errors import DeviceError
from tracker_demo.messages import Refused
from tracker_demo.models import DemoModels


def test_the_default_comes_first():
    assert DemoModels.names() == ["lite", "siamfc"]


def test_a_model_is_loaded_once(models):
    assert models.model("lite") is models.model("lite")
    assert models.model("lite").name == "lite"
    assert models.model("siamfc") is not models.model("lite")


@pytest.mark.parametrize("name", ["/weights.safetensors", "default", "", None, 5])
def test_only_names_on_the_page_are_models(models, name):
    with pytest.raises(Refused, match="no model of this name; choose lite or siamfc"):
        models.model(name)


def test_trackers_share_a_model_and_nothing_else(models, moving_patch):
    first, second = models.tracker("lite"), models.tracker("lite")
    box = moving_patch.boxes[0]
    assert len(first.init(moving_patch.frames[0], [box])) == 1
    assert len(second.init(moving_patch.frames[0], [box, (10.0, 10.0, 30.0, 30.0)])) == 2


def test_a_device_that_does_not_exist():
    with pytest.raises(DeviceError):
        DemoModels("cuda:99")
