"""The fit of the score: it finds the curve that drew the samples."""

import numpy as np
import pytest

from benchmarks.accuracy.calibration import fit_logistic, peak_of, read_tracks


def test_the_fit_finds_the_curve_that_the_samples_are_drawn_from():
    rng = np.random.default_rng(0)
    peaks = rng.uniform(0, 1.5, 20_000)
    chance = 1 / (1 + np.exp(8 * (0.7 - peaks)))
    midpoint, slope = fit_logistic(peaks, (rng.uniform(size=20_000) < chance).astype(float))
    assert midpoint == pytest.approx(0.7, abs=0.02)
    assert slope == pytest.approx(8, rel=0.05)


def test_a_peak_is_found_again_from_its_score():
    assert peak_of(1 / (1 + np.exp(-0.73))) == pytest.approx(0.73)


def test_tracks_are_read_in_order_and_short_ones_left_out(tmp_path):
    (tmp_path / "group").mkdir()
    rows = ["clip,frame,track,x,y,w,h", "c,0002,1,5,6,7,8", "c,0001,1,1,2,3,4", "c,0003,1,9,9,9,9"]
    (tmp_path / "group" / "boxes.csv").write_text("\n".join([*rows, "c,0001,2,1,1,1,1"]) + "\n")
    (track,) = read_tracks(tmp_path)
    assert [picture.stem for picture, _ in track] == ["0001", "0002", "0003"]
    assert track[0] == (tmp_path / "group" / "c" / "0001.jpg", (1.0, 2.0, 3.0, 4.0))
