"""Options that several commands share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.service.service import BudgetService, Options

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_store_options(parser: ArgumentParser) -> None:
    """Add the options for the workspace and the store."""
    parser.add_argument("--workspace", metavar="DIR", help="the workspace (default: found from the current directory)")
    parser.add_argument(
        "--store",
        metavar="PATH",
        help="the store: a file, or a postgresql:// URL (default: a file under the user's state directory)",
    )
    parser.add_argument(
        "--durability",
        choices=("full", "fast"),
        help="an acknowledged write survives a power cut (full) or a crash of the process (fast) (default: the user's "
        "setting, else full)",
    )


def add_root_option(parser: ArgumentParser) -> None:
    """Add the option for folders outside the workspace that may be read."""
    parser.add_argument(
        "--root",
        action="append",
        default=[],
        metavar="FOLDER",
        help="a folder outside the workspace whose files may be read; may be repeated (in addition to CTXBUDGET_ROOTS)",
    )


def add_retention_option(parser: ArgumentParser) -> None:
    """Add the option for how much content is kept."""
    parser.add_argument(
        "--retain",
        type=_retention,
        metavar="SETTING",
        help="drop the content of sessions, least recently changed first: age=90d,sessions=500,size=2GiB or one of "
        "them (default: CTXBUDGET_RETAIN, else everything is kept)",
    )


def _retention(text: str) -> str:
    from argparse import ArgumentTypeError

    from ctxbudget_server.account.retention import configured

    try:
        configured(text)
    except ValueError as fault:
        raise ArgumentTypeError(str(fault)) from None
    return text


def fault_of_variable(options: Namespace | None = None) -> str | None:
    """What is wrong with CTXBUDGET_RETAIN; None: nothing, or `--retain` replaces it."""
    if getattr(options, "retain", None) is not None or not os.environ.get("CTXBUDGET_RETAIN"):
        return None
    from ctxbudget_server.account.retention import configured

    try:
        configured(None)
    except ValueError as fault:
        return f"CTXBUDGET_RETAIN: {fault}"
    return None


def service_options(options: Namespace, limits: Limits | None = None) -> Options:
    """The service's options, from the command line."""
    return Options(
        workspace=options.workspace,
        store=options.store,
        durability=options.durability,
        limits=limits or Limits(),
        retain=getattr(options, "retain", None),
        roots=getattr(options, "root", ()),
    )


def services(options: Namespace, actor: str) -> BudgetService:
    """The service, in this process."""
    return BudgetService(service_options(options), actor=actor)


def observed(service: BudgetService, command: str) -> float:
    """Have the service observed for OpenTelemetry if a variable of it is set; returns how long closing may take."""
    if not any(name.startswith("OTEL_") for name in os.environ):
        return 0.0
    from ctxbudget_server.telemetry.start import observe

    return observe(service, command)
