"""Options that several commands share."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.services.dispatch import Options, Services


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


def service_options(options: Namespace, limits: Limits | None = None) -> Options:
    """The services' options from the command line."""
    return Options(
        workspace=options.workspace, store=options.store, durability=options.durability, limits=limits or Limits()
    )


def services(options: Namespace, actor: str) -> Services:
    """The services in this process."""
    return Services(service_options(options), actor=actor)
