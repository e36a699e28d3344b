"""The sets of crossings: both kinds of each pair, and no pair in both sets."""

from benchmarks.crossing import sets


def test_no_picture_is_in_both_sets(train_data):
    report, development = (
        make(train_data, pairs=3) for make in (sets.report_set, sets.development_set)
    )
    for own in (report, development):
        assert [crossing.kind for crossing in own] == ["twin", "kin"] * 3
    names = [{crossing.name for crossing in own} for own in (report, development)]
    assert names[0].isdisjoint(names[1])
