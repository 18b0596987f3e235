"""`ctxbudget call` in this process, as no sidecar answered. Fast, since it imports neither server nor `argparse`."""

from __future__ import annotations

import os
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import SESSION_VARIABLE
from ctxbudget_protocol.methods import METHODS
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.cli.account_here import has_account, separate_account
from ctxbudget_server.cli.fast_path import FastPath
from ctxbudget_server.cli.options import fault_of_variable, services
from ctxbudget_server.cli.printing import printed
from ctxbudget_server.presentation.output import complain
from ctxbudget_server.service.service import BudgetService
from ctxbudget_server.sidecar.client import STORE_SECONDS, switched_on
from ctxbudget_server.sidecar.commands import prepare, refused
from ctxbudget_server.sidecar.wire import OneShotRequest

if TYPE_CHECKING:
    from argparse import Namespace


def run_plain(words: list[str], options: dict[str, str], fast_path: FastPath) -> int:
    """Run the command with what `plain_words` has read; the options equal those that `argparse` would make of it."""
    return run(cast("Namespace", plain_options(words, options, fast_path)))


def plain_options(words: list[str], options: dict[str, str], fast_path: FastPath) -> SimpleNamespace:
    """What `argparse` makes of plain arguments."""
    return SimpleNamespace(
        method=words[0],
        params=words[1] if len(words) > 1 else "{}",
        session=options.get("--session"),
        get=options["--get"].split("\0") if "--get" in options else [],
        errors=options.get("--errors", "json"),
        sidecar_for=None,
        workspace=options.get("--workspace"),
        store=options.get("--store"),
        durability=options.get("--durability"),
        root=[],
        fast_path=fast_path,
    )


def run(options: Namespace) -> int:
    """Print the result as JSON on stdout; or the error on stderr, with exit code 1."""
    if fault := fault_of_variable():
        complain("call", fault)
        return 2
    try:
        opened = services(options, "call")
    except ProtocolError as error:
        return printed(refused(error, plain=options.errors == "text"))
    try:
        return _answered(opened, options)
    finally:
        opened.close()


def _answered(opened: BudgetService, options: Namespace) -> int:
    fast_path: FastPath = options.fast_path
    _fold_in(opened, options.method)
    words = [options.method, *(f"get={path}" for path in options.get), f"errors={options.errors}"]
    if session := options.session or os.environ.get(SESSION_VARIABLE):
        words.append(f"session={session}")
    is_new = not has_account(opened.whereabouts)
    ask = OneShotRequest([], fast_path.key, "call", words, _body(options.params, fast_path))
    answer = prepare(opened, ask).run(Cancellation())
    if options.sidecar_for is not None and switched_on():
        _leave_sidecar(opened, options.sidecar_for)
    if is_new and answer.code == 0 and (separate := separate_account(opened.whereabouts, options)):
        complain("call", separate)
    return printed(answer, is_json=not options.get)


def _fold_in(opened: BudgetService, method: str) -> None:
    """Before a call that writes, fold in the events that hooks have spooled; the call is made in any case."""
    row = METHODS.get(method)
    if row is None or not row.mutates:
        return
    from ctxbudget_server.store.spool import Spool

    if Spool(opened.whereabouts.store).is_empty():
        return
    from ctxbudget_server.sidecar.agent_commands import fold_in

    try:
        rejected = fold_in(opened, time.monotonic() + STORE_SECONDS).rejected
    except OSError as fault:
        rejected = [f"waiting events cannot be read: {fault}"]
    for told in rejected:
        complain("call", told)


def _leave_sidecar(opened: BudgetService, process: int) -> None:
    """Start a sidecar for later calls, which lives as long as the process."""
    from ctxbudget_server.cli.sidecar import start
    from ctxbudget_server.runtime.processes import is_alive

    if is_alive(process):
        start(opened.whereabouts, process=process)


def _body(given: str, fast_path: FastPath) -> bytes:
    if given != "-":
        return given.encode("utf-8", "surrogateescape")
    return sys.stdin.buffer.read() if fast_path.body is None else fast_path.body
