"""`session/open`: creates or resumes a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.common import Alert
from ctxbudget_protocol.errors import invalid
from ctxbudget_protocol.limits import DEFAULT_SESSION
from ctxbudget_protocol.methods.session.open import HostReport, OpenResult
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.settings import Settings, contradictions
from ctxbudget_server.account.transactions import (
    changing,
    check_revision,
    new_session,
)
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Session

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.open import OpenParams


def open(request: Request, params: OpenParams) -> OpenResult:
    """Create or resume a session, and change those settings that are given.

    Resuming without a change is not a transaction. Raises `invalidParams` for settings that contradict each other.
    """
    wanted = params.session_id or DEFAULT_SESSION
    result = _resume(request, params, wanted) if params.request_key is None else None
    if result is None:
        result = changing(
            request,
            params,
            lambda unit: _open(unit, request),
            find=lambda reader: _find_or_new(reader, wanted, request),
        )
    if "watch" in request.params:
        request.watch(wanted, params.watch)
    return result


def _resume(request: Request, params: OpenParams, wanted: str) -> OpenResult | None:
    with request.read() as reader:
        session = reader.session(wanted)
        if session is None or session.state != "open":
            return None
        settings = request.settings_of(session)
        wanted_settings = _wanted(settings, request)
        if wanted_settings.stored != settings.stored:
            return None
        check_revision(params.if_revision, session)
        return _opened(session, settings, [], created=False)


def _find_or_new(reader: Reader, wanted: str, request: Request) -> Session:
    return reader.session(wanted) or new_session(wanted, request.now())


def _open(unit: UnitOfWork, request: Request) -> Callable[[], OpenResult]:
    created = unit.stored.revision == 0
    settings = _wanted(unit.settings, request)
    _check(settings)
    unit.configure(settings)
    unit.session = unit.session._replace(state="open", closed_at=None)
    unit.detail = {"why": "created" if created else "resumed", "config": settings.values, "stored": settings.stored}
    return lambda: _opened(unit.session, settings, unit.alerts, created=created)


def _wanted(settings: Settings, request: Request) -> Settings:
    return settings.changed_by(request.params.get("config"), request.params.get("host"))


def _opened(session: Session, settings: Settings, alerts: list[Alert], *, created: bool) -> OpenResult:
    return OpenResult(
        session_id=session.id,
        revision=session.revision,
        created=created,
        state=session.state,
        config=settings.values,
        window_source=settings.window_source,
        host=HostReport(context_window=settings.host.get("contextWindow"), model=settings.host.get("model")),
        budget=settings.budget,
        effective_policy=settings.policy,
        alerts=alerts,
    )


def _check(settings: Settings) -> None:
    for wrong in contradictions(settings.values):
        raise invalid(["config", *wrong.setting], wrong.message)
