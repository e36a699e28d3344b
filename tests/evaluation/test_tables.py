"""Tables with their figures by hand, and names that would break them."""

import pytest

from tests.evaluation.hand_made import entry, score, sequence
from tracker.evaluation.entry import Entry
from tracker.evaluation.got10k import Got10kScore
from tracker.evaluation.tables import (
    attribute_table,
    escape,
    got10k_table,
    measures,
    overall_table,
    sequence_table,
    terminal_table,
)


def cells(table):
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.split("\n")]


def test_terminal_table():
    fast = Entry(
        "fast",
        {"s": score(0.25, 0.5)},
        seconds={"s": 2.0},
        timed_frames={"s": 250},
        failures={"t": "it broke", "u": "it broke"},
    )
    table = terminal_table([Entry("none", {}), fast, entry("a better one", s=0.5, t=0.75)])
    assert table.split("\n") == [
        "tracker       success AUC  precision@20  norm@0.2    SR50    fps  done  failed",
        "a better one       0.6250        0.5000    0.2500  0.6250      -     2       0",
        "fast               0.2500        0.5000    0.2500  0.2500  125.0     1       2",
        "none                    -             -         -       -      -     0       0",
    ]


def test_terminal_table_of_nothing_has_its_header():
    assert terminal_table([]).split() == terminal_table([entry("a", s=0.5)]).split("\n")[0].split()


def test_overall_table_is_ranked_with_the_best_of_each_measure_bold():
    low = Entry("low", {"s": score(0.25, 0.9)})
    high = Entry("high", {"s": score(0.5, 0.7)}, failures={"t": "it broke"})
    rows = cells(overall_table([low, high, Entry("none", {})]))
    assert rows[2:] == [
        ["1", "high", "**0.5000**", "0.7000", "0.3500", "**0.5000**", "-", "1", "1"],
        ["2", "low", "0.2500", "**0.9000**", "**0.4500**", "0.2500", "-", "1", "0"],
        ["3", "none", "-", "-", "-", "-", "-", "0", "0"],
    ]
    assert len(rows[0]) == len(rows[1]) == 9


def test_a_single_tracker_is_not_the_best_of_anything():
    assert "**" not in overall_table([entry("a", s=0.5)])
    assert "**" not in sequence_table([entry("a", s=0.5)], [sequence("s")])
    assert "**" not in sequence_table([entry("a", s=0.5), entry("b", t=0.1)], [sequence("s")])


def test_sequence_table():
    first = entry("first", s=0.9, t=0.3)
    second = Entry("second", {"s": score(0.4), "t": score(0.4)}, failures={"u": "it broke"})
    table = sequence_table([second, first], map(sequence, ("s", "t", "u", "v")))
    assert cells(table)[0] == ["sequence", "first", "second"]
    assert cells(table)[2:] == [
        ["s", "**0.900**", "0.400"],
        ["t", "0.300", "**0.400**"],
        ["u", "-", "failed"],
        ["v", "-", "-"],
    ]


def test_equal_scores_are_both_the_best():
    table = sequence_table(
        [entry("a", s=0.5), entry("b", s=0.5), entry("c", s=0.4)], [sequence("s")]
    )
    assert cells(table)[2] == ["s", "**0.500**", "**0.500**", "0.400"]


def test_attribute_table_has_what_occurs():
    sequences = [sequence("s", "OCC", "ZOOM"), sequence("t", "OCC"), sequence("u")]
    table = attribute_table([entry("a", s=0.2, t=0.4, u=1), entry("b", t=0.1)], sequences)
    assert cells(table)[0] == ["attribute", "sequences", "a", "b"]
    assert cells(table)[2:] == [
        ["OCC occlusion", "2", "**0.300**", "0.100"],
        ["ZOOM", "1", "0.200", "-"],
    ]


def test_no_attributes_no_table():
    assert attribute_table([entry("a", s=0.5)], [sequence("s")]) == ""


def test_got10k_table_is_ranked_by_ao():
    low = Entry("low", {}, got10k=Got10kScore(0.25, 0.5, 0.125, frames=8))
    high = Entry("a|b", {}, got10k=Got10kScore(0.5, 0.25, 0.0, frames=8))
    table = got10k_table([low, entry("other", s=0.9), high])
    assert cells(table)[0] == ["tracker", "AO", "SR50", "SR75"]
    assert cells(table)[2:] == [
        [r"a\|b", "0.5000", "0.2500", "0.0000"],
        ["low", "0.2500", "0.5000", "0.1250"],
    ]
    assert got10k_table([entry("other", s=0.9)]) == ""


def test_measures_in_the_order_of_the_columns():
    assert measures(score(0.25, 0.5)) == [pytest.approx(0.25), 0.5, 0.25, 0.25]
    assert measures(None) == [None] * 4


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("zz_KCF", "zz_KCF"),
        ("soa_SiamRPN++", "soa_SiamRPN++"),
        ("package.module:Class", "package.module:Class"),
        ("a|b", r"a\|b"),
        ("_a_ *b* `c`", r"\_a\_ \*b\* \`c\`"),
        ("<b>[x](y) $1$ ~2~ \\", r"\<b\>\[x\](y) \$1\$ \~2\~ \\"),
        ("two\nlines", "two lines"),
    ],
)
def test_names_are_no_markdown(text, escaped):
    assert escape(text) == escaped


def test_odd_names_keep_the_tables_whole():
    odd = [entry("a|b\nc", s=0.5), entry("*", s=0.4)]
    for table in (overall_table(odd), sequence_table(odd, [sequence("s")])):
        assert len({len(row) for row in cells(table)}) == 1
        assert r"a\|b c" in table
    assert len(terminal_table(odd).split("\n")) == 3
