"""The files of a report, number by number."""

import json
import os
import sys

import numpy as np
import pytest

from tests.evaluation.hand_made import boxes_with_misses, entry, score, sequence, with_pictures
from tracker.errors import OutputError
from tracker.evaluation.entry import Entry
from tracker.evaluation.metrics import SequenceScore
from tracker.evaluation.report import write_reports

pytest.importorskip("matplotlib")

ABOUT = {"data set": "three targets", "protocol": "OPE", "timing": "init and update | alone"}
PLOTS = ["success.png", "success.svg", "precision.png", "precision.svg"]
SEQUENCES = [sequence("s", "OCC", "IV"), sequence("t", "OCC"), sequence("u")]


def slow_one():
    falling, rising = np.linspace(1, 0, 21), np.linspace(0, 1, 51)
    return Entry(
        "slow",
        {"s": SequenceScore(falling, rising, rising, 7), "t": score(0.1, 0.2, frames=5)},
        seconds={"s": 2.0, "t": 1.0},
        timed_frames={"s": 7, "t": 5},
        failures={"u": "frame 3 of u could not be read"},
    )


def report(directory, entries, sequences=SEQUENCES):
    write_reports(directory, entries, sequences, ABOUT)
    return json.loads((directory / "report.json").read_text(), parse_constant=pytest.fail)


@pytest.fixture
def no_matplotlib(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("matplotlib")]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)


def test_every_number_of_the_json_file(tmp_path):
    data = report(tmp_path, [slow_one()])
    assert list(data) == ["slow"]
    one = data["slow"]
    assert one.pop("success_curve") == pytest.approx((np.linspace(1, 0, 21) + 0.1) / 2)
    assert one.pop("precision_curve") == pytest.approx((np.linspace(0, 1, 51) + 0.2) / 2)
    assert one == {
        "success_auc": pytest.approx(0.3, abs=1e-15),
        "precision_20": pytest.approx(0.3, abs=1e-15),
        "normalized_precision_20": pytest.approx(0.25, abs=1e-15),
        "success_50": pytest.approx(0.3, abs=1e-15),
        "fps": 4.0,
        "sequences": {
            "s": {"success_auc": 0.5, "precision_20": 0.4, "frames": 7, "fps": 3.5},
            "t": {"success_auc": pytest.approx(0.1), "precision_20": 0.2, "frames": 5, "fps": 5.0},
        },
        "attributes": {
            "IV": {"success_auc": 0.5, "precision_20": 0.4, "sequences": 1},
            "OCC": {
                "success_auc": pytest.approx(0.3),
                "precision_20": pytest.approx(0.3),
                "sequences": 2,
            },
        },
        "failures": {"u": "frame 3 of u could not be read"},
        "about": ABOUT,
    }


def test_numbers_have_full_precision(tmp_path):
    third = 1 / 3
    data = report(tmp_path, [entry("a", s=third)])
    assert data["a"]["success_50"] == third
    assert data["a"]["fps"] is None
    assert data["a"]["sequences"]["s"]["fps"] is None


def test_a_tracker_that_finished_nothing(tmp_path):
    data = report(tmp_path, [Entry("a", {}, failures={"s": "it broke"})])["a"]
    for key in (
        "success_auc",
        "precision_20",
        "normalized_precision_20",
        "success_50",
        "fps",
        "success_curve",
        "precision_curve",
    ):
        assert data[key] is None
    assert data["sequences"] == data["attributes"] == {}
    assert data["failures"] == {"s": "it broke"}


def test_nan_is_never_written(tmp_path):
    data = report(
        tmp_path, [Entry("a", {"s": score(np.nan)}, seconds={"s": np.nan}, timed_frames={"s": 1})]
    )["a"]
    assert data["success_auc"] is data["sequences"]["s"]["success_auc"] is data["fps"] is None
    assert data["success_curve"] == [None] * 21
    assert data["precision_20"] == 0.5


def test_the_page(tmp_path):
    report(tmp_path, [entry("a *star*", s=0.2, t=0.2, u=0.2), slow_one()])
    page = (tmp_path / "report.md").read_text()
    for text in (
        "- **data set**: three targets\n- **protocol**: OPE\n",
        r"- **timing**: init and update \| alone",
        "| 1 | slow | **0.3000** | 0.3000 |",
        r"| 2 | a \*star\* | 0.2000 | **0.5000** |",
        "- slow has results for 2 of 3 sequences; its averages are over those.",
        "| OCC occlusion | 2 | **0.300** | 0.200 |",
        "| s | **0.500** | 0.200 |",
        "| u | failed | 0.200 |",
        "- slow, u: frame 3 of u could not be read",
        "[worst moments](worst.md)",
    ):
        assert text in page
    assert "star\\* has results for" not in page
    for name in PLOTS:
        assert f"]({name})" in page


def test_the_page_says_nothing_about_what_is_not_there(tmp_path):
    report(tmp_path, [entry("a", u=0.2)], [sequence("u")])
    page = (tmp_path / "report.md").read_text()
    for word in ("attribute", "Failures", "averages", "Left out"):
        assert word not in page


def test_all_files_are_written_and_each_atomically(tmp_path, monkeypatch):
    replaced = []
    replace = os.replace

    def watched(source, target):
        replaced.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    seen = with_pictures("s", tmp_path)
    one = Entry("a", {"s": score(0.3)}, {"s": boxes_with_misses([2])})
    out = tmp_path / "new" / "out"
    paths = write_reports(str(out), [one], [seen], ABOUT)
    names = ["report.json", "report.md", *PLOTS, "worst.md", "worst/1.jpg"]
    assert paths == [out / name for name in names]
    assert sorted(replaced) == sorted(paths)
    there = {path for path in out.rglob("*") if path.is_file()}
    assert there == set(paths)  # no temporary file stays


def test_the_same_results_make_the_same_files(tmp_path):
    entries = [slow_one(), entry("a", s=0.2), entry("b", s=0.1)]
    first = write_reports(tmp_path / "1", entries, SEQUENCES, ABOUT)
    second = write_reports(tmp_path / "2", entries[::-1], SEQUENCES, ABOUT)
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_odd_names(tmp_path):
    names = ["$x$", "_a", 'quote"', "back\\slash", "Ünï", "bad\udcff", "module:Class"]
    data = report(tmp_path, [entry(name, s=0.5) for name in names])
    assert list(data) == names
    assert "| Ünï |" in (tmp_path / "report.md").read_text("utf-8")


def test_two_trackers_of_one_name_are_refused(tmp_path):
    with pytest.raises(ValueError, match="a name of its own for each tracker; got a, a"):
        write_reports(tmp_path, [entry("a", s=0.1), entry("a", s=0.2)], SEQUENCES, ABOUT)
    assert not list(tmp_path.iterdir())


def test_without_matplotlib_all_but_the_plots_is_written(tmp_path, no_matplotlib):
    with pytest.raises(OutputError, match=r"matplotlib.*pip install tracker\[bench\]"):
        write_reports(tmp_path, [slow_one()], SEQUENCES, ABOUT)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"report.json", "report.md", "worst.md"}
    assert "Left out: plots need matplotlib" in (tmp_path / "report.md").read_text()
    assert "success.png" not in (tmp_path / "report.md").read_text()


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="could not write"):
        write_reports(tmp_path / "file", [slow_one()], SEQUENCES, ABOUT)
