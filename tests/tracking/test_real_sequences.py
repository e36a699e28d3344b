"""The default model on real sequences of OTB-100, through the command line."""

import av
import numpy as np
import pytest

from tracker.boxes import overlap
from tracker.cli.main import main
from tracker.formats import read_csv
from tracker.formats.otb import read_boxes

TARGETS = (
    "Bird2",
    "Couple",
    "Crossing",
    "Dancer2",
    "Deer",
    "Dog",
    "DragonBaby",
    "Football1",
    "Freeman1",
    "Girl",
    "Human7",
    "Jogging.1",
    "Jogging.2",
    "Man",
    "MotorRolling",
    "Skiing",
)
SIAMFC_3S = 0.607  # success AUC of the published result files over the same targets


def follow(folder, target, tmp_path, *options):
    """Track one target by the command; its success AUC by the OTB rules and the rows."""
    name, _, number = target.partition(".")
    truth_file = folder / name / f"groundtruth_rect{'.' + number if number else ''}.txt"
    truth = read_boxes(truth_file, first_pixel=1)
    rows = tmp_path / f"{target}.csv"
    code = main(
        [
            "track",
            str(folder / name / "img"),
            "--box-file",
            str(truth_file),
            "--quiet",
            "--end",
            str(len(truth)),
            "--save-csv",
            str(rows),
            *map(str, options),
        ]
    )
    assert code == 0
    results = read_csv(rows)
    assert [result.frame for result in results] == list(range(len(truth)))
    overlaps = overlap([result.box for result in results], truth)
    return np.mean([(overlaps > k / 20).mean() for k in range(21)]), results


@pytest.mark.slow
def test_a_real_sequence_with_every_output(otb_data, tmp_path):
    auc, results = follow(
        otb_data, "Deer", tmp_path, "-o", tmp_path / "deer.mp4", "--save-otb", tmp_path / "deer.txt"
    )
    assert auc > 0.6
    assert np.mean([result.state == "tracking" for result in results]) > 0.7
    with av.open(tmp_path / "deer.mp4") as video:
        assert sum(1 for _ in video.decode(video=0)) == len(results)
    boxes = [result.box for result in results]
    np.testing.assert_allclose(read_boxes(tmp_path / "deer.txt", first_pixel=1), boxes, atol=1e-9)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_default_model_beats_siamfc_on_the_real_targets(otb_data, tmp_path):
    reached = {target: follow(otb_data, target, tmp_path)[0] for target in TARGETS}
    table = "\n".join(f"{target:14} {auc:.3f}" for target, auc in reached.items())
    mean = np.mean(list(reached.values()))
    print(f"{table}\nmean           {mean:.4f}")
    # 0.727 was measured; rounding, which differs between processors, decides close calls.
    assert mean >= 0.69, table
    assert mean > SIAMFC_3S
    assert min(reached.values()) > 0.4, table
