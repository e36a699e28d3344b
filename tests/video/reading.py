"""Read whole sources: which frames came, and the error that ended them."""

import pytest

from tracker.errors import SourceError
from tracker.video import open_source


def indices(source, **range_):
    """Return the numbers of the frames delivered; ``frame_count`` must have said how many."""
    with open_source(source, **range_) as frames:
        expected = frames.frame_count
        got = [frame.index for frame in frames]
    assert expected in (None, len(got))
    return got


def read_until_error(source, **range_):
    """Return the frames delivered and the error that ended them."""
    got = []
    with pytest.raises(SourceError) as caught, open_source(source, **range_) as frames:
        got.extend(frames)
    assert "\n" not in str(caught.value)
    return got, caught.value
