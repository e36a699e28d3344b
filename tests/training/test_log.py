"""The log: means over an interval, the file, and the lines of the progress."""

import math

import pytest
import torch

from tracker.training.log import LogFile, Progress, Total, added, read_log, totals_of_batch


def test_means_leave_out_what_was_not_measured():
    nan = math.nan
    batches = [
        totals_of_batch(torch.tensor(2.0), {"hit": torch.tensor([1.0, nan, 0.0])}),
        totals_of_batch(torch.tensor(5.0), {"hit": torch.tensor([nan])}),
    ]
    totals = {}
    for batch in batches:
        totals = added(totals, {name: Total(*each.tolist()) for name, each in batch.items()})
    assert totals["loss"].mean == pytest.approx((3 * 2 + 5) / 4)
    assert totals["hit"].mean == pytest.approx(0.5)
    assert math.isnan(Total(0, 0).mean)


def test_a_resumed_log_drops_later_and_torn_rows(tmp_path):
    path = tmp_path / "log.csv"
    log = LogFile(path, keep_until=0)
    for pairs in (1_000_000, 2_000_000, 3_000_000):
        log.write({"pairs": pairs, "loss": 1 / 3, "validation": None})
    with path.open("a") as file:
        file.write("4000000,0.")
    assert len(read_log(path)) == 3
    LogFile(path, keep_until=2_000_000).write({"pairs": 2_500_000, "loss": 0.25, "validation": 0.5})
    assert path.read_text().splitlines() == [
        "pairs,loss,validation",
        "1000000,0.333333,",
        "2000000,0.333333,",
        "2500000,0.25,0.5",
    ]


def test_a_row_is_printed_where_there_is_no_terminal(capsys):
    row = {"pairs": 500, "seconds": 12.3456, "loss": 0.25, "validation": None}
    with Progress(0, 1000, quiet=False) as progress:
        progress.step(16, 0.5)
        progress.row(row)
    with Progress(0, 1000, quiet=True) as progress:
        progress.row(row)
    captured = capsys.readouterr()
    assert captured.out == "500 of 1000 pairs  seconds 12.35  loss 0.25\n"
    assert captured.err == ""
