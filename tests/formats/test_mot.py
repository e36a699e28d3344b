"""MOTChallenge rows: frame, x and y counted from 1."""

from tests.formats.results import write_results


def test_mot_counts_from_one(tmp_path):
    assert write_results("mot", tmp_path / "r.txt") == (
        "1,1,11.0000,21.0000,30.0000,40.0000,1.0000,-1,-1,-1\n"
        "2,1,11.1235,-1.5000,30.2500,40.0000,0.5124,-1,-1,-1\n"
        "6,1,1.0000,1.0000,1.0000,10000.0000,0.0000,-1,-1,-1\n"
    )
