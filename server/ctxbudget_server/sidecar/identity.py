"""What a caller and a sidecar must have in common for the sidecar to give the answer that the caller would give."""

from __future__ import annotations

import os

from ctxbudget_server import __version__
from ctxbudget_server.settings.places import user_file

IDENTITY_FIELDS = ("version", "workspace", "workspace folder", "store", "durability", "user's settings", "extra roots")


def identity(workspace: str, store: str, durability: str, roots: list[str]) -> list[str]:
    """The fields of `IDENTITY_FIELDS`. The folder's inode distinguishes the same path in two containers.

    `roots` are real paths. Raises OSError if the workspace is not a folder.
    """
    folder = os.stat(workspace)
    return [
        __version__,
        workspace,
        f"{folder.st_dev}:{folder.st_ino}",
        os.path.realpath(store),
        durability,
        user_file(),
        os.pathsep.join(root.replace("%", "%25").replace(os.pathsep, "%3A") for root in roots),
    ]


def roots_of(fields: list[str]) -> list[str]:
    """The folders outside the workspace that the process with this identity may read."""
    packed = fields[-1].split(os.pathsep)
    return [root.replace("%3A", os.pathsep).replace("%25", "%") for root in packed if root]


def difference(sidecar: list[str], caller: list[str]) -> str | None:
    """The name of the first field that keeps the sidecar from answering the caller, or None.

    A caller may have fewer roots than the sidecar; it is then answered within its own, and never gains any.
    """
    for name, mine, theirs in zip(IDENTITY_FIELDS[:-1], sidecar, caller, strict=False):
        if mine != theirs:
            return name
    return None if set(roots_of(caller)) <= set(roots_of(sidecar)) else IDENTITY_FIELDS[-1]
