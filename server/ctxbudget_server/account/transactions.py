"""How a request reads a session, and how it changes one: exactly once, in order, at the expected revision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ctxbudget_protocol.errors import Location, ProtocolError
from ctxbudget_protocol.limits import DEFAULT_SESSION
from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.account.ids import new_nonce
from ctxbudget_server.account.rehearsal import NotRehearsedError, Rehearsed
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.settings import DEFAULTS, Settings
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.items import Item
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import KeyedResult, Session

if TYPE_CHECKING:
    from ctxbudget_protocol.common import MutatingParams
    from ctxbudget_protocol.records import Record

R = TypeVar("R", bound="Record")
Body = Callable[[UnitOfWork], Callable[[], R]]
"""Changes the unit, and returns a function that makes the result once the figures are known."""

MAX_REHEARSALS = 4
"""Rehearsals that other processes may invalidate before the slow work is done under the store's lock."""


class AnsweredBefore(Exception):  # noqa: N818 (no fault: the answer is there)
    """The request key was used before: `result` is the answer it got then, in wire form."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__()
        self.result = result


class Rehearsal(NamedTuple, Generic[R]):
    """A unit of work as a body left it, and what makes the result."""

    unit: UnitOfWork
    build: Callable[[], R]


class Addressed(NamedTuple):
    """The session that a request's follow-up transaction changes."""

    session_id: str | None
    request_key: str | None = None
    if_revision: int | None = None


class Snapshot(NamedTuple):
    """A session's current state."""

    reader: Reader
    session: Session

    def item_with_content(self, item_id: str, loc: Location = ("itemId",)) -> Item:
        """An item whose bytes are kept; raises `unknownItem`, `noContent` or `contentDropped`."""
        item = self.reader.item(self.session.id, item_id)
        if item is None:
            raise ProtocolError("unknownItem", f"the session has no item {item_id!r}", loc=loc, itemId=item_id)
        check_content(item, loc)
        return item


def check_content(item: Item, loc: Location) -> None:
    """Raise `noContent` for an item that never had content, and `contentDropped` if retention dropped it."""
    if item.dropped_at is not None:
        raise ProtocolError(
            "contentDropped",
            f"the content of item {item.id} was dropped at {item.dropped_at}: by retention, when the session was"
            " archived, or because it did not come with an import; its figures remain",
            loc=loc,
            itemId=item.id,
            at=item.dropped_at,
        )
    if item.hash is None:
        raise ProtocolError("noContent", f"item {item.id} has no content, only a token figure", loc=loc, itemId=item.id)


def new_session(session_id: str, now: str) -> Session:
    """A session with default settings, not yet changed by any transaction."""
    return Session(
        id=session_id,
        nonce=new_nonce(),
        state="open",
        created_at=now,
        updated_at=now,
        closed_at=None,
        revision=0,
        config=Settings(DEFAULTS).stored,
    )


@contextmanager
def reading(request: Request, session_id: str | None) -> Iterator[Snapshot]:
    """A snapshot of a session; the default session need not exist yet. Raises `unknownSession`."""
    with request.read() as reader:
        yield Snapshot(reader, find_session(reader, session_id, request.now))


def find_session(reader: Reader, session_id: str | None, now: Callable[[], str]) -> Session:
    """The session with this id, or the default one if absent; raises `unknownSession`."""
    wanted = session_id or DEFAULT_SESSION
    if found := reader.session(wanted):
        return found
    if wanted != DEFAULT_SESSION:
        raise ProtocolError("unknownSession", f"there is no session {wanted!r}", loc=["sessionId"], sessionId=wanted)
    return new_session(wanted, now())


def changing(
    request: Request,
    params: MutatingParams | Addressed,
    body: Body[R],
    *,
    find: Callable[[Reader], Session] | None = None,
    rehearsed: Rehearsed[Any, Any] | None = None,
) -> R:
    """Run `body` as one transaction of the session and return its result.

    A body with slow work (`rehearsed`) first runs on a snapshot, so that the slow work is done outside the lock. If the
    session is still the same then, what the body left is written. If not, it runs again, and if that needs new slow
    work, it is rehearsed again.
    """
    scope = key_scope(request.method, params.session_id)
    locate = find or (lambda reader: open_session(reader, params, request.now))
    if rehearsed is not None:
        for _ in range(MAX_REHEARSALS):
            with request.read() as reader:
                unit = UnitOfWork(reader, locate(reader), request)
                rehearsal = Rehearsal(unit, body(unit))
            rehearsed.seal(True)
            try:
                return _commit(request, params, scope, locate, body, rehearsal=rehearsal)
            except NotRehearsedError:
                continue
            finally:
                rehearsed.seal(False)
    return _commit(request, params, scope, locate, body)


def _commit(
    request: Request,
    params: MutatingParams | Addressed,
    scope: str,
    locate: Callable[[Reader], Session],
    body: Body[R],
    *,
    rehearsal: Rehearsal[R] | None = None,
) -> R:
    with request.write() as writer:
        if known := first_result(writer, request.method, scope, params.request_key):
            raise AnsweredBefore(known)
        session = locate(writer)
        check_revision(params.if_revision, session)
        if rehearsal is not None and rehearsal.unit.stored == session:
            unit, build = rehearsal
            unit.reader = writer
        else:
            unit = UnitOfWork(writer, session, request)
            build = body(unit)
        unit.figure_out()
        result = build()
        unit.write(writer, request.actor, request.method)
        if params.request_key is not None:
            known_result = KeyedResult(method=request.method, result=result.wire(request.cancellation.check))
            writer.put_keyed(scope, params.request_key, known_result)
        return result


def key_scope(method: str, session_id: str | None) -> str:
    """The scope of a method's request keys: its session, else ("") the workspace.

    Keys of `session/delete` outlive their session, so their scope is one that is not a valid session id.
    """
    if method in ("usage/record", "session/import"):
        return ""
    session = session_id or DEFAULT_SESSION
    return f"/deleted/{session}" if method == "session/delete" else session


def check_revision(wanted: int | None, session: Session) -> None:
    """Raise `conflict` unless the session is at the revision that the caller has seen."""
    if wanted is not None and wanted != session.revision:
        raise ProtocolError(
            "conflict",
            f"the session is at revision {session.revision}, not {wanted}",
            loc=["ifRevision"],
            revision=session.revision,
        )


def open_session(reader: Reader, params: MutatingParams | Addressed, now: Callable[[], str]) -> Session:
    """The session that a request changes; raises `unknownSession` or `sessionClosed`."""
    session = find_session(reader, params.session_id, now)
    if session.state != "open":
        raise ProtocolError(
            "sessionClosed",
            f"session {session.id!r} is {session.state}; session/open resumes it",
            loc=["sessionId"],
            sessionId=session.id,
        )
    return session


def first_result(reader: Reader, method: str, scope: str, key: str | None) -> dict[str, Any] | None:
    """The answer that this request key got before, in wire form; raises `requestKeyReused`."""
    known = reader.keyed(scope, key) if key is not None else None
    if known is None:
        return None
    if known.method != method:
        raise ProtocolError(
            "requestKeyReused",
            f"request key {key!r} belongs to a call of {known.method}",
            loc=["requestKey"],
            requestKey=key,
            method=known.method,
        )
    return known.result
