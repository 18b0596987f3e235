"""`session/import`: takes in an exported session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import Location
from ctxbudget_protocol.methods.session.import_ import ImportResult
from ctxbudget_server.account.dropping import drop_content
from ctxbudget_server.account.import_lines import Importer
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import AnsweredBefore, first_result, key_scope
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.rules.leases import in_flight_tokens
from ctxbudget_server.store.records import KeyedResult, Session

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.import_ import ImportParams
    from ctxbudget_server.store.interface import Writer


def import_(request: Request, params: ImportParams) -> ImportResult:
    """Verify every line of an export, and keep the session under its own id. All or nothing."""
    scope = key_scope(request.method, None)
    with request.write() as writer:
        if known := first_result(writer, request.method, scope, params.request_key):
            raise AnsweredBefore(known)
        importer = Importer(writer, request.cancellation.check)
        session = importer.take(_lines(request, params), lambda at: _location(params, at))
        head = writer.log(session).head()
        lost = importer.without_content
        if lost:
            session = _emptied(request, writer, session, importer)
        settings = request.settings_of(session)
        now = request.now()
        leased = in_flight_tokens(writer.leases(session.id, active=True), now)
        result = ImportResult(
            session_id=session.id,
            revision=session.revision,
            state=session.state,
            items=len(importer.items),
            contents=importer.contents,
            without_content=len(lost),
            head=head.hash.hex() if head else None,
            status=wire_figures(session, settings, leased),
        )
        if params.request_key is not None:
            writer.put_keyed(scope, params.request_key, KeyedResult(method=request.method, result=result.wire()))
        return result


def _lines(request: Request, params: ImportParams) -> Iterator[bytes]:
    if params.path is not None:
        return request.documents.lines(params.path, ["path"])
    return (line.encode() for line in params.lines or ())


def _location(params: ImportParams, at: int) -> Location:
    return ["path"] if params.path is not None else ["lines", at]


def _emptied(request: Request, writer: Writer, session: Session, importer: Importer) -> Session:
    """The session after a change that says which content did not come with it; its last change stays its last."""
    unit = UnitOfWork(writer, session, request)
    dropped = drop_content(unit, importer.without_content)
    unit.session = unit.session._replace(updated_at=session.updated_at)
    unit.detail = {"why": "imported without content", "dropped": dropped._asdict()}
    unit.write(writer, request.actor, request.method)
    return unit.session
