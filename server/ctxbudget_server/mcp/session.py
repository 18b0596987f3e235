"""Which session a model's tools work on."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.limits import DEFAULT_SESSION

if TYPE_CHECKING:
    from ctxbudget_server.agents.model import SendRequest

VARIABLES = ("CTXBUDGET_SESSION", "CLAUDE_CODE_SESSION_ID")
"""Environment variables in which a host names its session; Claude Code sets the second for its child processes."""


def session_id(chosen: str | None, ask: SendRequest) -> str:
    """`chosen`, else the one named in the environment, else the one that changed last, itself or through a subagent.

    Looked up for each request, since a host may start its tools before its hooks open the session.
    """
    named = chosen or next((value for name in VARIABLES if (value := os.environ.get(name))), None)
    if named:
        return named
    sessions = all_sessions(ask)
    ids = {session["sessionId"] for session in sessions}
    newest = max(sessions, key=lambda session: session["updatedAt"], default=None)
    return parent_of(newest["sessionId"], ids) if newest else DEFAULT_SESSION


def all_sessions(ask: SendRequest) -> list[dict[str, Any]]:
    """All sessions of the workspace, oldest first, from all pages."""
    page = ask("session/list")
    sessions: list[dict[str, Any]] = page["sessions"]
    while page["next"] is not None:
        page = ask("session/list", after=page["next"])
        sessions += page["sessions"]
    return sessions


def parent_of(session: str, known: Collection[str]) -> str:
    """The parent session, if this is a subagent's (`SESSION:AGENT`); else the session itself."""
    above = session.rpartition(":")[0]
    return parent_of(above, known) if above in known else session


def subagents_of(session: str, ask: SendRequest) -> list[str]:
    """The sessions of a session's subagents. Item ids are unique across sessions."""
    ids = [one["sessionId"] for one in all_sessions(ask)]
    return [one for one in ids if one.startswith(f"{session}:")]
