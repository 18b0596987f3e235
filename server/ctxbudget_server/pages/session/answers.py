"""What the page of a session is made of: the answers of five methods, as of one revision."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import SendRequest

Json = dict[str, Any]

TRIES: Final = 3
"""How often the log is read again because the session changed between two of its pages."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of the protocol about one session. `log` and `timeline` end at the report's revision."""

    report: Json
    timeline: list[Json]
    unrecorded: int
    log: list[Json]
    diagnosis: Json
    breakdown: Json


def answers(ask: SendRequest, session_id: str) -> Answers:
    """Ask. Raises `ProtocolError`, for example if there is no such session."""
    report = ask("budget/report", sessionId=session_id)
    revision = report["revision"]
    timeline, unrecorded = _timeline(ask, session_id, revision)
    return Answers(
        report=report,
        timeline=timeline,
        unrecorded=unrecorded,
        log=_log(ask, session_id, revision),
        diagnosis=ask("budget/diagnose", sessionId=session_id),
        breakdown=ask("budget/breakdown", sessionId=session_id, largest=0),
    )


def _timeline(ask: SendRequest, session_id: str, revision: int) -> tuple[list[Json], int]:
    page = ask("budget/timeline", sessionId=session_id)
    entries, unrecorded = page["entries"], page["unrecorded"]
    while page["next"] is not None:
        page = ask("budget/timeline", sessionId=session_id, since=page["next"])
        entries += page["entries"]
    return [entry for entry in entries if entry["revision"] <= revision], unrecorded


def _log(ask: SendRequest, session_id: str, revision: int) -> list[Json]:
    """The changes up to a revision, as `session/export` has them; of a session in which nothing has happened, none."""
    if not revision:
        return []
    for left in reversed(range(TRIES)):
        try:
            changes = (line for line in _lines(ask, session_id) if line["line"] in ("change", "olderChange"))
            return [change for change in changes if change["revision"] <= revision]
        except ProtocolError as error:
            if error.name != "conflict" or not left:
                raise
    raise AssertionError("the last try returns or raises")


def _lines(ask: SendRequest, session_id: str) -> Iterator[Json]:
    page = ask("session/export", sessionId=session_id)
    yield from map(json.loads, page["lines"])
    while page["next"] is not None:
        page = ask("session/export", sessionId=session_id, cursor=page["next"])
        yield from map(json.loads, page["lines"])
