"""`context/get`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import SessionParams, SessionResult
from ctxbudget_protocol.fields import (
    ItemId,
    Label,
    LineNumber,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import (
    Provenance,
)


class Lines(Record):
    """A range of lines, including both ends."""

    start: LineNumber
    end: LineNumber


class GetParams(SessionParams):
    """Params of `context/get`: nothing for the whole original, or one of section, lines and search."""

    item_id: ItemId
    section: Label | None = described("A heading, or a path of headings joined by ` > `.", default=None)
    lines: Lines | None = None
    search: Label | None = None
    limit: Annotated[int, Constraint(ge=1, le=1000)] = described("Maximum number of matches of a search.", default=20)


class Match(Record):
    """A line found by a search; `context/get` by lines returns its surroundings."""

    line: int = described("1-based.")
    text: str


class GetResult(SessionResult):
    """Result of `context/get`."""

    item_id: str
    content: str | None = described("The requested content, as text; null for a search.")
    start_line: int | None
    end_line: int | None
    tokens: int = described("Tokens of what is returned: the raw count in the item's vocabulary.")
    provenance: Provenance
    bytes: int
    hash: str = described("sha256 of the whole original.")
    matches: list[Match]


GET = Method(
    name="context/get",
    doc="Get an item's original: whole, by section, by lines or by search. Changes nothing.",
    params=GetParams,
    result=GetResult,
    errors=(*SESSION_ERRORS, "unknownItem", "noContent", "contentDropped", "contentDamaged", "unknownSection"),
    example=Example(
        params={"sessionId": "run-1", "itemId": "i482915036000003", "section": "Recommendations"},
        result={
            "sessionId": "run-1",
            "revision": 10,
            "itemId": "i482915036000003",
            "content": "## Recommendations\n"
            "\n"
            "1. Rotate on every use, and keep a grace period of 10 seconds for lost answers.\n"
            "2. Run chrony on the edge nodes before the expiry goes below five minutes.\n"
            "3. Alert on more than three revoked families in an hour.\n"
            "\n",
            "startLine": 30,
            "endLine": 35,
            "tokens": 53,
            "provenance": "exact",
            "bytes": 233,
            "hash": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
            "matches": [],
        },
    ),
)
