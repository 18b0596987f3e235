"""Results of `session/*`."""

from __future__ import annotations

from typing import Any

from ctxbudget_protocol.results.base import Alert, Figures, Noticed, PruneOutcome, SessionResult
from ctxbudget_protocol.results.record import Record, described
from ctxbudget_protocol.words import Policy, SessionState


class OpenResult(SessionResult, Noticed):
    """Result of `session/open`."""

    created: bool
    state: SessionState
    config: dict[str, Any]
    budget: int = described("Tokens.")
    effective_policy: Policy = described("What `auto` comes to.")
    alerts: list[Alert] = described("Settings that change the budget or the thresholds may raise the level.")


class CloseResult(SessionResult, PruneOutcome):
    """Result of `session/close`."""

    state: SessionState
    closed_at: str
    status: Figures


class SessionInfo(Record):
    """One session of the workspace."""

    session_id: str
    state: SessionState
    created_at: str
    updated_at: str
    revision: int
    phase: int | None = described("The running phase.")
    status: Figures


class ListResult(Noticed):
    """Result of `session/list`."""

    workspace: str
    sessions: list[SessionInfo] = described("The oldest first.")
    total: int = described("Sessions that match, whatever `limit` and `after`.")
    next: str | None = described("Give it as `after` for the next page; null: this is the last.")


class DeleteResult(SessionResult):
    """Result of `session/delete`; the revision is the last that the session had."""

    deleted: bool


class RecalibrateResult(SessionResult):
    """Result of `session/recalibrate`."""

    factor: float = described("The calibration that all counted items stand at now.")
    items: int = described("Items whose figure changed.")
    before: int = described("Retained, tokens.")
    status: Figures
    alerts: list[Alert]
