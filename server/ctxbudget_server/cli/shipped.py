"""The folder of a client's files, for commands that print it."""

from __future__ import annotations

from pathlib import Path

from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.shipped import client_files
from ctxbudget_server.presentation.output import complain


def client_folder(client: str) -> Path | None:
    """The folder of a client. If missing: None, and a message on stderr."""
    try:
        return client_files(client)
    except InstallError as fault:
        complain("", str(fault))
        return None
