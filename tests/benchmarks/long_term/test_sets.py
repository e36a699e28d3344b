"""The sets of sequences with absences hold what the report says."""

from collections import Counter

from benchmarks.long_term import sets


def test_the_groups_of_stills_are_in_one_set_only():
    assert not set(sets.REPORT_STILLS) & set(sets.DEVELOPMENT_STILLS)


def test_the_sets_hold_what_the_report_says(otb_data, train_data):
    report, development = sets.report_set(otb_data, train_data), sets.development_set(train_data)
    assert Counter(composite.kind for composite in report) == dict.fromkeys(sets.KINDS, 10)
    assert Counter(composite.kind for composite in development) == dict.fromkeys(sets.KINDS, 6)
    names = [composite.name for composite in (*report, *development)]
    assert len(set(names)) == 64
    for composite in (*report, *development):
        assert max(composite.size) <= 640
        assert composite.present[:20].all()
        assert composite.visibility[composite.absent].max() < 1e-9
