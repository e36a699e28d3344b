"""Import public names on first use (PEP 562), so that importing a package stays cheap."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazy_names(
    package: str, home: dict[str, str], subpackages: tuple[str, ...] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make ``__getattr__`` and ``__dir__`` for a package.

    Args:
        package: ``__name__`` of the package.
        home: the module, relative to the package, in which each public name is defined.
        subpackages: public names that are packages or modules themselves.

    Returns:
        The two functions. The first raises AttributeError for any other name.
    """

    def get(name: str) -> Any:
        if name in home:
            return getattr(import_module(f"{package}.{home[name]}"), name)
        if name in subpackages:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names() -> list[str]:
        return sorted({*vars(import_module(package)), *home, *subpackages})

    return get, names
