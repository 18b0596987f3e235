"""The files of a folder that are worth counting, and their figures as a sorted tree."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

SKIPPED = {".git", ".hg", ".svn"}
"""Folders of version control, which no ignore file names."""


def files_below(folder: Path) -> Iterator[Path]:
    """All files below a folder that its .gitignore files (and those of its subfolders) do not ignore, in order of name.

    Links are not followed.
    """
    yield from _walk(folder, [])


def _walk(folder: Path, rules: list[tuple[Path, GitIgnoreSpec]]) -> Iterator[Path]:
    ignore = folder / ".gitignore"
    if ignore.is_file():
        lines = ignore.read_text("utf-8", "replace").splitlines()
        rules = [*rules, (folder, GitIgnoreSpec.from_lines(lines))]
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = Path(entry.path)
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name in SKIPPED or _ignored(path, is_folder, rules):
                continue
            if is_folder:
                yield from _walk(path, rules)
            elif entry.is_file(follow_symlinks=False):
                yield path


def _ignored(path: Path, is_folder: bool, rules: list[tuple[Path, GitIgnoreSpec]]) -> bool:
    """The innermost .gitignore that says anything about the path decides."""
    for base, spec in reversed(rules):
        relative = path.relative_to(base).as_posix() + ("/" if is_folder else "")
        decided = spec.check_file(relative).include
        if decided is not None:
            return decided
    return False


@dataclass(slots=True)
class Node:
    """A folder or file of the tree, with all tokens below it."""

    tokens: int = 0
    children: dict[str, Node] = field(default_factory=dict)


def tree_lines(root: str, figures: Mapping[Path, int]) -> Iterator[tuple[int, str]]:
    """(tokens, indented name) of a folder and all below it: in each folder the largest first, ties by name.

    The paths of `figures` are relative to the folder.
    """
    top = Node()
    for path, tokens in figures.items():
        node = top
        node.tokens += tokens
        for part in path.parts:
            node = node.children.setdefault(part, Node())
            node.tokens += tokens
    yield top.tokens, f"{root}/"
    yield from _lines(top, 1)


def _lines(node: Node, depth: int) -> Iterator[tuple[int, str]]:
    for name, child in sorted(node.children.items(), key=lambda entry: (-entry[1].tokens, entry[0])):
        yield child.tokens, "  " * depth + name + ("/" if child.children else "")
        yield from _lines(child, depth + 1)
