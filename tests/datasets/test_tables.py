"""The tables of facts about OTB-100 and UAV123: totals, and agreement with the reference files."""

import csv
import itertools
import json
from collections import Counter

from tests.datasets.trees import REFERENCE
from tracker.datasets import OTB_ATTRIBUTES, canonical_name
from tracker.datasets.tables import otb_targets, uav_parts


def test_totals_of_the_otb_table():
    targets = otb_targets().values()
    assert len(targets) == 100
    assert sum(target.rows for target in targets) == 59_040
    in_2013 = [target for target in targets if "otb2013" in target.subsets]
    assert len(in_2013) == 51
    assert sum(target.rows for target in in_2013) == 29_491
    assert sum("tb50" in target.subsets for target in targets) == 50
    assert attribute_counts(targets) == [38, 63, 64, 49, 44, 29, 39, 51, 14, 31, 9]
    assert attribute_counts(in_2013) == [25, 39, 28, 29, 19, 12, 17, 31, 6, 21, 4]


def attribute_counts(targets):
    """Return the counts in the order in which papers print them, that of ``OTB_ATTRIBUTES``."""
    counts = Counter(attribute for target in targets for attribute in target.attributes)
    assert counts.keys() == OTB_ATTRIBUTES.keys()
    return [counts[attribute] for attribute in OTB_ATTRIBUTES]


def test_the_otb_table_agrees_with_the_reference(published):
    facts = json.loads((REFERENCE / "sequences.json").read_text())
    with (REFERENCE / "attributes.csv").open() as file:
        attributes = {row["name"]: row for row in csv.DictReader(file)}
    for fact, sequence in zip(facts, published, strict=True):
        target = otb_targets()[canonical_name(fact["name"])]
        assert target.name == sequence.name
        assert (target.first_frame, target.last_frame, target.skipped) == (
            fact["start_frame"],
            fact["end_frame"],
            fact["tb100_init_omit"],
        )
        assert target.subsets == tuple(name for name in ("otb2013", "tb50") if fact[name])
        marked = [name for name in OTB_ATTRIBUTES if attributes[fact["name"]][name] == "1"]
        assert list(target.attributes) == marked
        assert all(sequence.is_named(alias) for alias in fact["aliases"])


def test_parts_of_a_video_follow_each_other():
    parts = list(uav_parts().values())
    assert len(parts) == 51
    for before, after in itertools.pairwise(parts):
        assert before.rows > 100
        if before.folder == after.folder:
            assert after.first_frame >= before.last_frame
        else:
            assert after.first_frame == 1
