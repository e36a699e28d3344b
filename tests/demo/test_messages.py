"""Sentences for visitors hold nothing of the server."""

import pytest

from tracker.errors import OutputError, SourceError
from tracker_demo.messages import UNEXPECTED, Refused, sentence


def test_sentences_tell_nothing_of_the_server(tmp_path, caplog):
    error = SourceError(f"cannot read {tmp_path}/x.mp4 as a video: Invalid data")
    told = sentence(error, tmp_path / "x.mp4")
    assert told == "Cannot read the file as a video: Invalid data."
    assert sentence(OutputError(f"could not write {tmp_path}/y.mp4: disk full")) == UNEXPECTED
    assert sentence(ValueError("at 0x7f00")) == UNEXPECTED
    assert "disk full" in caplog.text, "the server's log must have it"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("draw a box first", "Draw a box first."),
        ("Draw a box first.", "Draw a box first."),
        ("read at 25/1 frames per second", "Read at 25/1 frames per second."),
        ("cannot read /srv/data/x.mp4", UNEXPECTED),
        ("cannot read C:\\data\\x.mp4", UNEXPECTED),
        (r"cannot read \\host\share", UNEXPECTED),
    ],
)
def test_a_sentence_begins_large_ends_with_a_stop_and_has_no_path(text, shown):
    assert sentence(Refused(text)) == shown
