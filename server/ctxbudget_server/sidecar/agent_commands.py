"""`hook` and `statusline`: turn a coding agent's arguments and JSON into requests, and the results into output.

An error is a line on stderr and nothing on stdout, with exit code 0: the account must never stop an agent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.agents.hosts import HOSTS, answer, event_of, payload_of
from ctxbudget_server.agents.model import (
    AccountClient,
    FaultyPayloadError,
    HookOptions,
    HostEvent,
    Reaction,
    session_id,
)
from ctxbudget_server.presentation.terminal import line
from ctxbudget_server.settings.access import store_of, user_access
from ctxbudget_server.sidecar import client as caller
from ctxbudget_server.sidecar import spooling
from ctxbudget_server.sidecar.spooling import Folded
from ctxbudget_server.sidecar.wire import OneShotAnswer, OneShotRequest
from ctxbudget_server.store.location import is_url

if TYPE_CHECKING:
    from ctxbudget_server.service.service import BudgetService

SPOOLED: Final = frozenset({"storeBusy", "storeFull"})
"""Errors after which an event is spooled."""
SPOOLED_NOTICE: Final = "the store is busy; the event is spooled beside it, and the next process will record it"
SPOOLED_HERE: Final = (
    "the store does not answer; the event is spooled on this machine, and the next process will record it"
)

Work = tuple[str | None, Callable[[Cancellation], OneShotAnswer]]
"""A queue key, and the work to run in its order."""


def hook(service: BudgetService, request: OneShotRequest, since: float) -> Work:
    """The work of `ctxbudget hook EVENT` for the payload in `request`; the agent has been waiting since `since`."""
    try:
        event, options = _event(request)
    except FaultyPayloadError as fault:
        complaint = OneShotAnswer(0, stderr=_line("hook", fault))
        return None, lambda _: complaint

    def run(cancellation: Cancellation) -> OneShotAnswer:
        until = max(since + caller.STORE_SECONDS, time.monotonic() + caller.MIN_STORE_SECONDS)
        told: list[str] = []
        try:
            if not _fold_before(service, until, told):
                return spooled(service, request, told)
            reaction = _reaction(service.hurried(until), request, event, options, cancellation)
        except ProtocolError as error:
            return (
                spooled(service, request, told)
                if error.name in SPOOLED or _is_away(service, error)
                else OneShotAnswer(0, stderr=_lines([*told, error]))
            )
        if warning := service.settings_warning():
            told.append(warning)
        return OneShotAnswer(0, answer(event, reaction), _lines(told))

    return event.session, run


def _is_away(service: BudgetService, error: ProtocolError) -> bool:
    """Whether the store is on a server that does not answer now: the event can be recorded once it does."""
    return error.name == "storeUnavailable" and is_url(service.whereabouts.store)


def _event(request: OneShotRequest) -> tuple[HostEvent, HookOptions]:
    """The event that a host reports. Raises `FaultyPayloadError`."""
    word, *given = request.arguments
    options = _hook_options(_settings(given))
    return event_of(word, payload_of(request.body), options.host), options


def fold_in(service: BudgetService, until: float) -> Folded:
    """Record the events in the store's spool, until `until` (`time.monotonic`).

    Raises OSError if the spool cannot be used.
    """
    return spooling.fold_in(service, until, _put_on_account)


def _put_on_account(service: BudgetService, request: OneShotRequest) -> None:
    _reaction(service, request, *_event(request), Cancellation())


def _reaction(
    service: BudgetService, request: OneShotRequest, event: HostEvent, options: HookOptions, cancellation: Cancellation
) -> Reaction:
    from ctxbudget_server.agents.hook import react  # a status line does not need it

    return react(_account(service, request, cancellation), event, options)


def _fold_before(service: BudgetService, until: float, told: list[str]) -> bool:
    """Whether no older event is still waiting."""
    try:
        folded = fold_in(service, until)
    except OSError as fault:  # an unreadable spool must not stop the next event
        told.append(f"the spool cannot be used: {fault}")
        return True
    told += folded.rejected
    return folded.clear


def spooled(service: BudgetService, request: OneShotRequest, told: Iterable[str] = ()) -> OneShotAnswer:
    """Put the event into the spool; the answer says so, after the lines in `told`."""
    at = service.whereabouts
    try:
        spooling.spool_event(at.store, at.workspace, request, durable=at.durability == "full")
    except OSError as fault:
        return OneShotAnswer(0, stderr=_lines([*told, f"the store is busy, and the event is lost: {fault}"]))
    return OneShotAnswer(0, stderr=_lines([*told, SPOOLED_HERE if is_url(at.store) else SPOOLED_NOTICE]))


def statusline(service: BudgetService, request: OneShotRequest, since: float) -> Work:
    """The work of `ctxbudget statusline` for the payload in `request`, which may be empty; begun at `since`."""

    def run(cancellation: Cancellation) -> OneShotAnswer:
        from ctxbudget_server.agents.statusline import Look, statusline_of

        try:
            given = _settings(request.arguments)
            payload = payload_of(request.body) if bytes(request.body).strip() else {}
            look = Look(given.get("color") != "never", _whole(given, "width"))
            named = payload.get("session_id") or given.get("session")
            session = session_id(named) if isinstance(named, str) else None
            hurried = service.hurried(since + caller.STORE_SECONDS)
            text = statusline_of(_account(hurried, request, cancellation), session, payload, look)
            warning = service.settings_warning()
            return OneShotAnswer(0, f"{text}\n".encode(), _line("statusline", warning) if warning else b"")
        except (FaultyPayloadError, ProtocolError) as fault:
            return OneShotAnswer(0, b"ctx ?\n", _line("statusline", fault))

    return None, run


def _account(service: BudgetService, request: OneShotRequest, cancellation: Cancellation) -> AccountClient:
    def send(method: str, **params: Any) -> dict[str, Any]:
        return service.call(method, params, cancellation)

    at = service.whereabouts
    elsewhere = () if at.store == store_of(at.workspace, None, user_access()) else ("--store", at.store)
    return AccountClient(send, request.key, Counter(None).is_ready, ("--workspace", at.workspace, *elsewhere))


def _settings(given: list[str]) -> dict[str, str]:
    return dict(word.partition("=")[::2] for word in given)


def _hook_options(given: dict[str, str]) -> HookOptions:
    host = given.get("host")
    if host is not None and host not in HOSTS:
        raise FaultyPayloadError(f"unknown host {host!r}: must be one of {', '.join(HOSTS)}")
    return HookOptions(host, _whole(given, "replace-over"))


def _whole(given: dict[str, str], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdecimal() or not 0 < int(value) < 10**9:
        raise FaultyPayloadError(f"--{name} must be a positive integer, not {value!r}")
    return int(value)


def _lines(faults: Iterable[object]) -> bytes:
    return b"".join(_line("hook", fault) for fault in faults)


def _line(command: str, fault: object) -> bytes:
    return f"ctxbudget {command}: {line(' '.join(str(fault).split()))}\n".encode()
