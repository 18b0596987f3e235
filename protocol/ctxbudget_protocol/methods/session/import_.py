"""`session/import`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import (
    Figures,
    SessionResult,
)
from ctxbudget_protocol.fields import RequestKey, Text, Title
from ctxbudget_protocol.method import FILE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import SessionState


class ImportParams(Record, exactly_one=("path", "lines")):
    """Params of `session/import`: exactly one of path and lines."""

    path: Title | None = described("A file that was exported.", default=None)
    lines: Annotated[list[Text], Constraint(min_length=1)] | None = described(
        "All lines of an export, without line breaks.", default=None
    )
    request_key: RequestKey | None = described("The same key returns the first result.", default=None)


class ImportResult(SessionResult):
    """Result of `session/import`."""

    state: SessionState
    items: int
    contents: int = described("Originals that came with the export.")
    without_content: int = described(
        "Items whose content did not come with the export. If there are any, a change that says so is added to the log."
    )
    head: str | None = described("The hash of the export's last entry, as in `session/receipt`.")
    status: Figures


IMPORT = Method(
    name="session/import",
    doc="Take in an exported session under its own id, after verifying every line.",
    params=ImportParams,
    result=ImportResult,
    errors=(*FILE_ERRORS, "sessionExists", "invalidExport", "requestKeyReused"),
    mutates=True,
    example=Example(
        params={"path": "run-1.jsonl"},
        result={
            "sessionId": "run-1",
            "revision": 22,
            "state": "archived",
            "items": 7,
            "contents": 0,
            "withoutContent": 0,
            "head": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 413,
                "peak": 967,
                "processed": 1112,
                "saved": 699,
                "leased": 0,
                "available": 7087,
                "ofWindow": 0.01652,
                "ofBudget": 0.055067,
                "level": "ok",
            },
        },
    ),
)
