"""`session/delete`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    MutatingParams,
    SessionResult,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method


class DeleteParams(MutatingParams):
    """Params of `session/delete`."""


class DeleteResult(SessionResult):
    """Result of `session/delete`; the revision is the session's last."""

    deleted: bool


DELETE = Method(
    name="session/delete",
    doc="Delete a session for good, including its originals.",
    params=DeleteParams,
    result=DeleteResult,
    errors=(*SESSION_ERRORS, "conflict", "requestKeyReused"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1"},
        result={"sessionId": "run-1", "revision": 22, "deleted": True},
    ),
)
