"""What a caller and a sidecar must have in common for the sidecar's answer to be the caller's own."""

from __future__ import annotations

import os

from ctxbudget_server import __version__
from ctxbudget_server.store.location import extra_roots

IDENTITY_FIELDS = ("version", "workspace", "workspace folder", "store", "durability", "extra roots")


def identity(workspace: str, store: str, durability: str) -> list[str]:
    """The fields of `IDENTITY_FIELDS` of this process. The folder's own number tells one path in two containers apart.

    Raises OSError if the workspace is no folder.
    """
    folder = os.stat(workspace)
    return [
        __version__,
        workspace,
        f"{folder.st_dev}:{folder.st_ino}",
        os.path.realpath(store),
        durability,
        os.pathsep.join(extra_roots()),
    ]


def difference(one: list[str], other: list[str]) -> str | None:
    """The name of the first field that differs, or None."""
    for name, mine, theirs in zip(IDENTITY_FIELDS, one, other, strict=True):
        if mine != theirs:
            return name
    return None
