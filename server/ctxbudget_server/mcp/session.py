"""Which session a model's tools work on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from ctxbudget_protocol.limits import DEFAULT_SESSION, SESSION_VARIABLE
from ctxbudget_server.agents.session_choice import Choice, session_named, session_to_show

if TYPE_CHECKING:
    from ctxbudget_server.agents.model import SendRequest

Arguments: TypeAlias = "Mapping[str, Any]"
"""What a model gives a tool."""

VARIABLES = (SESSION_VARIABLE, "CLAUDE_CODE_SESSION_ID")
"""Environment variables in which a host names its session; Claude Code sets the second for its child processes."""


def chosen_session(option: str | None, ask: SendRequest) -> Choice:
    """The session that `option` or the environment names, else the one that changed last; the default if none has.

    Looked up for each request, since a host may start its tools before its hooks open the session.
    """
    found = session_to_show(session_named(option, VARIABLES), ask)
    return found or Choice(DEFAULT_SESSION, "named")


def subagents_of(session: str, ask: SendRequest) -> list[str]:
    """The sessions of a session's subagents. Item ids are unique across sessions."""
    ids = [one["sessionId"] for one in _all_sessions(ask)]
    return [one for one in ids if one.startswith(f"{session}:")]


def _all_sessions(ask: SendRequest) -> list[dict[str, Any]]:
    page = ask("session/list")
    sessions: list[dict[str, Any]] = page["sessions"]
    while page["next"] is not None:
        page = ask("session/list", after=page["next"])
        sessions += page["sessions"]
    return sessions
