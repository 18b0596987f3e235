"""One-shot commands, from their arguments and JSON to their output. The same in every process that runs them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.methods import METHODS
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.presentation.terminal import json_text, line
from ctxbudget_server.sidecar.backend import Prepared
from ctxbudget_server.sidecar.client import STORE_SECONDS
from ctxbudget_server.sidecar.identity import identity, roots_of
from ctxbudget_server.sidecar.members import MissingMemberError, printed_members
from ctxbudget_server.sidecar.wire import OneShotAnswer, OneShotRequest
from ctxbudget_server.store.location import socket_place

if TYPE_CHECKING:
    from ctxbudget_server.service.service import BudgetService


class OneShots:
    """Answers the one-shot commands of a workspace. Thread-safe; every method may block briefly."""

    def __init__(self, service: BudgetService) -> None:
        self._service = service
        self._process: int | None = None

    def place(self) -> tuple[str, str]:
        """(folder, name) of the socket."""
        at = self._service.whereabouts
        return socket_place(at.workspace, at.store)

    def identity(self) -> list[str]:
        """What a caller must have in common with this process. Raises OSError if the workspace is gone."""
        at = self._service.whereabouts
        return identity(at.workspace, at.store, at.durability, at.roots)

    def fold_in(self) -> None:
        """Record events that wait in the spool, for a limited time. Raises OSError."""
        import logging  # hooks do not need it

        from ctxbudget_server.sidecar.agent_commands import fold_in

        guest = self._service.guest(f"spool:{os.getpid()}")
        for told in fold_in(guest, time.monotonic() + STORE_SECONDS).rejected:
            logging.getLogger(__name__).warning("%s", told)

    def prepare(self, request: OneShotRequest, process: int) -> Prepared:
        """Parse a caller's command. Raises LookupError for one that only the caller itself can answer."""
        if request.command == "end":
            return self._prepare_end(request)
        if not self._service.store.in_place():
            raise LookupError("the store was moved")
        guest = self._service.guest(f"{request.command}:{process}", roots_of(request.identity))
        return prepare(guest, request)

    def ends_with(self, process: int) -> None:
        """Declare that this sidecar was started for that process; requests in its name may end the sidecar."""
        self._process = process

    def _prepare_end(self, request: OneShotRequest) -> Prepared:
        if self._process is None or request.arguments != [str(self._process)]:
            raise LookupError("it was started for another process")

        def run(_: Cancellation) -> OneShotAnswer:
            import signal

            os.kill(os.getpid(), signal.SIGTERM)  # as anyone would end it from outside
            return OneShotAnswer(0)

        return Prepared(None, run)


def one_shots(service: BudgetService) -> OneShots | None:
    """The one-shot commands of a service; None if it is set up so that a one-shot process would answer differently."""
    return OneShots(service) if service.has_usual_limits else None


def prepare(service: BudgetService, request: OneShotRequest, since: float | None = None) -> Prepared:
    """Parse a command whose caller has been waiting since `since` (`time.monotonic`; absent: now).

    Raises LookupError for an unknown command.
    """
    return COMMANDS[request.command](service, request, time.monotonic() if since is None else since)


def _prepare_call(service: BudgetService, request: OneShotRequest, _: float) -> Prepared:
    method, *settings = request.arguments
    told = [setting.partition("=") for setting in settings]
    paths = [value for name, _, value in told if name == "get"]
    plain = ("errors", "=", "text") in told
    try:
        params = _params(request.body)
    except ProtocolError as error:
        answer = refused(error, plain=plain)
        return Prepared(None, lambda _: answer)
    row = METHODS.get(method)
    if request.key and row is not None and row.needs_key and params.get("requestKey") is None:
        params["requestKey"] = request.key
    named = next((value for name, _, value in told if name == "session"), None)
    if row is None or not row.acts_on_session or params.get("sessionId") is not None:
        named = None
    elif named is not None:
        params["sessionId"] = named

    def run(cancellation: Cancellation) -> OneShotAnswer:
        try:
            result = _answered(service, method, params, cancellation, named)
            return OneShotAnswer(0, printed_members(result, paths or [""]), warning_of(service, "call"))
        except MissingMemberError as missing:
            done = "the request was carried out, but its result has"
            return refused(ProtocolError("invalidParams", f"{done} {missing}"), plain=plain)
        except ProtocolError as error:
            return refused(error, plain=plain)

    return Prepared(service.queue_key(method, params), run, method)


def _answered(
    service: BudgetService, method: str, params: dict[str, Any], cancellation: Cancellation, named: str | None
) -> dict[str, Any]:
    """The result; the first write to a session that the caller's option or environment names creates it.

    Not so `session/*`: what they end, recount or delete must be there. Raises `ProtocolError` or `Cancelled`.
    """
    try:
        return service.call(method, params, cancellation)
    except ProtocolError as error:
        if named is None or error.name != "unknownSession":
            raise
        if not METHODS[method].mutates or method.startswith("session/"):
            message = f"there is no session {named!r} yet; the first write creates it"
            raise ProtocolError(error.name, message, loc=["sessionId"], sessionId=named) from None
    service.call("session/open", {"sessionId": named}, cancellation)
    return service.call(method, params, cancellation)


def _prepare_hook(service: BudgetService, request: OneShotRequest, since: float) -> Prepared:
    from ctxbudget_server.sidecar.agent_commands import hook

    lane, run = hook(service, request, since)
    return Prepared(lane, run)


def _prepare_statusline(service: BudgetService, request: OneShotRequest, since: float) -> Prepared:
    from ctxbudget_server.sidecar.agent_commands import statusline

    lane, run = statusline(service, request, since)
    return Prepared(lane, run)


COMMANDS: dict[str, Callable[[BudgetService, OneShotRequest, float], Prepared]] = {
    "call": _prepare_call,
    "hook": _prepare_hook,
    "statusline": _prepare_statusline,
}


def warning_of(service: BudgetService, command: str) -> bytes:
    """A line for stderr about the files of settings; empty if everything in them is used."""
    warning = service.settings_warning()
    return f"{line(f'ctxbudget {command}: {warning}')}\n".encode() if warning else b""


def refused(error: ProtocolError, *, plain: bool = False) -> OneShotAnswer:
    """An error as JSON; if `plain`, its name and message on one line, safe to print to a terminal."""
    told = line(f"{error.name}: {error.message}") if plain else json_text(error.wire())
    return OneShotAnswer(1, stderr=f"{told}\n".encode())


def _params(body: bytes | bytearray) -> dict[str, Any]:
    text = body.decode("utf-8", "surrogateescape")
    try:
        params = json.loads(text or "{}", parse_constant=_no_constant)
    except RecursionError as fault:
        raise invalid([], "nested too deeply", "too_deep") from fault
    except ValueError as fault:
        raise ProtocolError("parseError", f"the params are not valid JSON: {fault}") from fault
    if params is None or params == []:
        return {}
    if not isinstance(params, dict):
        from ctxbudget_protocol.fault_messages import shown

        raise invalid([], f"must be an object, not {shown(params)}", "dict_type")
    return params


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not allowed in JSON")
