"""Agreement with published figures and with the curves that the toolkits themselves stored."""

import numpy as np
import pytest

from tests.evaluation.published import FOLDER, OtbReference
from tracker.evaluation.metrics import (
    align,
    center_errors,
    mean_score,
    overlaps,
    score_sequence,
    success_auc,
    success_curve,
)

ROWS_WITHOUT_RESULT = {"Tiger1": 5}
SIAMFC = "SiamFC-3s"


@pytest.fixture(scope="session")
def otb_reference() -> OtbReference:
    """The published files; the test is skipped where they are absent."""
    if not FOLDER.is_dir():
        pytest.skip(f"the published result files are not here: no folder {FOLDER}")
    return OtbReference(FOLDER)


def aligned(reference, tracker, name):
    skipped = ROWS_WITHOUT_RESULT.get(name, 0)
    return align(reference.results(tracker, name), reference.truth(name), skipped_at_start=skipped)


def scores(reference, tracker, policy="otb"):
    return {
        name: score_sequence(*aligned(reference, tracker, name), policy) for name in reference.names
    }


@pytest.mark.parametrize(
    ("tracker", "otb100", "otb2013"),
    [
        # Published: 0.582 and 0.608 AUC, 0.771 precision
        (SIAMFC, (0.5821, 0.7705, 0.7305), (0.6073, 0.8093)),
        ("zz_KCF", (0.4771, 0.6954, 0.5513), (0.5138, 0.7400)),
        ("zz_SRDCF", (0.5976, 0.7881, 0.7276), (0.6282, 0.8380)),
        ("zz_TLD", (0.4056, 0.5457, 0.4672), (0.4071, 0.5526)),
        ("dan_Staple", (0.5984, 0.7889, 0.7408), (0.6093, 0.7966)),
        # Published: 0.696 AUC, 0.905 precision
        ("soa_SiamRPN++", (0.6953, 0.9054, 0.8846), (0.6970, 0.9144)),
        # Published: 66.7 and 87.9
        ("soa_ATOM", (0.6668, 0.8794, 0.8354), (0.6585, 0.8748)),
    ],
)
def test_published_figures(otb_reference, tracker, otb100, otb2013):
    by_name = scores(otb_reference, tracker)
    assert len(by_name) == 100
    mean = mean_score(list(by_name.values()))
    assert (mean.success_auc, mean.precision_20, mean.success_50) == pytest.approx(otb100, abs=5e-5)
    subset = mean_score([by_name[name] for name in otb_reference.otb2013])
    assert len(otb_reference.otb2013) == 51
    assert (subset.success_auc, subset.precision_20) == pytest.approx(otb2013, abs=5e-5)


@pytest.mark.parametrize(
    "tracker", ["zz_DSST", "zz_KCF", "zz_MEEM", "zz_SRDCF", "zz_Struck", "zz_TLD"]
)
def test_every_point_of_the_matlab_toolkits_curves(otb_reference, tracker):
    stored = otb_reference.matlab_curves[tracker]
    assert len(stored) == 100
    for name, score in scores(otb_reference, tracker).items():
        success, precision = stored[name]
        np.testing.assert_allclose(score.success_curve, success, rtol=0, atol=1e-9, err_msg=name)
        np.testing.assert_allclose(
            score.precision_curve, precision, rtol=0, atol=1e-9, err_msg=name
        )


@pytest.mark.parametrize("tracker", ["dan_Staple", "dan_CSRDCF", "dan_SiamFC_ytb_e40"])
def test_every_point_of_the_got10k_toolkits_curves(otb_reference, tracker):
    stored = otb_reference.got10k_curves(tracker)
    assert len(stored) == 100
    assert len(otb_reference.results(tracker, "Tiger1")) == 354
    for name, score in scores(otb_reference, tracker, "got10k").items():
        expected = stored[name]
        for curve in ("success_curve", "precision_curve"):
            np.testing.assert_allclose(
                getattr(score, curve), expected[curve], rtol=0, atol=1e-9, err_msg=name
            )
        assert (score.success_auc, score.precision_20, score.success_50) == pytest.approx(
            tuple(expected[key] for key in ("success_score", "precision_score", "success_rate")),
            abs=1e-9,
        )


