"""What the documentation says: links, commands, code, pictures, and what is generated for it."""

import ast
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
from PIL import Image

import tracker
from tracker.boxes import overlap
from tracker.cli.options.parser import build_parser, join_negative_numbers
from tracker.synthetic.sample import SampleClip, write_sample

ROOT = Path(__file__).parents[1]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs" / "pages").glob("*.md"))]
LINKED = [
    *GUIDES,
    *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *(ROOT / folder / "README.md" for folder in ("benchmarks", "csrc", "tests/robustness")),
    ROOT / "tracker" / "models" / "weights" / "README.md",
]
COMMANDS = ("track", "benchmark", "train", "sample", "demo", "info")

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
API = ROOT / "docs" / "pages" / "api.md"


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def prose(text):
    """The text without blocks of code."""
    return re.sub(r"^ {4}.*$", "", FENCED.sub("", text), flags=re.MULTILINE)


def links(text):
    return re.findall(r"\]\(([^)\s]+)\)", prose(text))


def anchors(path):
    """The names of a page's headings, as GitHub and the site form them, and of its API entries."""
    text = path.read_text()
    headings = re.findall(r"^#+ +(.+?) *$", prose(text), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    return {*plain, *re.findall(r"<!-- api: (\S+) -->", text)}


def shell_lines(text):
    """The lines of blocks of code that run ``tracker``, without comments; continued ones joined."""
    blocks = [body for language, body in FENCED.findall(text) if language != "python"]
    blocks += re.findall(r"^ {4}(.*)$", re.sub(r"\\\n\s*", "", FENCED.sub("", text)), re.MULTILINE)
    for line in "\n".join(blocks).splitlines():
        for command in line.split("&&"):
            words = shlex.split(command, comments=True)
            if words[:1] == ["tracker"]:
                yield words[1:]


def python_blocks(path):
    return [body for language, body in FENCED.findall(path.read_text()) if language == "python"]


COMMAND_LINES = [
    pytest.param(words, id=f"{name_of(path)}: {shlex.join(words)}")
    for path in GUIDES
    for words in shell_lines(path.read_text())
]
PYTHON_BLOCKS = [
    pytest.param(block, id=f"{name_of(path)}-{number}")
    for path in GUIDES
    for number, block in enumerate(python_blocks(path), 1)
]


def test_links_anchors_and_commands_are_found():
    text = (
        "# The *Title*: `a_b`\n[one](x.md#y) and\n\n    # comment\n    pip x && tracker a \\\n"
        "        --b 1  # c\n    torchrun tracker\n\n```python\ntracker c\n```\n![two](z.png)\n"
    )
    assert links(text) == ["x.md#y", "z.png"]
    assert list(shell_lines(text)) == [["a", "--b", "1"]]


@pytest.mark.parametrize("path", LINKED, ids=name_of)
def test_relative_links_point_to_files_and_headings(path):
    for link in links(path.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("path", LINKED, ids=name_of)
def test_named_files_and_scripts_exist(path):
    text = path.read_text()
    named = re.findall(r"`((?:tracker|csrc|benchmarks|demo|tests|docs)/[\w./]*)`", prose(text))
    named += re.findall(r"python (benchmarks/\S+\.py)", text)
    for package, modules in re.findall(r"-m (benchmarks[\w.]*)\.(\w+|\{[\w,]+\})", text):
        folder = package.replace(".", "/")
        named += [f"{folder}/{module}.py" for module in modules.strip("{}").split(",")]
    assert [name for name in named if not (ROOT / name).exists() and "/a/" not in name] == []


def test_there_are_commands_and_code_to_check():
    assert {param.values[0][0] for param in COMMAND_LINES} == set(COMMANDS)
    assert len(PYTHON_BLOCKS) > 5


@pytest.mark.parametrize("words", COMMAND_LINES)
def test_commands_parse(words):
    parser = build_parser(dict.fromkeys(COMMANDS, lambda _: 0))
    parser.parse_args(join_negative_numbers(words))


def test_named_options_exist():
    known = set()
    for action in build_parser(dict.fromkeys(COMMANDS, lambda _: 0))._actions:
        for parser in (getattr(action, "choices", None) or {}).values():
            known |= {name for each in parser._actions for name in each.option_strings}
    for path in GUIDES:
        named = set(re.findall(r"`(--?[a-z][a-z-]*)", prose(path.read_text())))
        assert named <= known, path


@pytest.mark.parametrize("block", PYTHON_BLOCKS)
def test_python_code_uses_names_that_exist(block):
    tree = ast.parse(block)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                assert hasattr(import_module(node.module), alias.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.value.id != "tracker" or hasattr(tracker, node.attr)


def test_the_python_code_of_the_readme_follows_the_car(tmp_path, monkeypatch, capsys):
    frames = 6
    clip = SampleClip(frames=frames)
    write_sample(tmp_path / "build" / "sample", clip=clip)
    (block,) = python_blocks(ROOT / "README.md")
    monkeypatch.chdir(tmp_path)
    scope = {}
    exec(compile(block, "README.md", "exec"), scope)
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == [str(index) for index in range(frames)]
    assert all(row.endswith(" tracking") for row in rows)
    assert overlap(scope["result"].box, clip.truth(frames - 1)) > 0.7


def test_the_picture_of_the_readme_moves_and_is_small():
    (name,) = re.findall(r"!\[.*\]\((.*\.webp)\)", (ROOT / "README.md").read_text())
    assert (ROOT / name).stat().st_size < 2_000_000
    with Image.open(ROOT / name) as picture:
        assert picture.n_frames > 20


def test_a_moving_picture_has_the_chosen_frames(patch_video, tmp_path):
    from docs.moving_picture import read_pictures, write_moving_picture

    pictures = read_pictures(patch_video, start=0.08, end=0.4, stride=2)  # frames 2, 4, 6, 8
    assert len(pictures) == 4
    write_moving_picture(pictures, tmp_path / "x.webp", width=120, fps=10, quality=50)
    with Image.open(tmp_path / "x.webp") as moving:
        assert (moving.n_frames, moving.size) == (4, (120, 90))
        moving.seek(1)
        moving.load()
        assert moving.info["duration"] == 100


@pytest.fixture
def hooks():
    pytest.importorskip("mkdocs", reason="MkDocs is not installed")
    from docs import hooks

    return hooks


def test_the_option_table_has_every_option_with_its_help(hooks):
    table = hooks.option_table("demo")
    assert "| `--host ADDRESS` | address to serve on (default 127.0.0.1) |" in table
    for command in COMMANDS:
        for action in hooks.command_parser(command)._actions:
            for name in action.option_strings:
                assert name in ("-h", "--help") or name in hooks.option_table(command)


@pytest.mark.parametrize(
    ("source", "link", "path"),
    [
        ("docs/pages/a.md", "b.md", "docs/pages/b.md"),
        ("docs/pages/a.md", "../../benchmarks/README.md", "benchmarks/README.md"),
        ("benchmarks/README.md", "../docs/pages/pictures/x.png", "docs/pages/pictures/x.png"),
    ],
)
def test_links_are_paths_in_the_repository(hooks, source, link, path):
    assert hooks.resolve(source, link) == path


def test_pages_and_published_files_have_their_place_in_the_site(hooks):
    assert hooks.site_path("docs/pages/shell.md") == "shell.md"
    assert hooks.site_path("benchmarks/README.md") == "benchmarks/README.md"
    assert hooks.site_path("README.md") == "index.md"


def test_the_api_page_has_every_public_name_where_it_is_defined(hooks):
    modules = re.findall(r"<!-- api: (\S+) -->", API.read_text())
    packages = {f"tracker.{name}" for name in tracker.__all__ if name in tracker._SUBPACKAGES}
    # the names of `tracker.tracking` are those of `tracker`
    assert packages - set(modules) == {"tracker.tracking"}
    for name in modules:
        found = dict(hooks.public_objects(import_module(name)))
        assert found
        for public, path in found.items():
            home, _, attribute = path.rpartition(".")
            assert getattr(import_module(home), attribute) is not None, public
