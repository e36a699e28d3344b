"""Complete the documentation while MkDocs builds it, so that nothing in it is a copy.

Markers in the pages are replaced by what the code declares:

    <!-- settings: tracker.config.TrackerConfig -->     a table of its settings
    <!-- options: track -->                             a table of the options of a command
    <!-- api: tracker.formats -->                       the docstring of each of its public names

``PUBLISHED`` names the files elsewhere in the repository that become pages. Links between pages are
written as paths in the repository, which also work where the repository is browsed; here they are
turned into links of the site. Links to source files become plain text.
"""

import argparse
import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import tracker
from tracker.cli.options.parser import build_parser
from tracker.settings import settings_table

ROOT = Path(__file__).parents[1]
PAGES = "docs/pages/"

PUBLISHED = (
    "benchmarks/README.md",
    "csrc/README.md",
    "tests/robustness/README.md",
    "tracker/models/weights/README.md",
    "tracker/models/weights/lite_curves.png",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
)
COMMANDS = ("track", "benchmark", "train", "sample", "demo", "info")

_MARKER = re.compile(r"<!-- (settings|options|api): (\S+) -->")
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the published files to the pages."""
    for name in PUBLISHED:
        source = str(ROOT / name)
        files.append(File.generated(config, name, abs_src_path=source))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Replace the markers of a page and turn its links into links of the site."""
    uri = page.file.src_uri
    source = uri if uri in PUBLISHED else PAGES + uri

    def linked(match: re.Match[str]) -> str:
        image, text, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        path, anchor = split_anchor(target)
        home = site_path(resolve(source, path))
        if files.get_file_from_path(home) is None:
            if not (ROOT / resolve(source, path)).exists():
                return match[0]  # MkDocs reports it
            return text
        relative = os.path.relpath(home, PurePosixPath(uri).parent)
        return f"{image}[{text}]({relative}{anchor})"

    replaced = _MARKER.sub(lambda match: _GENERATORS[match[1]](match[2]), markdown)
    return _LINK.sub(linked, replaced)


def split_anchor(target: str) -> tuple[str, str]:
    """Split the target of a link into its path and its anchor with the ``#``, empty if none."""
    path, mark, anchor = target.partition("#")
    return path, mark + anchor


def resolve(source: str, path: str) -> str:
    """Return the path in the repository that a relative link in the file ``source`` names."""
    return os.path.normpath(PurePosixPath(source).parent / path)


def site_path(path: str) -> str:
    """Return where a file of the repository lies in the site; the README is not a part of it."""
    return path.removeprefix(PAGES) if path != "README.md" else "index.md"


def option_table(command: str) -> str:
    """Return the options of a command as Markdown tables, one for each group of its help."""
    parser = command_parser(command)
    tables = []
    for group in parser._action_groups:
        rows = [
            f"| {_spelling(action)} | {_escape(_help(parser, action))} |"
            for action in group._group_actions
            if not isinstance(action, argparse._HelpAction) and action.help != argparse.SUPPRESS
        ]
        if rows:
            title = "" if group.title in ("positional arguments", "options") else f"{group.title}"
            tables.append("\n".join([f"| {title} | |", "|---|---|", *rows]))
    return "\n\n".join(tables)


def command_parser(command: str) -> argparse.ArgumentParser:
    """Return the parser of one command."""
    parser = build_parser(dict.fromkeys(COMMANDS, lambda _: 0))
    (commands,) = (
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    )
    found: argparse.ArgumentParser = commands.choices[command]
    return found


def _spelling(action: argparse.Action) -> str:
    value = action.metavar or ("{" + ",".join(action.choices) + "}" if action.choices else "")
    if not action.option_strings:
        return f"`{value or action.dest}`"
    name = ", ".join(action.option_strings)
    if action.nargs == 0:
        return f"`{name}`"
    return f"`{name} {value or action.dest.upper()}`"


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    return (action.help or "") % {**vars(action), "prog": parser.prog}


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def api_pages(module_name: str) -> str:
    """Return mkdocstrings' instructions for a module and its public names."""
    module = import_module(module_name)
    blocks = [
        f"::: {module_name}\n    options:\n      members: false\n      heading_level: 2\n"
        f"      heading: {module_name}"
    ]
    for name, path in public_objects(module):
        if module_name != "tracker" and name in tracker.__all__:
            blocks.append(f"[`tracker.{name}`][{path}] is described above.")
            continue
        heading = f"heading: {module_name}.{name}\n      toc_label: {name}"
        blocks.append(f"::: {path}\n    options:\n      {heading}")
    return "\n\n".join(blocks)


def public_objects(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield each public name of a module, and the path at which it is defined.

    Submodules are left out.
    """
    for name in getattr(module, "__all__", list(vars(module))):
        value: Any = getattr(module, name)
        if name.startswith("_") or isinstance(value, ModuleType):
            continue
        home = getattr(value, "__module__", "")
        if not home.startswith("tracker"):  # a constant, or the alias of a type
            home = f"{module.__name__}.{vars(module).get('_HOME', {}).get(name, '')}".rstrip(".")
        yield name, f"{home}.{name}"


def _settings(name: str) -> str:
    module, _, config = name.rpartition(".")
    return settings_table(getattr(import_module(module), config))


_GENERATORS = {"settings": _settings, "options": option_table, "api": api_pages}
