"""OTB: the odd cases of the published files, and the totals of the real ones."""

import numpy as np
import pytest

from tests.datasets.trees import REFERENCE, moving_boxes, write_pictures, write_rows
from tracker.datasets import canonical_name, load_otb
from tracker.datasets.tables import otb_targets
from tracker.errors import DatasetError

FIRST_PIXEL = np.array([1, 1, 0, 0])


def names(sequences):
    return [sequence.name for sequence in sequences]


def write_target(folder, name, file="groundtruth_rect.txt", separator=","):
    """Write ground truth with as many rows as the target has, in ``folder``."""
    return write_rows(folder / file, moving_boxes(otb_targets()[name].rows), separator)


@pytest.fixture
def tree(tmp_path):
    """Write a few OTB sequences: an ordinary one, one that starts late, one with two targets."""
    write_target(tmp_path / "Skiing", "Skiing", separator="\t")
    write_pictures(tmp_path / "Skiing" / "img", range(1, 82))
    write_target(tmp_path / "BlurCar3", "BlurCar3", separator=" ")
    write_pictures(tmp_path / "BlurCar3" / "img", range(1, 365), digits=5, suffix=".png")
    for number in "12":
        write_target(tmp_path / "Jogging", f"Jogging-{number}", f"groundtruth_rect.{number}.txt")
    write_target(tmp_path / "tiger1", "Tiger1")
    (tmp_path / "Human4").mkdir()
    (tmp_path / "Human4" / "groundtruth_rect.1.txt").write_text("")
    write_target(tmp_path / "Human4", "Human4-2", "groundtruth_rect.2.txt")
    (tmp_path / "attributes").mkdir()
    return tmp_path


def test_all_that_is_there(tree):
    sequences = {sequence.name: sequence for sequence in load_otb(tree)}
    assert list(sequences) == ["BlurCar3", "Human4-2", "Jogging-1", "Jogging-2", "Skiing", "Tiger1"]
    assert len(sequences["Skiing"].frame_paths) == 81
    assert sequences["Skiing"].boxes[1].tolist() == [1, 2, 30, 20]  # counts from 0
    assert sequences["Skiing"].attributes == ("IV", "OPR", "SV", "DEF", "IPR")
    assert not sequences["Jogging-1"].has_frames
    assert sequences["Human4-2"].is_named("Human4")


def test_frames_are_those_of_the_benchmark(tree):
    (sequence,) = load_otb(tree, names=["BlurCar3"])
    assert sequence.frame_paths[0].name == "00003.png"
    assert sequence.frame_paths[-1].name == "00359.png"
    assert len(sequence) == 357


def test_tiger1_says_what_published_results_leave_out(tree):
    (tiger,) = load_otb(tree, names=["Tiger1"])
    assert (len(tiger), tiger.skipped, len(tiger.part(tiger.skipped))) == (354, 5, 349)


@pytest.mark.parametrize(
    "spelling", ["Jogging-1", "Jogging.1", "jogging_1", "Jogging_1", "JOGGING1"]
)
def test_spellings(tree, spelling):
    assert canonical_name(spelling) == "Jogging-1"
    (sequence,) = load_otb(tree, names=[spelling])
    assert sequence.name == "Jogging-1"
    assert sequence.is_named(spelling)


def test_canonical_names():
    assert canonical_name("faceocc1") == "FaceOcc1"
    assert canonical_name("human4") == canonical_name("Human4_2") == "Human4-2"
    for name in otb_targets():
        assert canonical_name(name) == name
    with pytest.raises(DatasetError, match="Skating2 has two targets: expected Skating2-1 or "):
        canonical_name("Skating2")
    with pytest.raises(DatasetError, match="name of an OTB-100 target; got 'Skiing2'"):
        canonical_name("Skiing2")


def test_a_folder_for_each_of_two_targets(tmp_path):
    write_target(tmp_path / "Jogging-1", "Jogging-1")
    write_target(tmp_path / "Jogging_2", "Jogging-2", "groundtruth_rect.2.txt")
    assert names(load_otb(tmp_path)) == ["Jogging-1", "Jogging-2"]


def test_own_sequences_come_after(tree):
    write_rows(tree / "Boat" / "groundtruth_rect.txt", moving_boxes(4))
    write_pictures(tree / "Boat" / "img", range(4))
    *_, boat = load_otb(tree)
    assert (boat.name, boat.attributes, len(boat.frame_paths)) == ("Boat", (), 4)
    assert names(load_otb(tree, names=["boat"])) == ["Boat"]
    write_pictures(tree / "Boat" / "img", [9])
    with pytest.raises(DatasetError, match=r"has 4 rows, but .* has 5 pictures"):
        load_otb(tree)


