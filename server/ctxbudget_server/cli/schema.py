"""`ctxbudget schema`: prints the contract as one JSON Schema."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_protocol.contract import published
from ctxbudget_server.presentation.output import show_json

EXAMPLES = (("ctxbudget schema > ctxbudget.schema.json", "for a generator of clients"),)


def add_arguments(parser: ArgumentParser) -> None:
    """The command has no arguments."""


def run(options: Namespace) -> int:
    """Print the contract."""
    show_json(published(), indent=1)
    return 0
