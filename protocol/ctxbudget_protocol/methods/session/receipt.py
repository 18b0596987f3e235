"""`session/receipt`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    SessionParams,
    SessionResult,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import described


class ReceiptParams(SessionParams):
    """Params of `session/receipt`."""


class ReceiptResult(SessionResult):
    """Result of `session/receipt`."""

    hash: str | None = described(
        "SHA-256 of the log's last entry, which names that of the entry before, and so on. null: an older version made "
        "all entries, and there have been no changes since."
    )


RECEIPT = Method(
    name="session/receipt",
    doc="The hash of the log's last entry. Whoever keeps it can tell later whether anything before it was changed.",
    params=ReceiptParams,
    result=ReceiptResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 22,
            "hash": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
        },
    ),
)
