"""The client files that come with this installation."""

from __future__ import annotations

from pathlib import Path

from ctxbudget_server.install.faults import InstallError

_PACKAGE = Path(__file__).parents[1]


def client_files(client: str) -> Path:
    """The folder of a client, in an installed distribution or a clone. Raises `InstallError`."""
    installed = _PACKAGE / f"{client.replace('-', '_')}_client"
    clients = _PACKAGE.parents[1] / "clients"
    places = (installed, clients / client, clients / "agents" / client)
    folder = next((folder for folder in places if folder.is_dir()), None)
    if folder is None:
        raise InstallError(f"the files for {client} are missing from this installation")
    return folder
