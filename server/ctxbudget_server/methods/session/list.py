"""`session/list`: lists the workspace's sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.session.list import LastEvent, ListResult, SessionInfo
from ctxbudget_server.account.latest import latest_session
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.rules.leases import in_flight_tokens
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Session

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.list import ListParams


def list(request: Request, params: ListParams) -> ListResult:
    """One page of the workspace's sessions, oldest first."""
    now = request.now()
    with request.read() as reader:
        if params.after is not None and reader.session(params.after) is None:
            raise ProtocolError(
                "unknownSession",
                f"there is no session {params.after!r}",
                loc=["after"],
                sessionId=params.after,
            )
        sessions, total = reader.session_page(params.state, params.after, params.limit + 1)
        page = sessions[: params.limit]
        infos = [_info(request, reader, session, now) for session in page]
        latest = latest_session(reader)
    return ListResult(
        workspace=str(request.documents.workspace),
        sessions=infos,
        total=total,
        next=page[-1].id if len(sessions) > params.limit else None,
        latest=latest.id if latest else None,
    )


def _info(request: Request, reader: Reader, session: Session, now: str) -> SessionInfo:
    leased = in_flight_tokens(reader.leases(session.id, active=True), now)
    running = [phase.number for phase in reader.phases(session.id).values() if phase.state == "running"]
    last = reader.last_event(session.id)
    return SessionInfo(
        session_id=session.id,
        state=session.state,
        created_at=session.created_at,
        updated_at=session.updated_at,
        revision=session.revision,
        phase=running[0] if running else None,
        last_event=LastEvent(**last._asdict()) if last else None,
        status=wire_figures(session, request.settings_of(session), leased),
    )
