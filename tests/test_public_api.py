"""No public name may vanish unnoticed."""

import inspect

import pytest

import tracker

NAMES = {
    "tracker": [
        "Tracker",
        "MultiTracker",
        "track",
        "compare",
        "TrackResult",
        "TrackerConfig",
        "TrackerError",
        "datasets",
        "evaluation",
        "formats",
        "models",
        "ops",
        "similarity",
        "synthetic",
        "tracking",
        "video",
        "__version__",
    ],
    "tracker.ops": ["xcorr", "xcorr_depthwise", "xcorr_grad_exemplar", "extension_status"],
    "tracker.models": [
        "TwinNetwork",
        "Features",
        "Model",
        "load_model",
        "save_model",
        "available_models",
        "fuse_for_inference",
        "prepare_for_inference",
        "backbone_in",
    ],
    "tracker.video": [
        "open_source",
        "parse_position",
        "read_header",
        "VideoHeader",
        "Source",
        "VideoFrame",
        "prefetch",
        "VideoSink",
        "draw_result",
    ],
    "tracker.formats": ["open_writer", "read_csv", "ResultWriter"],
    "tracker.datasets": [
        "open_dataset",
        "KINDS",
        "Sequence",
        "load_otb",
        "canonical_name",
        "OTB_ATTRIBUTES",
        "load_vot",
        "load_got10k",
        "load_uav",
        "load_lasot",
        "load_folder",
    ],
    "tracker.evaluation": [
        "evaluate",
        "Benchmark",
        "Entry",
        "terminal_table",
        "write_reports",
        "metrics",
    ],
    "tracker.errors": [
        "TrackerError",
        "SourceError",
        "SourceEndedEarly",
        "BoxError",
        "FrameError",
        "WeightsError",
        "DatasetError",
        "OutputError",
        "ExtensionError",
        "DeviceError",
        "DisplayError",
        "EntrantError",
        "RecipeError",
        "TrainingError",
        "DependencyError",
    ],
}


@pytest.mark.parametrize(("module", "name"), [(m, n) for m, names in NAMES.items() for n in names])
def test_every_name_is_there_and_documented(module, name):
    owner = tracker
    for step in module.split(".")[1:]:
        owner = getattr(owner, step)
    value = getattr(owner, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value), f"{module}.{name} has no docstring"


@pytest.mark.parametrize("module", [name for name in NAMES if name != "tracker.errors"])
def test_all_lists_exactly_the_public_names(module):
    owner = tracker
    for step in module.split(".")[1:]:
        owner = getattr(owner, step)
    assert sorted(owner.__all__) == sorted(NAMES[module])
    assert set(owner.__all__) <= set(dir(owner))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Traker'"):
        tracker.Traker  # noqa: B018


def test_every_error_is_a_tracker_error_with_a_code():
    from tracker import errors

    for name in NAMES["tracker.errors"]:
        error = getattr(errors, name)
        assert issubclass(error, errors.TrackerError)
        assert error.exit_code in (2, 3, 4)
