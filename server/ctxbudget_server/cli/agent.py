"""`ctxbudget hook` and `ctxbudget statusline` in this process, because no sidecar answered."""

from __future__ import annotations

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.cli.fast_path import FastPath, plain_words, project_folder, settings
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.sidecar.client import switched_on
from ctxbudget_server.sidecar.commands import prepare
from ctxbudget_server.sidecar.wire import OneShotAnswer, OneShotRequest
from ctxbudget_server.store.keys import event_key
from ctxbudget_server.store.sqlite import Durability


def answered_here(fast_path: FastPath) -> OneShotAnswer:
    """Answer in this process; raises whatever goes wrong."""
    opened = _opened(fast_path)
    try:
        answer = prepare(opened.services, opened.ask, since=fast_path.begun).run(Cancellation())
    finally:
        opened.services.close()
    if opened.starts_sidecar and switched_on():
        from ctxbudget_server.cli.sidecar import start

        start(opened.services.whereabouts)
    return answer


def spooled(fast_path: FastPath) -> OneShotAnswer:
    """Spool an event that was not recorded in time; raises whatever goes wrong."""
    from ctxbudget_server.sidecar.agent_commands import spooled

    opened = _opened(fast_path)
    return spooled(opened.services, opened.ask)


class _Opened(NamedTuple):
    services: BudgetService
    ask: OneShotRequest
    starts_sidecar: bool


def _opened(fast_path: FastPath) -> _Opened:
    command, *rest = fast_path.given
    plain = plain_words(command, rest)
    if plain is None:
        from ctxbudget_server.cli.agent_usage import misuse

        raise ValueError(f"{misuse(command, rest)} (see ctxbudget {command} --help)")
    words, options = plain
    body = fast_path.stdin()
    chosen = Options(
        workspace=options.get("--workspace"),
        store=options.get("--store"),
        durability=_durability(options.get("--durability")),
    )
    services = BudgetService(chosen, root=project_folder(command, body), actor=command)
    fast_path.key = fast_path.key or event_key()
    ask = OneShotRequest([], fast_path.key, command, [*words, *settings(command, options)], body)
    return _Opened(services, ask, "--sidecar" in options)


def _durability(option: str | None) -> Durability | None:
    return "fast" if option == "fast" else "full" if option else None
