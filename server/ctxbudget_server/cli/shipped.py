"""Finds the client files that other programs load."""

from __future__ import annotations

from pathlib import Path

from ctxbudget_server.presentation.output import complain

_PACKAGE = Path(__file__).parents[1]


def client_folder(client: str) -> Path | None:
    """The folder of a client, in an installed distribution or a clone. If missing: None, and a message on stderr."""
    installed = _PACKAGE / f"{client}_client"
    in_a_clone = _PACKAGE.parents[1] / "clients" / client
    folder = next((folder for folder in (installed, in_a_clone) if folder.is_dir()), None)
    if folder is None:
        complain("", f"the files for {client} are missing from this installation")
    return folder
