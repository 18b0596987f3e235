"""What one source of settings says, in a form that can be compared and shared between threads."""

from __future__ import annotations

from collections.abc import Mapping
from stat import S_ISREG
from typing import Any

from ctxbudget_protocol.values import NamedTuple


class Problem(NamedTuple):
    """A part of a file that is not used, and why."""

    file: str
    message: str
    line: int | None = None
    setting: str | None = None

    @property
    def place(self) -> str:
        """`FILE:LINE`, or the file alone."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


class FileStamp(NamedTuple):
    """Distinguishes one state of a path from another; `kind` 0: there is nothing; -1: nothing that can be looked at."""

    kind: int = 0
    modified_ns: int = 0
    size: int = 0
    inode: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it is an empty file, such as one that only marks a workspace: there is nothing to read."""
        return self.kind > 0 and self.size == 0 and S_ISREG(self.kind)


class Source(NamedTuple):
    """The valid settings of one file, where each is, and what is wrong with the rest."""

    path: str
    values: Mapping[str, Any]
    lines: Mapping[tuple[str, ...], int]
    problems: tuple[Problem, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether it has settings, or faults that someone should see."""
        return bool(self.values or self.problems)


class FileSettings(NamedTuple):
    """The settings of the user's and the project's file at one moment; None: there is no such file."""

    user: Source | None = None
    project: Source | None = None
    stamps: tuple[tuple[str, FileStamp], ...] = ()
    """The state of each path that was looked at: the same stamps mean the same settings."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong in the files."""
        return tuple(problem for source in (self.user, self.project) if source for problem in source.problems)


NO_FILES = FileSettings()
