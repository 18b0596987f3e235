"""`session/history`: what the runs of the workspace came to."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ctxbudget_protocol.errors import Location, ProtocolError, invalid
from ctxbudget_protocol.limits import ARCHIVE_SESSION
from ctxbudget_protocol.methods.session.history import HistoryResult
from ctxbudget_server.account.request import Request, timestamp
from ctxbudget_server.account.runs import run_of
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Session

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.history import HistoryParams

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]{8,15}([Zz]|[+-][0-9]{2}:[0-9]{2}))?")
"""A date, or a time as in RFC 3339; that its figures exist is left to `datetime`."""


def history(request: Request, params: HistoryParams) -> HistoryResult:
    """One page of the workspace's runs, the latest begun first; or the sessions that are named, in their order.

    Raises `unknownSession`, and `invalidParams` for filters beside names or a time that is none.
    """
    with request.read() as reader:
        if params.sessions is not None:
            _refuse_filters(request)
            page = [_known(reader, name, ["sessions", i]) for i, name in enumerate(params.sessions)]
            total, following = len(page), None
        else:
            found = _matching(request, reader, params)
            start = 0
            if params.after is not None:
                place = _place(_known(reader, params.after, ["after"]))
                start = sum(_place(one) >= place for one in found)
            page, total = found[start : start + params.limit], len(found)
            following = page[-1].id if start + len(page) < total else None
        runs = [run_of(reader, session, request) for session in request.cancellation.each(page)]
    return HistoryResult(workspace=str(request.documents.workspace), runs=runs, total=total, next=following)


def _refuse_filters(request: Request) -> None:
    for name in ("scope", "state", "since", "after", "limit"):
        if request.params.get(name) is not None:
            raise invalid([name], f"{name} and sessions are given; sessions are named without any filter")


def _matching(request: Request, reader: Reader, params: HistoryParams) -> list[Session]:
    since = "" if params.since is None else _moment(params.since)
    found = [
        session
        for session in request.cancellation.each(reader.sessions())
        if session.id != ARCHIVE_SESSION
        and session.created_at >= since
        and params.state in (None, session.state)
        and (params.scope is None or request.settings_of(session).scope == params.scope)
    ]
    return sorted(found, key=_place, reverse=True)


def _place(session: Session) -> tuple[str, str]:
    return session.created_at, session.id


def _known(reader: Reader, name: str, loc: Location) -> Session:
    session = reader.session(name)
    if session is None:
        raise ProtocolError("unknownSession", f"there is no session {name!r}", loc=loc, sessionId=name)
    return session


def _moment(text: str) -> str:
    """A time as the store has it, in UTC."""
    if _TIME.fullmatch(text):
        with suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(text)
            return timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    raise invalid(["since"], f"{text!r} is not a time such as 2026-01-31 or 2026-01-31T12:00:00Z")
