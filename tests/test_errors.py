"""The hierarchy of errors and their exit codes."""

import inspect

import pytest

from tracker import errors
from tracker.errors import OutputError, SettingError, SourceEndedEarly, SourceError, TrackerError

ALL = [each for _, each in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_every_class_is_a_documented_tracker_error(error):
    assert issubclass(error, TrackerError)
    assert error.__module__ == "tracker.errors"
    assert error.__doc__.endswith(".")
    with pytest.raises(TrackerError, match=r"^expected this; got that$"):
        raise error("expected this; got that")


def test_exit_codes():
    codes = {error: error.exit_code for error in ALL}
    assert codes.pop(SourceEndedEarly) == 3
    assert codes.pop(OutputError) == 4
    assert set(codes.values()) == {2}


def test_errors_that_are_also_of_another_kind():
    """A source that ends early is one that failed; a wrong setting is a wrong value."""
    assert issubclass(SourceEndedEarly, SourceError)
    assert issubclass(SettingError, ValueError)