def test_a_flat_folder(tmp_path):
    for name in ("Human4-2", "Jogging-1", "Skiing"):
        write_target(tmp_path, name, f"{name.replace('-', '_')}.txt")
    write_rows(tmp_path / "Boat.txt", moving_boxes(4))
    sequences = load_otb(tmp_path)
    assert names(sequences) == ["Human4-2", "Jogging-1", "Skiing", "Boat"]
    assert not any(sequence.has_frames for sequence in sequences)


def test_a_subset_must_be_complete(tree):
    with pytest.raises(DatasetError, match="47 of 51 targets of OTB-2013 are missing: Basketball"):
        load_otb(tree, "otb2013")
    assert names(load_otb(tree, "otb2013", ["Skiing", "Jogging.2"])) == ["Jogging-2", "Skiing"]
    with pytest.raises(DatasetError, match="no sequence BlurCar3 in TB-50"):
        load_otb(tree, "tb50", ["BlurCar3"])
    with pytest.raises(DatasetError, match=r"expected the subset all, otb100, .* got 'otb50'"):
        load_otb(tree, "otb50")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda root: (root / "Skiing" / "groundtruth_rect.txt").unlink(),
            r"cannot read .*Skiing.groundtruth_rect.txt: No such file",
        ),
        (
            lambda root: (root / "Jogging" / "groundtruth_rect.2.txt").unlink(),
            r"cannot read .*Jogging.groundtruth_rect.2.txt",
        ),
        (
            lambda root: (root / "Skiing" / "groundtruth_rect.txt").write_text(""),
            r"Skiing.groundtruth_rect.txt is empty",
        ),
        (
            lambda root: write_rows(root / "tiger1" / "groundtruth_rect.txt", moving_boxes(349)),
            r"tiger1.*: expected 354 rows, for frames 1 to 354 of Tiger1; got 349",
        ),
        (
            lambda root: (root / "BlurCar3" / "img" / "00200.png").unlink(),
            r"BlurCar3.img: .*1 are missing, the first is frame 200",
        ),
        (
            lambda root: write_target(root / "jogging1", "Jogging-1"),
            r"ground truth of Jogging-1 is also in .*Jogging.groundtruth_rect.1.txt",
        ),
    ],
)
def test_partial_data_is_an_error(tree, spoil, message):
    spoil(tree)
    with pytest.raises(DatasetError, match=message):
        load_otb(tree)


def test_a_torn_line_is_named(tree):
    path = tree / "Skiing" / "groundtruth_rect.txt"
    path.write_text(path.read_text()[:-8])
    with pytest.raises(DatasetError, match=r"Skiing.groundtruth_rect.txt, line 81: expected 4"):
        load_otb(tree)


def test_nothing_there(tmp_path):
    with pytest.raises(DatasetError, match="no sequences found in"):
        load_otb(tmp_path)
    with pytest.raises(DatasetError, match="no folder"):
        load_otb(tmp_path / "absent")


def test_the_real_sequences(otb_data):
    sequences = load_otb(otb_data)
    assert len(sequences) == 16
    assert {"Jogging-1", "Jogging-2"} <= set(names(sequences))
    for sequence in sequences:
        assert len(sequence.frame_paths) == len(sequence) == otb_targets()[sequence.name].rows
        assert sequence.visible.all()
        assert sequence.read_frame(len(sequence) - 1).shape[2] == 3
    (football,) = load_otb(otb_data, names=["Football1"])
    assert football.frame_paths[-1].name == "0074.jpg"  # the folder holds 81
    assert football.boxes[0].tolist() == [152, 104, 26, 43]


def test_the_published_ground_truth(published):
    assert names(published) == list(otb_targets())
    assert sum(map(len, published)) == 59_040
    assert sum(map(len, load_otb(REFERENCE / "groundtruth", "otb2013"))) == 29_491
    assert len(load_otb(REFERENCE / "groundtruth", "tb50")) == 50


def test_the_rows_that_are_invalid_by_otb_rules(published):
    invalid = {}
    for sequence in published:
        rows = np.flatnonzero((sequence.boxes + FIRST_PIXEL <= 0).any(axis=1)).tolist()
        if rows:
            invalid[sequence.name] = rows
    assert invalid == {
        "Biker": list(range(71, 78)),
        "Board": [697],
        "Crowds": [345],
        "Twinnings": [471],
    }
    hidden = {sequence.name for sequence in published if not sequence.visible.all()}
    assert hidden == {"Board", "Twinnings"}
