"""`budget/didChange`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Literal

from ctxbudget_protocol.common import (
    Figures,
)
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.records import Record, described


class DidChange(Record):
    """Params of `budget/didChange`."""

    session_id: str
    revision: int
    state: Literal["open", "closed", "deleted"]
    phase: int | None
    status: Figures | None = described("null if the session was deleted.")


DID_CHANGE = Method(
    name="budget/didChange",
    doc="The session's account has changed; several changes may be combined. With an unchanged revision, a file of "
    "settings has changed its figures.",
    params=DidChange,
    result=None,
    direction="serverToClient",
)
