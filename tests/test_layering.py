"""Who may import whom, and that importing the package costs nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure import circle, floors, imported_names, module_graph, room_graph

CHECKOUT = Path(__file__).parents[1]
PACKAGE = CHECKOUT / "tracker"
DEMO = CHECKOUT / "demo"

# Each part may import those of its own layer and of the layers before it in this list, but nothing
# may import itself around a circle.
LAYERS = [
    {
        "boxes",
        "config",
        "crops",
        "devices",
        "errors",
        "frames",
        "lazy",
        "output_file",
        "plotting",
        "result",
        "settings",
        "threads",
    },
    {"ops", "video", "formats"},
    {"models", "datasets"},
    {"tracking", "synthetic"},
    {"similarity", "evaluation"},
    {"training", "integrations"},
    {"cli", "__main__"},
]
# A package that is imported in one place only.
HOMES = {
    "av": ("video",),
    "numba": ("ops",),
    "safetensors": ("models",),
    "gradio": (),
    "matplotlib": ("plotting",),
}
FILES = sorted(PACKAGE.rglob("*.py"))


def part(path):
    """The first name below the package: "video" for tracker/video/draw.py."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def layer(name):
    return next((index for index, names in enumerate(LAYERS) if name in names), None)


def relative(path):
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_imports_go_one_way(path):
    if part(path) == "__init__":
        return
    own = layer(part(path))
    assert own is not None, f"{part(path)} has no layer"
    for name in imported_names(path):
        if name.startswith("tracker."):
            other = layer(name.split(".")[1])
            if other is not None:
                assert other <= own, f"{relative(path)} imports {name}"


def test_no_room_imports_itself_around_a_circle():
    assert circle(room_graph(CHECKOUT)) is None


def test_no_module_imports_itself_around_a_circle():
    assert circle(module_graph(CHECKOUT)) is None


def test_circles_and_floors_are_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) is not None
    assert floors({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"c": 1, "b": 2, "a": 3}


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_every_module_has_its_tests_beside_it(path):
    """``tracker/video/draw.py`` has ``tests/video/test_draw.py``."""
    if path.name in ("__init__.py", "__main__.py"):
        return
    namesake = CHECKOUT / "tests" / path.relative_to(PACKAGE).with_name(f"test_{path.name}")
    assert namesake.is_file(), f"expected tests of {relative(path)} in {namesake}"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_special_packages_stay_in_their_place(path):
    for name in imported_names(path):
        top = name.split(".")[0]
        assert top not in ("benchmarks", "demo", "tracker_demo", "tests"), (
            f"{relative(path)} imports {name}"
        )
        if top in HOMES:
            assert part(path) in HOMES[top], f"{relative(path)} imports {name}"
        if name.startswith("tracker._C"):
            assert part(path) == "ops", f"{relative(path)} imports {name}"


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.py")), ids=lambda path: path.name)
def test_only_the_page_of_the_demo_imports_gradio(path):
    tops = {name.split(".")[0] for name in imported_names(path)}
    assert "gradio" not in tops or path.name == "app.py"
    assert not tops & {"demo", "tests", "benchmarks"}


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, tracker\n"
        "heavy = {'torch', 'numpy', 'numba', 'gradio', 'matplotlib', 'cv2', 'av', 'tracker._C'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
