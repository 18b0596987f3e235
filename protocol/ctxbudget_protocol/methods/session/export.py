"""`session/export`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import (
    SessionParams,
    SessionResult,
)
from ctxbudget_protocol.fields import Title
from ctxbudget_protocol.method import FILE_ERRORS, SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, described


class ExportParams(SessionParams):
    """Params of `session/export`."""

    content: bool = described("Also the originals of all items that have some.", default=False)
    path: Title | None = described(
        "Write the lines to this file: absolute, a file: URI, or relative to the workspace. Absent: return them.",
        default=None,
    )
    overwrite: bool = described("With `path`: replace a file that exists.", default=False)
    cursor: Annotated[str, Constraint(max_length=300)] | None = described(
        "Continue after an earlier page, with its `next`.", default=None
    )
    limit: Annotated[int, Constraint(ge=1, le=10_000)] = described("Maximum number of lines returned.", default=1_000)


class ExportResult(SessionResult):
    """Result of `session/export`."""

    path: str | None = described("The file that was written; null: the lines are here.")
    lines: list[str] | None = described("JSON Lines, in order and without line breaks; null with `path`.")
    next: str | None = described("Pass it as `cursor` for the next page; null: this is the last page.")
    count: int = described("Lines of all pages so far, or of the file.")
    head: str | None = described("The hash of the log's last entry, as in `session/receipt`.")


EXPORT = Method(
    name="session/export",
    doc="A session as lines of JSON: log, account, items and, if wanted, content. Anyone can verify them.",
    params=ExportParams,
    result=ExportResult,
    errors=(*SESSION_ERRORS, *FILE_ERRORS, "conflict", "contentDamaged"),
    example=Example(
        params={"sessionId": "run-1", "path": "run-1.jsonl"},
        result={
            "sessionId": "run-1",
            "revision": 22,
            "path": "/home/ada/project/run-1.jsonl",
            "lines": None,
            "next": None,
            "count": 32,
            "head": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
        },
    ),
)
