"""What an installation is about to do to files: shown first, then done."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ctxbudget_server.install import files, record
from ctxbudget_server.install.files import Content
from ctxbudget_server.install.record import Record

CONTEXT_LINES = 2
MAX_SHOWN_LINES = 60
"""Of a diff: a file that is all ours is longer than anybody reads."""


class Step(Protocol):
    """One thing to be done for a host."""

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""

    def check(self) -> None:
        """Raise `InstallError` if it cannot be done."""

    def diff(self) -> Iterator[str]:
        """What is to be done, for people."""

    def apply(self) -> None:
        """Do it. Raises `InstallError`."""


@dataclass(slots=True)
class Change:
    """One file: what it is to become. Nothing is done where `after` is the text that is there."""

    content: Content
    after: str | None
    """None: the file is deleted."""
    record: Record | None = None
    """What is kept about it from now on; None: nothing."""
    remove_folders: list[str] = field(default_factory=list)
    """Folders that go with the file if they are empty, the outermost first."""
    in_short: str | None = None
    """What is shown in place of the difference, for a file that is all ours."""

    @property
    def changes(self) -> bool:
        """Whether anything is to be done to the file."""
        return self.after != self.content.text

    def check(self) -> None:
        """Raise `InstallError` if the file must not be changed."""
        if self.changes:
            files.check_writable(self.content)

    def diff(self) -> Iterator[str]:
        """The change as a unified diff, or its beginning."""
        if self.in_short is not None:
            yield f"+++ {self.in_short}"
            return
        name = str(self.content.name)
        before, after = (text.splitlines() if text is not None else [] for text in (self.content.text, self.after))
        was = name if self.content.text is not None else "/dev/null"
        becomes = name if self.after is not None else "/dev/null"
        lines = list(difflib.unified_diff(before, after, was, becomes, n=CONTEXT_LINES, lineterm=""))
        yield from lines[:MAX_SHOWN_LINES]
        if len(lines) > MAX_SHOWN_LINES:
            yield f"… {len(lines) - MAX_SHOWN_LINES:,} more lines"

    def apply(self) -> None:
        """Do it. The record comes first: one without its change does no harm. Raises `InstallError`."""
        target = self.content.target
        if self.record is not None:
            record.save(target, self.record)
        if self.after is None:
            if self.content.text is not None:
                files.delete(self.content)
        elif self.changes:
            files.write(self.content, self.after)
        if self.record is None:
            record.forget(target)
        for folder in reversed(self.remove_folders):
            with suppress(OSError):
                Path(folder).rmdir()


@dataclass(slots=True)
class Plan:
    """All steps for a host, what they amount to, and what the user should know."""

    steps: list[Step] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    """A line for each file and each step of the host's own, said when they are done."""
    notes: list[str] = field(default_factory=list)

    def __add__(self, other: Plan) -> Plan:
        """Both, one after the other."""
        return Plan(self.steps + other.steps, self.done + other.done, self.notes + other.notes)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not any(step.changes for step in self.steps)

    def check(self) -> None:
        """Raise `InstallError` if a step cannot be taken."""
        for step in self.steps:
            step.check()

    def apply(self) -> None:
        """Take all steps, in their order. Raises `InstallError`."""
        self.check()
        for step in self.steps:
            step.apply()