@pytest.mark.parametrize("policy", ["got10k", "pysot"])
def test_other_policies_on_siamfc(otb_reference, policy):
    by_name = scores(otb_reference, SIAMFC, policy)
    mean = mean_score(list(by_name.values()))
    assert (mean.success_auc, mean.precision_20) == pytest.approx((0.5824, 0.7705), abs=5e-5)
    subset = mean_score([by_name[name] for name in otb_reference.otb2013])
    assert (subset.success_auc, subset.precision_20) == pytest.approx((0.6073, 0.8093), abs=5e-5)


def strict_auc(values):
    return success_auc(success_curve(values))


# What each departure from the rules does to the AUC of SiamFC-3s, from the overlaps of a sequence.
DEPARTURES = {
    "none": (strict_auc, 0.5821, 0.6073),
    "not strict": (
        lambda values: (values[:, None] >= np.linspace(0, 1, 21)).mean(),
        0.5892,
        0.6135,
    ),
    "101 thresholds": (
        lambda values: (values[:, None] > np.linspace(0, 1, 101)).mean(),
        0.5883,
        0.6142,
    ),
    "invalid truth dropped": (lambda values: strict_auc(values[values >= 0]), 0.5825, 0.6073),
    "first frame dropped": (lambda values: strict_auc(values[1:]), 0.5807, 0.6059),
}


@pytest.mark.parametrize("departure", DEPARTURES)
def test_what_a_departure_is_worth(otb_reference, departure):
    auc, otb100, otb2013 = DEPARTURES[departure]
    by_name = {
        name: auc(overlaps(*aligned(otb_reference, SIAMFC, name))) for name in otb_reference.names
    }
    assert np.mean(list(by_name.values())) == pytest.approx(otb100, abs=5e-5)
    subset = [by_name[name] for name in otb_reference.otb2013]
    assert np.mean(subset) == pytest.approx(otb2013, abs=5e-5)


def test_mean_overlap_is_not_the_auc(otb_reference):
    values = [overlaps(*aligned(otb_reference, SIAMFC, name)) for name in otb_reference.names]
    means = [overlap[overlap >= 0].mean() for overlap in values]
    assert np.mean(means) == pytest.approx(0.5903, abs=5e-5)


def test_results_one_pixel_aside_gain_half_a_point(otb_reference):
    wrong = []
    for name in otb_reference.names:
        results, truth = aligned(otb_reference, SIAMFC, name)
        wrong.append(score_sequence(results - (1, 1, 0, 0), truth))
    mean = mean_score(wrong)
    assert (mean.success_auc, mean.precision_20) == pytest.approx((0.5881, 0.7722), abs=5e-5)


def test_pooling_all_frames_is_three_points_off(otb_reference):
    pairs = [aligned(otb_reference, SIAMFC, name) for name in otb_reference.names]
    pooled = np.concatenate([overlaps(*pair) for pair in pairs])
    errors = np.concatenate([center_errors(*pair) for pair in pairs])
    assert strict_auc(pooled) == pytest.approx(0.6151, abs=5e-5)
    assert (errors <= 20).mean() == pytest.approx(0.7995, abs=5e-5)


def test_the_truth_itself_scores_just_below_20_21(otb_reference):
    perfect = {
        name: score_sequence(otb_reference.truth(name), otb_reference.truth(name))
        for name in otb_reference.names
    }
    mean = mean_score(list(perfect.values()))
    assert (mean.success_auc, mean.precision_20) == pytest.approx((0.9519, 1), abs=5e-5)
    subset = mean_score([perfect[name] for name in otb_reference.otb2013])
    assert subset.success_auc == pytest.approx(20 / 21, abs=1e-12)
