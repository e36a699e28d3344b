"""The whole evaluation: what is run, kept, scored, and what a failure costs."""

from dataclasses import replace

import numpy as np
import pytest

from tests.evaluation.hand_made import BOX, FAR, boxes_with_misses, sequence, with_pictures
from tracker.datasets import load_otb
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError, EntrantError, OutputError, WeightsError
from tracker.evaluation.metrics import pooled_score, score_sequence
from tracker.evaluation.ope import Benchmark, evaluate
from tracker.evaluation.protocols import runs_of
from tracker.evaluation.result_files import ResultFolder

QUIET = Benchmark(quiet=True)
SMALL = "tests.small_trackers"
STATIC, DRIFTING, NOTED = (f"{SMALL}:{name}" for name in ("Static", "Drifting", "Noted"))


@pytest.fixture
def clips(three_clips):
    return load_otb(three_clips)


def same_scores(entry, other):
    assert list(entry.scores) == list(other.scores)
    for name, score in entry.scores.items():
        np.testing.assert_array_equal(score.success_curve, other.scores[name].success_curve)
        np.testing.assert_array_equal(score.precision_curve, other.scores[name].precision_curve)
        np.testing.assert_array_equal(entry.boxes[name], other.boxes[name])


def write_results(folder, **boxes):
    for name, rows in boxes.items():
        ResultFolder(folder).write(name, rows, 1.0)
    return f"results:{folder}"


def test_boxes_scores_and_times_of_each_tracker(clips, tmp_path):
    static, drifting = evaluate(clips, [STATIC, DRIFTING], tmp_path, QUIET)
    assert (static.name, drifting.name) == ("Static", "Drifting")
    for clip in clips:
        np.testing.assert_array_equal(static.boxes[clip.name], np.tile(clip.boxes[0], (9, 1)))
        expected = score_sequence(static.boxes[clip.name], clip.boxes)
        assert static.scores[clip.name].success_auc == expected.success_auc
        assert static.timed_frames[clip.name] == 9
        assert static.seconds[clip.name] > 0
    np.testing.assert_allclose(
        drifting.boxes["Beta"][8] - clips[1].boxes[0], (8 * 2.48, 8 / 3, 0, 0), atol=1e-4
    )
    assert (static.failures, drifting.failures) == ({}, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Drifting", "Static"]


@pytest.mark.parametrize("name", [DRIFTING, "opencv-mil"])
def test_two_jobs_give_what_one_gives(clips, tmp_path, name):
    (one,) = evaluate(clips, [name], tmp_path / "1", QUIET)
    (two,) = evaluate(clips, [name], tmp_path / "2", replace(QUIET, jobs=2))
    assert len(one.scores) == 3
    same_scores(one, two)


def test_resuming_runs_only_what_is_missing(clips, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (first,) = evaluate(clips, [NOTED], tmp_path, QUIET)
    assert (tmp_path / "starts.txt").read_text().split() == ["240", "248", "256"]
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "Noted").glob("*.txt")}
    (tmp_path / "Noted" / "Beta.txt").unlink()
    (again,) = evaluate(clips, [NOTED], tmp_path, replace(QUIET, resume=True))
    assert (tmp_path / "starts.txt").read_text().split() == ["240", "248", "256", "248"]
    changed = [path.stem for path, time in before.items() if path.stat().st_mtime_ns != time]
    assert changed == ["Beta"]
    same_scores(first, again)
    assert again.timed_frames == first.timed_frames


def test_finished_runs_are_scored_without_pictures_and_times(clips, tmp_path):
    (first,) = evaluate(clips, [STATIC], tmp_path, QUIET)
    for path in (tmp_path / "Static" / "times").iterdir():
        path.unlink()
    bare = [replace(clip, frame_paths=()) for clip in clips]
    (again,) = evaluate(bare, [STATIC], tmp_path, replace(QUIET, resume=True))
    same_scores(first, again)
    assert again.fps is None


def test_results_are_not_overwritten_without_resume(clips, tmp_path):
    evaluate(clips[:1], [STATIC], tmp_path, QUIET)
    with pytest.raises(OutputError, match=r"results in .*Static; go on with --resume"):
        evaluate(clips, [DRIFTING, STATIC], tmp_path, QUIET)
    assert not (tmp_path / "Drifting").exists()


def test_a_failure_is_reported_and_the_rest_scored(clips, tmp_path):
    trackers = [f"{SMALL}:Crashing", STATIC]
    crashing, static = evaluate(clips, trackers, tmp_path, QUIET)
    assert crashing.failures == {"Beta": "Beta: the process died after 3 frames, code 3"}
    assert list(crashing.scores) == list(crashing.boxes) == ["Alpha", "Gamma"]
    assert list(static.scores) == ["Alpha", "Beta", "Gamma"]
    assert not (tmp_path / "Crashing" / "Beta.txt").exists()


@pytest.mark.parametrize(
    ("trackers", "error"),
    [
        ([STATIC, f"{SMALL}:Missing"], EntrantError),
        ([STATIC, "opencv-magic"], EntrantError),
        ([STATIC, "magic"], WeightsError),
        ([STATIC, STATIC], EntrantError),
    ],
)
def test_a_wrong_tracker_is_found_before_anything_is_run(clips, tmp_path, trackers, error):
    with pytest.raises(error):
        evaluate(clips, trackers, tmp_path, QUIET)
    assert list(tmp_path.iterdir()) == []


