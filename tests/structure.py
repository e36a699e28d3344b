"""Measure the structure of the code by its imports: ``python -m tests.structure [CHECKOUT]``.

A room is a file or folder directly below ``tracker/``, or ``demo`` or ``benchmarks``. An arrow is
one room importing another. A room's floor is one above the highest room it imports.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

Graph = Mapping[str, set[str]]
"""What each module, or room, imports."""


def imported_names(path: Path) -> Iterator[str]:
    """Yield absolute names of everything that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(checkout: Path) -> dict[str, Path]:
    """Return the files of ``tracker``, ``demo`` and ``benchmarks`` by module name."""
    found = {}
    for folder in ("tracker", "demo", "benchmarks"):
        for path in sorted((checkout / folder).rglob("*.py")):
            if path.with_suffix("").is_dir():  # a script beside the package of its name
                continue
            parts = path.relative_to(checkout).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found["tracker_demo" + name.removeprefix("demo") if folder == "demo" else name] = path
    return found


def module_graph(checkout: Path) -> Graph:
    """Return what each module imports; a package's face (``__init__``) is left out."""
    known = modules(checkout)
    faces = {name for name, path in known.items() if path.name == "__init__.py"}
    return {
        name: {
            each
            for each in imported_names(path)
            if each in known and each not in faces and each != name
        }
        for name, path in known.items()
        if name not in faces
    }


def room_of(module: str) -> str:
    """Return the room of a module: ``tracker.video`` for ``tracker.video.draw``."""
    first, *rest = module.split(".")
    return f"{first}.{rest[0]}" if first == "tracker" and rest else first


def room_graph(checkout: Path) -> Graph:
    """Return what each room imports of other rooms, through package faces too."""
    known = modules(checkout)
    graph: dict[str, set[str]] = {room_of(name): set() for name in known if name != "tracker"}
    for name, path in known.items():
        if name == "tracker":  # the face of the package names every room
            continue
        for each in imported_names(path):
            room = room_of(each)
            if room in graph and room != room_of(name):
                graph[room_of(name)].add(room)
    return graph


def circle(graph: Graph) -> list[str] | None:
    """Return one circle of imports, or None if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def floors(graph: Graph) -> dict[str, int]:
    """Return the floor of each room, from 1, lowest first."""
    numbers: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        numbers[room] = 1 + max((numbers[each] for each in graph[room]), default=0)
    return numbers


def main() -> None:
    checkout = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    graph = room_graph(checkout)
    loop = circle(graph)
    if loop:
        sys.exit(f"a circle: {' -> '.join(loop)}")
    by_floor: dict[int, list[str]] = {}
    for room, floor in floors(graph).items():
        by_floor.setdefault(floor, []).append(room.removeprefix("tracker."))
    for floor in sorted(by_floor, reverse=True):
        print(f"{floor:2}  {' '.join(sorted(by_floor[floor]))}")
    arrows = sum(map(len, graph.values()))
    print(f"{len(graph)} rooms, {len(by_floor)} floors, {arrows} arrows")


if __name__ == "__main__":
    main()
