"""The files of a folder that are worth counting."""

from __future__ import annotations

import os
from collections.abc import Iterator
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
