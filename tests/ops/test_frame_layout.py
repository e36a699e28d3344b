"""The order of the rows that the frame kernels read: in the header, in Python, in the extension."""

import importlib
import re

import pytest
import torch

from tests.csrc.emulator import CSRC
from tracker.config import TrackerConfig
from tracker.errors import ExtensionError
from tracker.ops import cuda, extension_status, frame_layout
from tracker.ops.frame_kernels import tracking_kernels
from tracker.ops.frame_layout import LAYOUTS, SETTINGS, layout_mismatch
from tracker.result import STATES


def fields_of_the_header():
    """Return the fields in ``csrc/tracking.h`` by struct, such as ``"center[2] peak zoom"``."""
    text = (CSRC / "tracking.h").read_text()
    lists = re.findall(r"#define TRACKER_(\w+)\(FIELD\)((?:.*\\\n)*.*)\n", text)
    return {
        name.capitalize(): " ".join(
            field + size for field, size in re.findall(r"FIELD\((\w+), (\[\d+\])?\)", body)
        )
        for name, body in lists
    }


def test_python_has_the_fields_of_the_header_in_its_order():
    assert fields_of_the_header() == LAYOUTS
    assert layout_mismatch(fields_of_the_header()) is None


def test_lengths_of_rows_by_hand():
    assert len(SETTINGS) == 30
    columns = (
        frame_layout.TARGET_COLUMNS,
        frame_layout.CANDIDATE_COLUMNS,
        frame_layout.RESULT_COLUMNS,
    )
    assert columns == (4 + 4 + 2 + 3 + 4, 2 + 2, 4 + 2)
    assert tuple(LAYOUTS["State"].split()) == STATES


def test_settings_are_those_of_the_tracker_and_facts():
    facts = ["max_growth", "max_shift", "total_stride", "min_side", "lowest_usual", "max_log_odds"]
    facts += ["frame_width", "frame_height"]
    known = TrackerConfig().to_dict()
    assert [name for name in SETTINGS if name not in known] == facts


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "Settings",
            "scale_step scale_penalty",
            "scale_penalty scale_step",
            "expected field 5 of Settings to be scale_step; got scale_penalty",
        ),
        ("Target", "fill[3] ", "", "expected field 4 of Target to be fill[3]; got usual"),
        (
            "Candidate",
            "center[2]",
            "center[3]",
            "expected field 1 of Candidate to be center[2]; got",
        ),
        ("Candidate", " zoom", "", "expected field 3 of Candidate to be zoom; got nothing"),
        ("Result", "state", "state age", "expected field 4 of Result to be nothing; got age"),
        ("State", "uncertain lost", "lost", "expected field 2 of State to be uncertain; got lost"),
    ],
)
def test_the_first_difference_is_named(name, old, new, message):
    changed = fields_of_the_header()
    assert changed[name].count(old) == 1
    changed[name] = changed[name].replace(old, new)
    assert layout_mismatch(changed).startswith(message)


def test_a_struct_that_the_extension_lacks():
    changed = fields_of_the_header()
    del changed["Candidate"]
    assert layout_mismatch(changed) == "expected field 1 of Candidate to be center[2]; got nothing"


def test_the_compiled_extension_has_the_fields_of_the_header():
    status = extension_status()
    if status.path is None:
        pytest.skip("no compiled extension here")
    assert status.available, status.reason
    module = importlib.import_module("tracker._C")
    compiled = {name: text.strip() for name, text in module.LAYOUTS.items()}
    assert compiled == fields_of_the_header()


def test_an_extension_of_another_order_is_refused_in_one_sentence(package):
    compiled = fields_of_the_header()
    compiled["Target"] = compiled["Target"].replace("usual doubt", "doubt usual")
    file = package / "_C.py"
    file.write_text(f"CUDA_VERSION = '13.0'; ARCHITECTURES = '75'; LAYOUTS = {compiled}")
    status = extension_status()
    assert not status.available
    assert status.path == str(file)
    assert status.cuda_backend == "torch"
    difference = "expected field 5 of Target to be usual; got doubt"
    assert f"{file} was built from other sources than those of the package" in status.reason
    assert f"{difference}; to build it anew: TRACKER_BUILD_CUDA=1" in status.reason
    assert "\n" not in status.reason
    with pytest.raises(ExtensionError, match=re.escape(difference)):
        tracking_kernels(torch.device("cpu"), [1.0] * len(SETTINGS))
    assert cuda.unavailable_reason(torch.device("cpu")) == status.reason
