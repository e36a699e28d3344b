"""Names that are imported on first use, in a package made for the test."""

import importlib
import sys

import pytest

INIT = """
from tracker.lazy import lazy_names
own = 1
__getattr__, __dir__ = lazy_names(
    __name__, {"Answer": "inner.answers", "ask": "questions"}, ("inner",)
)
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "lazily_imported"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").write_text(INIT)
    (folder / "questions.py").write_text("def ask(): return 'why'")
    (folder / "inner" / "__init__.py").touch()
    (folder / "inner" / "answers.py").write_text("class Answer: value = 42")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("lazily_imported")
    for name in [name for name in sys.modules if name.startswith("lazily_imported")]:
        del sys.modules[name]


def loaded():
    prefix = "lazily_imported."
    return {name.removeprefix(prefix) for name in sys.modules if name.startswith(prefix)}


def test_modules_are_imported_when_a_name_of_theirs_is_used(package):
    assert loaded() == set()
    assert package.ask() == "why"
    assert loaded() == {"questions"}
    assert package.Answer.value == 42
    assert loaded() == {"questions", "inner", "inner.answers"}


def test_a_name_is_the_same_object_each_time(package):
    assert package.Answer is package.Answer
    assert package.Answer is importlib.import_module("lazily_imported.inner.answers").Answer


def test_a_subpackage_is_a_name(package):
    assert package.inner is importlib.import_module("lazily_imported.inner")


def test_names_can_be_imported_from_the_package(package):
    namespace = {}
    exec("from lazily_imported import Answer, ask, inner", namespace)
    assert namespace["ask"]() == "why"


def test_all_names_are_listed_without_importing_them(package):
    assert {"Answer", "ask", "inner", "own", "__name__"} <= set(dir(package))
    assert dir(package) == sorted(dir(package))
    assert loaded() == set()


def test_any_other_name_is_an_attribute_error(package):
    with pytest.raises(AttributeError, match=r"^module 'lazily_imported' has no attribute 'Ask'$"):
        package.Ask  # noqa: B018
    assert not hasattr(package, "questions")
