"""The settings of the tracker: ranges, the paper's defaults, and names of older weights files."""

import json

import pytest
from safetensors import safe_open

from tracker.config import TrackerConfig
from tracker.models import weights
from tracker.settings import declared_settings


def test_stored_and_read_back():
    config = TrackerConfig(num_scales=1, score_midpoint=0.4)
    assert TrackerConfig.from_dict(config.to_dict()) == config


def test_the_defaults_are_the_tracker_of_the_paper():
    """What a weights file of older days leaves out is not used: no box head, no learning."""
    config = TrackerConfig.from_dict({})
    assert (config.box_lr, config.filter_first_steps, config.num_scales) == (0, 0, 3)


def test_missing_values_take_their_defaults_and_whole_numbers_serve_as_floats():
    assert TrackerConfig.from_dict({"scale_lr": 1}) == TrackerConfig(scale_lr=1)


OUT_OF_RANGE = """
exemplar_size 0
search_size 100
context_amount -0.1
num_scales 2
num_scales -1
num_scales True
scale_step inf
score_midpoint nan
response_upsampling 1.5
scale_step 1.0
scale_penalty 1.1
scale_lr -0.1
window_influence 2.0
response_upsampling 0
max_size_ratio 0.5
score_slope 0.0
box_lr -0.1
box_lr 1.1
hold_score -0.1
hold_score 1.1
filter_first_steps -1
filter_first_steps 2.5
filter_steps -1
filter_interval 0
filter_memory 0
filter_lr 1.5
filter_first_weight -0.1
filter_regularization -1e-9
filter_background -0.5
filter_sigma 0.0
score_share 1.1
usual_peak 0.0
usual_lr 1.1
tracking_score 1.5
learn_score -0.1
lost_score 0.9
lost_score -0.1
lost_doubt 0.0
sweep_frames 0
sweep_crops 0
near_frames -1
found_share 0.0
found_similarity -1.1
found_similarity 1.1
found_frames 0
memory_size -1
memory_score 1.1
"""
"""A setting a line, and a value that it may not have."""


@pytest.mark.parametrize("line", OUT_OF_RANGE.split("\n")[1:-1])
def test_a_value_out_of_range_is_named(line):
    name, text = line.split()
    value = {"True": True, "inf": float("inf"), "nan": float("nan")}.get(text)
    if value is None:
        value = float(text) if "." in text or "e" in text else int(text)
    with pytest.raises(ValueError, match=f"setting {name} must be .* got {value}"):
        TrackerConfig(**{name: value})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"window": 0.1}, "unknown setting 'window'; known are exemplar_size"),
        ({"num_scales": "3"}, "num_scales must be a whole number, got '3'"),
        ({"num_scales": 3.0}, "num_scales must be a whole number"),
        ({"scale_lr": None}, "scale_lr must be a finite number"),
    ],
)
def test_stored_values_are_checked(values, message):
    with pytest.raises(ValueError, match=message):
        TrackerConfig.from_dict(values)


def test_every_setting_says_what_raising_it_does():
    for name, declared in declared_settings(TrackerConfig).items():
        meaning, _, effect = declared.doc.partition("; higher: ")
        assert meaning, name
        assert effect, name


def test_old_names_are_those_of_the_learned_filter():
    config = TrackerConfig.from_dict({"kernel_first_steps": 15, "kernel_sigma": 0.5})
    assert config == TrackerConfig(filter_first_steps=15, filter_sigma=0.5)
    present = set(config.to_dict())
    assert set(TrackerConfig.OLD_NAMES.values()) == {n for n in present if n.startswith("filter_")}
    assert not present & set(TrackerConfig.OLD_NAMES)


def test_weights_with_old_names_are_read():
    with safe_open(weights._shipped_file("siamfc"), framework="pt") as file:
        stored = json.loads(file.metadata()["config"])
    old = {name for name in stored if name.startswith("kernel_")}
    assert old == set(TrackerConfig.OLD_NAMES)
    config = TrackerConfig.from_dict(stored)
    for name in old:
        assert getattr(config, name.replace("kernel_", "filter_")) == stored[name]
