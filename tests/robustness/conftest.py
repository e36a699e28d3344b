"""What every test of this folder shares: how much is tried, the table of what came of it, clips.

``make test`` tries a part of each fault, ``make robustness`` (``pytest --full``) all of it, and
writes the table in ``README.md``.
"""

import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from tests.media import make_video
from tests.robustness.commands import Runner
from tests.robustness.faults import FAULTS, SEED, Fault
from tracker.models import Model, load_model, save_model

README = Path(__file__).parent / "README.md"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="try every fault as often as it says")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == README.parent:
            item.add_marker(pytest.mark.timeout(7200))  # single commands have limits of their own


class Trials:
    """The trials of one test; each that fails is noted, and the others go on."""

    def __init__(self, fault: Fault, full: bool) -> None:
        self.count = fault.full if full else fault.quick
        self._fault = fault
        self.failures: list[str] = []

    @contextmanager
    def one(self, name: object, tried: int = 1) -> Iterator[None]:
        """Count a trial (or ``tried`` inputs of one), and whether its assertions held."""
        self._fault.tried += tried
        try:
            yield
        except Exception as error:
            self.failures.append(f"{name}: {type(error).__name__}: {error}")
            self._fault.failures.append(f"{name}")

    def attempt_all(
        self, attempt: Callable[[Any], None], listed: Sequence[Any], others: SearchStrategy
    ) -> None:
        """Attempt every listed input, and generated ones until there are ``count``."""
        for each in listed:
            attempt(each)
        generated = settings(
            max_examples=self.count - len(listed),
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        generated(given(others)(attempt))()

    def lose(self, results: int) -> None:
        """Count results that a user had already been given, and that are gone."""
        self._fault.lost += results
        assert results == 0, f"{results} results are lost"

    def note(self, text: str) -> None:
        """Add something measured to the row of the table."""
        self._fault.notes.append(text)


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> Iterator[Trials]:
    full = request.config.getoption("--full", False)
    trials = Trials(FAULTS[request.module.__name__.rpartition(".")[2]], full)
    yield trials
    assert not trials.failures, "\n".join(trials.failures)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the rows of the faults that were tried in full; the others stay as they are."""
    if not session.config.getoption("--full", False):
        return
    begin, end = "<!-- written by make robustness -->\n", "<!-- end -->\n"
    before, _, rest = README.read_text().partition(begin)
    table, _, after = rest.partition(end)
    rows = {fault.title: _earlier_row(fault.title, table) for fault in FAULTS.values()}
    for fault in FAULTS.values():
        if fault.tried:
            survived = fault.tried - len(fault.failures)
            rows[fault.title] = (fault.tried, survived, fault.lost, "; ".join(fault.notes))
    README.write_text(f"{before}{begin}{_table(rows)}{end}{after}")


def _earlier_row(title: str, table: str) -> tuple[int, int, int, str]:
    for line in table.splitlines():
        if line.startswith(f"| {title} |"):
            *numbers, note = (cell.strip() for cell in line.split("|")[2:6])
            return (*(int(number.replace(",", "")) for number in numbers), note)
    return (0, 0, 0, "not tried yet")


def _table(rows: dict[str, tuple[int, int, int, str]]) -> str:
    lines = ["| fault | tried | survived | results lost | |", "|---|---|---|---|---|"]
    for title, (tried, survived, lost, note) in rows.items():
        lines.append(f"| {title} | {tried:,} | {survived:,} | {lost:,} | {note} |")
    tried, survived, lost = (sum(row[column] for row in rows.values()) for column in range(3))
    lines.append(f"| **all** | **{tried:,}** | **{survived:,}** | **{lost:,}** | |")
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "av", "numpy"))
    about = (
        f"Seed {SEED}; {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}, OpenCV {cv2.__version__}."
    )
    return "\n".join(["", *lines, "", about, "", ""])


@pytest.fixture(scope="session")
def runner(tmp_path_factory) -> Iterator[Runner]:
    """A child process that runs one command after the other."""
    with Runner(tmp_path_factory.mktemp("runner")) as runner:
        yield runner


@pytest.fixture(scope="session")
def small_model(tmp_path_factory) -> Path:
    """The default model on small crops and without learning, several times as fast."""
    model = load_model()
    config = replace(model.config, exemplar_size=63, search_size=79, filter_first_steps=0)
    path = tmp_path_factory.mktemp("small") / "small.safetensors"
    save_model(path, Model("small", model.network, config), {})
    return path


@pytest.fixture(scope="session")
def long_clip(moving_patch, tmp_path_factory) -> Path:
    """160 frames in which the moving patch goes to and fro."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    frames = moving_patch.frames
    return make_video(
        path, 160, (240, 180), picture=lambda i, size: frames[abs(i % 22 - 11)], crf="18"
    )
