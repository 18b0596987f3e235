"""`budget/alert`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    Alert,
)
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.records import Record
from ctxbudget_protocol.words import (
    Level,
)


class AlertNote(Record):
    """Params of `budget/alert`."""

    session_id: str
    revision: int
    level: Level
    alert: Alert


ALERT = Method(
    name="budget/alert",
    doc="The session's level has risen.",
    params=AlertNote,
    result=None,
    direction="serverToClient",
)