def test_a_sequence_without_pictures_cannot_be_run(tmp_path):
    with pytest.raises(DatasetError, match=rf"Still has no pictures to run {STATIC}"):
        evaluate([sequence("Still")], [STATIC], tmp_path, QUIET)


def test_skipped_rows_are_neither_run_nor_scored(clips, tmp_path):
    clip = replace(clips[0], skipped=5)
    (entry,) = evaluate([clip], [STATIC], tmp_path, QUIET)
    assert len((tmp_path / "Static" / "Alpha.txt").read_text().splitlines()) == 4
    assert entry.scores["Alpha"].frames == 4
    assert np.isnan(entry.boxes["Alpha"][:5]).all()
    np.testing.assert_array_equal(entry.boxes["Alpha"][5:], np.tile(clip.boxes[5], (4, 1)))


@pytest.mark.parametrize(("protocol", "count"), [("tre", 20), ("sre", 12)])
def test_tre_and_sre_pool_their_runs(tmp_path, protocol, count):
    still = with_pictures("Still", tmp_path, frames=60)
    clip = replace(still, boxes=still.boxes + np.arange(60)[:, np.newaxis] * (1, 0, 0, 0))
    (entry,) = evaluate([clip], [DRIFTING], tmp_path, replace(QUIET, protocol=protocol))
    runs, folder = runs_of(clip, protocol), ResultFolder(tmp_path / "Drifting")
    assert len(runs) == len(list(folder.folder.glob("*.txt"))) == count
    scores = [score_sequence(folder.read(run.name), run.sequence.boxes) for run in runs]
    frames = sum(len(run.sequence) for run in runs)
    score = entry.scores["Still"]
    assert (score.frames, entry.timed_frames["Still"]) == (frames, frames)
    assert score.success_auc == pooled_score(scores).success_auc
    assert 0.1 < score.success_auc < 0.9
    assert entry.boxes == {}


def test_one_failed_run_of_several_fails_the_sequence(clips, tmp_path):
    how = replace(QUIET, protocol="sre")
    (entry,) = evaluate(clips[1:2], [f"{SMALL}:Raising"], tmp_path, how)
    assert entry.scores == {}
    assert entry.failures["Beta"].startswith("Beta.left: ValueError: I do not like this frame; ")
    assert entry.failures["Beta"].count("ValueError") == 12


def test_results_made_elsewhere_are_of_one_pass(clips, tmp_path):
    published = write_results(tmp_path / "theirs", Alpha=clips[0].boxes)
    with pytest.raises(EntrantError, match="trackers to run for tre"):
        evaluate(clips[:1], [published], tmp_path, replace(QUIET, protocol="tre"))


def test_results_made_elsewhere_need_no_pictures_and_no_folder(tmp_path):
    clips = [sequence("Still", frames=10), sequence("Jogging-1", frames=4)]
    published = write_results(
        tmp_path / "Theirs-1.0", still=boxes_with_misses([7, 8, 9]), Jogging_1=[BOX] * 4
    )
    (entry,) = evaluate(clips, [published], None, QUIET)
    assert entry.name == "Theirs-1.0"
    assert entry.scores["Still"].success_auc == pytest.approx(0.7 * 20 / 21)
    assert entry.scores["Jogging-1"].success_auc == pytest.approx(20 / 21)
    assert entry.fps is None


def test_a_result_file_that_is_missing_or_wrong_fails_its_sequence(tmp_path):
    clips = [sequence(name) for name in ("Still", "Absent", "Torn", "Short")]
    published = write_results(tmp_path, Still=[BOX] * 10, Short=[BOX] * 8)
    (tmp_path / "Torn.txt").write_text("1,1,1\n")
    (entry,) = evaluate(clips, [published], None, QUIET)
    assert list(entry.scores) == list(entry.boxes) == ["Still"]
    assert list(entry.failures) == ["Absent", "Torn", "Short"]
    assert "expected one result file for Absent" in entry.failures["Absent"]
    assert "Torn.txt, line 1" in entry.failures["Torn"]
    assert "expected 10 result rows for 10" in entry.failures["Short"]


def test_no_folder_with_results(tmp_path):
    with pytest.raises(DatasetError, match=r"no folder .*nowhere with results"):
        evaluate([sequence("Still")], [f"results:{tmp_path / 'nowhere'}"], None, QUIET)


@pytest.mark.parametrize("rows", [15, 10])
def test_published_results_may_lack_the_skipped_rows(tmp_path, rows):
    clip = Sequence("Late", (), np.array([FAR] * 5 + [BOX] * 10), skipped=5)
    boxes = np.array([*clip.boxes[:5], *boxes_with_misses([9])])[-rows:]
    (entry,) = evaluate([clip], [write_results(tmp_path, Late=boxes)], None, QUIET)
    assert entry.scores["Late"].frames == rows
    assert entry.scores["Late"].precision_20 == pytest.approx(1 - 1 / rows)
    assert len(entry.boxes["Late"]) == 15
    assert np.isnan(entry.boxes["Late"]).any(axis=1).sum() == 15 - rows
    np.testing.assert_array_equal(entry.boxes["Late"][-1], FAR)


def test_policies_differ_where_the_truth_is_none(tmp_path):
    clip = Sequence("Gone", (), np.array([BOX] * 8 + [(np.nan,) * 4] * 2))
    published = write_results(tmp_path, Gone=[BOX] * 10)
    frames = {
        policy: evaluate([clip], [published], None, replace(QUIET, policy=policy))[0]
        .scores["Gone"]
        .frames
        for policy in ("otb", "got10k")
    }
    assert frames == {"otb": 10, "got10k": 8}
