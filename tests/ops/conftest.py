"""A package folder without an extension, for tests that put one there."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tracker
from tracker.ops import cuda, extension_status


def forget() -> None:
    """Drop what was found out about the extension."""
    for function in (extension_status, cuda.unavailable_reason, cuda._module, cuda._warn_once):
        function.cache_clear()


@pytest.fixture
def fresh_status() -> Iterator[None]:
    """What is known about the extension is found out anew, in the test and after it."""
    forget()
    yield
    forget()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_status: None) -> Iterator[Path]:
    """An empty folder that stands for the installed package."""
    monkeypatch.setattr(tracker, "__path__", [str(tmp_path)])
    # The finder of an editable installation knows the real folder, whatever __path__ says.
    others = [finder for finder in sys.meta_path if "Editable" not in repr(finder)]
    monkeypatch.setattr(sys, "meta_path", others)
    monkeypatch.delitem(sys.modules, "tracker._C", raising=False)
    monkeypatch.delattr(tracker, "_C", raising=False)
    monkeypatch.delenv("TRACKER_REQUIRE_EXTENSION", raising=False)
    yield tmp_path
    sys.modules.pop("tracker._C", None)
    vars(tracker).pop("_C", None)
