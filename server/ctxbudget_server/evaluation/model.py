"""What an evaluation works on and what it finds."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["report", "document", "diff", "transcript"]
"""What a file is: a report, or what may come after one. A `document` is a plan, a list of tasks or a summary."""

Why: TypeAlias = Literal["names it", "same name", "same number", "same folder"]
"""What makes a file one that came after a report."""


class Document(NamedTuple):
    """A text file, by its path in the folder, with `/`."""

    path: str
    text: str

    @property
    def name(self) -> str:
        """Its file name."""
        return self.path.rsplit("/", 1)[-1]


class LeftOut(NamedTuple):
    """A file that takes no part, and why."""

    path: str
    reason: str


class After(NamedTuple):
    """A file that came after a report."""

    document: Document
    kind: Kind
    why: Why


class Pair(NamedTuple):
    """A report and what came after it."""

    report: Document
    after: tuple[After, ...]
