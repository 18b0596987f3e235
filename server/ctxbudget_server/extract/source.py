"""A text as the extraction sees it: parsed, with its kind, its medium and its size."""

from __future__ import annotations

from dataclasses import dataclass

from ctxbudget_server.extract.rows.model import Table
from ctxbudget_server.extract.search.identifiers import NamedText
from ctxbudget_server.markdown.document import Document

_UNTOLD_KINDS = ("test-output", "log", "tool-output")


@dataclass(frozen=True, slots=True)
class Source:
    """What everything else is derived from; `tokens` is the size of the whole text."""

    document: Document
    kind: str
    medium: str  # json, log, listing, rows, code or prose
    tokens: int
    named: NamedText
    table: Table | None = None
    """The rows of a tool's output."""

    @property
    def is_prose(self) -> bool:
        """Whether the text consists of headings, sentences and lists."""
        return self.medium == "prose"

    @property
    def is_told(self) -> bool:
        """Whether the text has an author: it is prose, and not the output of a tool."""
        return self.is_prose and self.kind not in _UNTOLD_KINDS

    @property
    def is_report(self) -> bool:
        """Whether the text may state findings and advice; a plan has its own fields for that."""
        return self.is_told and self.kind != "plan"
