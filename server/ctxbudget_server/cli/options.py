"""Options that several commands share."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.service.service import BudgetService, Options


def add_store_options(parser: ArgumentParser) -> None:
    """Which workspace and which store."""
    parser.add_argument("--workspace", metavar="DIR", help="the workspace (default: found from the current directory)")
    parser.add_argument("--store", metavar="PATH", help="the store's file (default: under the user's state directory)")
    parser.add_argument(
        "--durability",
        choices=("full", "fast"),
        default="full",
        help="full: an acknowledged write survives a power cut; fast: a crash of the process (default: full)",
    )


def add_root_option(parser: ArgumentParser) -> None:
    """Which folders outside the workspace may be read."""
    parser.add_argument(
        "--root",
        action="append",
        default=[],
        metavar="FOLDER",
        help="a folder outside the workspace whose files may be read; may be repeated (beside CTXBUDGET_ROOTS)",
    )


def add_retention_option(parser: ArgumentParser) -> None:
    """How much content stays."""
    parser.add_argument(
        "--retain",
        type=_retention,
        metavar="SETTING",
        help="drop the content of sessions, oldest change first: age=90d,sessions=500,size=2GiB or one of them "
        "(default: CTXBUDGET_RETAIN, else everything stays)",
    )


def _retention(text: str) -> str:
    from ctxbudget_server.account.retention import configured

    try:
        configured(text)
    except ValueError as fault:
        raise ArgumentTypeError(str(fault)) from None
    return text


def service_options(options: Namespace, limits: Limits | None = None) -> Options:
    """The services' options from the command line."""
    return Options(
        workspace=options.workspace,
        store=options.store,
        durability=options.durability,
        limits=limits or Limits(),
        retain=getattr(options, "retain", None),
        roots=getattr(options, "root", ()),
    )


def services(options: Namespace, actor: str) -> BudgetService:
    """The services in this process."""
    return BudgetService(service_options(options), actor=actor)
