"""`session/*`: open, close, list, delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.limits import DEFAULT_SESSION
from ctxbudget_protocol.results.base import Alert
from ctxbudget_protocol.results.session import CloseResult, DeleteResult, ListResult, OpenResult, SessionInfo
from ctxbudget_server.rules.policy import on_close
from ctxbudget_server.services.call import Call
from ctxbudget_server.services.pruning import Pruner
from ctxbudget_server.services.settings import Settings
from ctxbudget_server.services.stand_ins import extractor_for
from ctxbudget_server.services.transactions import (
    AnsweredBefore,
    changing,
    check_revision,
    find_session,
    first_result,
    key_scope,
    new_session,
)
from ctxbudget_server.services.unit import Unit
from ctxbudget_server.services.views import wire_figures
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import KeyedResult, Session

if TYPE_CHECKING:
    from ctxbudget_protocol.params.session import CloseParams, DeleteParams, ListParams, OpenParams


def open_session(call: Call, params: OpenParams) -> OpenResult:
    """Create or resume a session, and change its settings as far as they are given.

    A resume that changes nothing is no transaction. Raises `invalidParams` for settings that contradict each other.
    """
    wanted = params.session_id or DEFAULT_SESSION
    result = _resume(call, params, wanted) if params.request_key is None else None
    if result is None:
        result = changing(
            call, params, lambda unit: _open(unit, call), find=lambda reader: _find_or_new(reader, wanted, call)
        )
    if "watch" in call.params:
        call.watch(wanted, params.watch)
    return result


def _resume(call: Call, params: OpenParams, wanted: str) -> OpenResult | None:
    with call.read() as reader:
        session = reader.session(wanted)
        if session is None or session.state != "open":
            return None
        settings = Settings.of(session.config)
        if settings.changed_by(call.params.get("config")) != settings:
            return None
        check_revision(params.if_revision, session)
        return _opened(session, settings, [], created=False)


def _find_or_new(reader: Reader, wanted: str, call: Call) -> Session:
    return reader.session(wanted) or new_session(wanted, call.now())


def _open(unit: Unit, call: Call) -> Callable[[], OpenResult]:
    created = unit.stored.revision == 0
    settings = unit.settings.changed_by(call.params.get("config"))
    _check(settings)
    unit.configure(settings)
    unit.session = replace(unit.session, state="open", closed_at=None)
    unit.detail = {"why": "created" if created else "resumed", "config": settings.values}
    return lambda: _opened(unit.session, settings, unit.alerts, created=created)


def _opened(session: Session, settings: Settings, alerts: list[Alert], *, created: bool) -> OpenResult:
    return OpenResult(
        session_id=session.id,
        revision=session.revision,
        created=created,
        state=session.state,
        config=settings.values,
        budget=settings.budget,
        effective_policy=settings.policy,
        alerts=alerts,
    )


def _check(settings: Settings) -> None:
    at = settings.thresholds
    if at.warn_at > at.critical_at:
        raise invalid(
            ["config", "thresholds", "warn"],
            f"warn ({at.warn_at} tokens) is above critical ({at.critical_at})",
        )
    shares = settings.values["reserveShares"]
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise invalid(["config", "reserveShares"], f"the shares sum to {sum(shares.values()):g}, not to 1")
    if settings.budget < 1:
        raise invalid(["config", "targetShare"], "the budget comes to less than one token")


def close_session(call: Call, params: CloseParams) -> CloseResult:
    """End a session: its policy prunes what it leaves to the end. Everything stays retrievable."""
    extractor = extractor_for(call, params.session_id)

    def body(unit: Unit) -> Callable[[], CloseResult]:
        pruner = Pruner(unit, extractor)
        pruner.apply(on_close(unit.settings.policy, unit.items(state="retained")))
        unit.session = replace(unit.session, state="closed", closed_at=unit.now)
        return lambda: CloseResult(
            session_id=unit.id,
            revision=unit.revision,
            state="closed",
            closed_at=unit.now,
            plan=pruner.plan,
            saved=pruner.saved,
            undo=unit.undo_id(),
            status=wire_figures(unit.session, unit.settings, unit.leased),
        )

    return changing(call, params, body, rehearse=True, seal=extractor.seal)


def list_sessions(call: Call, params: ListParams) -> ListResult:
    """The sessions of the workspace, the oldest first, page by page."""
    now = call.now()
    with call.read() as reader:
        if params.after is not None and reader.session(params.after) is None:
            raise ProtocolError(
                "unknownSession",
                f"there is no session {params.after!r}",
                loc=["after"],
                sessionId=params.after,
            )
        sessions, total = reader.session_page(params.state, params.after, params.limit + 1)
        page = sessions[: params.limit]
        infos = [_info(reader, session, now) for session in page]
    return ListResult(
        workspace=str(call.documents.workspace),
        sessions=infos,
        total=total,
        next=page[-1].id if len(sessions) > params.limit else None,
    )


def _info(reader: Reader, session: Session, now: str) -> SessionInfo:
    leased = sum(lease.tokens for lease in reader.leases(session.id, active=True) if lease.in_flight(now))
    running = [phase.number for phase in reader.phases(session.id).values() if phase.state == "running"]
    return SessionInfo(
        session_id=session.id,
        state=session.state,
        created_at=session.created_at,
        updated_at=session.updated_at,
        revision=session.revision,
        phase=running[0] if running else None,
        status=wire_figures(session, Settings.of(session.config), leased),
    )


def delete_session(call: Call, params: DeleteParams) -> DeleteResult:
    """Forget a session for good: its account, its log and its originals."""
    scope = key_scope(call.method, params.session_id)
    with call.write() as writer:
        if known := first_result(writer, call.method, scope, params.request_key):
            raise AnsweredBefore(known)
        session = find_session(writer, params.session_id, call.now())
        check_revision(params.if_revision, session)
        writer.delete_session(session.id)
        result = DeleteResult(session_id=session.id, revision=session.revision, deleted=True)
        if params.request_key is not None:
            writer.put_keyed(scope, params.request_key, KeyedResult(method=call.method, result=result.wire()))
        return result
