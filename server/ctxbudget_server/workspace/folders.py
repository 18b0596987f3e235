"""Finds the files of a folder that are worth counting."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ctxbudget_server.workspace.patterns import Patterns

SKIPPED = {".git", ".hg", ".svn"}
"""Folders of version control systems, which ignore files do not list."""

IGNORE_FILE = ".gitignore"
MAX_IGNORE_BYTES = 1_000_000

Warn = Callable[[str], None]
"""Called with a message about each pattern left out: file, line and reason."""


class _Rules(NamedTuple):
    """The patterns of one .gitignore, and the folder that they are relative to, with a trailing slash."""

    base: str
    patterns: Patterns


def files_below(folder: Path, warn: Warn) -> Iterator[Path]:
    """All files below a folder that are not ignored by its .gitignore files (or those of subfolders), sorted by name.

    Links are not followed. An unreadable subfolder or .gitignore is left out.
    """
    pending: list[tuple[str, bool, tuple[_Rules, ...]]] = [(str(folder), True, ())]
    while pending:
        path, is_folder, rules = pending.pop()
        if not is_folder:
            yield Path(path)
            continue
        try:
            with os.scandir(path) as entries:
                found = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as fault:
            warn(f"{path}: {fault.strerror}; the folder is left out")
            continue
        rules = (*rules, *_own_rules(path, [each.patterns for each in rules], warn))
        for entry in found:
            if _is_worth(entry, rules):
                pending.append((entry.path, entry.is_dir(follow_symlinks=False), rules))


def _is_worth(entry: os.DirEntry[str], rules: tuple[_Rules, ...]) -> bool:
    is_folder = entry.is_dir(follow_symlinks=False)
    if entry.name in SKIPPED or not (is_folder or entry.is_file(follow_symlinks=False)):
        return False
    return not _is_ignored(entry.path, is_folder, rules)


def _own_rules(folder: str, above: list[Patterns], warn: Warn) -> Iterator[_Rules]:
    """The rules of the folder's own .gitignore, if it has one; like git, it ignores a link."""
    path = Path(folder, IGNORE_FILE)
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            return
        if found.st_size > MAX_IGNORE_BYTES:
            warn(f"{path}: {found.st_size:,} bytes are over the limit of {MAX_IGNORE_BYTES:,}; the file is left out")
            return
        text = path.read_text("utf-8-sig", "replace")
    except FileNotFoundError:
        return
    except OSError as fault:
        warn(f"{path}: {fault.strerror}; the file is left out")
        return
    patterns = Patterns(text.split("\n"), above)
    for line, reason in patterns.left_out:
        warn(f"{path}:{line}: {reason}; left out")
    yield _Rules(str(Path(folder, "_"))[:-1], patterns)


def _is_ignored(path: str, is_folder: bool, rules: tuple[_Rules, ...]) -> bool:
    """Whether the path is ignored: the innermost .gitignore that matches it decides."""
    for base, patterns in reversed(rules):
        decided = patterns.decide(path[len(base) :].replace(os.sep, "/"), folder=is_folder)
        if decided is not None:
            return decided
    return False
