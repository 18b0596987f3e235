"""`context/search`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import SessionParams, SessionResult
from ctxbudget_protocol.fields import (
    Label,
    PhaseNumber,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, Record, described
from ctxbudget_protocol.words import (
    Kind,
    State,
)


class SearchParams(SessionParams):
    """Params of `context/search`."""

    query: Annotated[Label, Meaning("Words, or a literal string.")]
    kind: Kind | None = None
    phase: PhaseNumber | None = None
    limit: Annotated[int, Constraint(ge=1, le=1000)] = described("Maximum number of lines returned.", default=20)


class FoundLine(Record):
    """A line of an item's original found by a search; `context/get` by lines returns its surroundings."""

    item_id: str
    title: str | None
    kind: Kind
    state: State
    line: int = described("1-based.")
    text: str = described("The line; if it has more than 500 characters, the part around the match, between `…`.")


class SearchResult(SessionResult):
    """Result of `context/search`: lines with the literal query come first, then by BM25 over all lines.

    Identical lines are returned once, from the newest item.
    """

    matches: list[FoundLine]
    searched: int = described("Number of items whose content was searched; equal content counts once.")
    complete: bool = described(
        "False if there was more content than one search reads; the newest items are searched first."
    )


SEARCH = Method(
    name="context/search",
    doc="Search all originals, including pruned ones, for lines that match a query. Changes nothing.",
    params=SearchParams,
    result=SearchResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1", "query": "grace period"},
        result={
            "sessionId": "run-1",
            "revision": 10,
            "matches": [
                {
                    "itemId": "i482915036000003",
                    "title": "report.md",
                    "kind": "report",
                    "state": "retained",
                    "line": 77,
                    "text": "The grace period was measured, not guessed.",
                },
                {
                    "itemId": "i482915036000003",
                    "title": "report.md",
                    "kind": "report",
                    "state": "retained",
                    "line": 32,
                    "text": "1. Rotate on every use, and keep a grace period of 10 seconds for lost answers.",
                },
            ],
            "searched": 2,
            "complete": True,
        },
    ),
)
