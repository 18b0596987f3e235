"""Where things are: the workspace, its store, and the socket beside it.

Uses only `os`: a hook that a sidecar answers cannot afford to import `pathlib`, or `hashlib` with OpenSSL behind it.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

STORE_NAME = "store.db"

WORKSPACE_MARKERS = ("ctxbudget.toml", ".git")
"""A folder that contains one of these is a workspace. In a git worktree `.git` is a file; it is a workspace too."""


def workspace_chosen(option: str | None) -> str | None:
    """The workspace as the user wrote it: `option`, else CTXBUDGET_WORKSPACE; None if neither is set."""
    return option or os.environ.get("CTXBUDGET_WORKSPACE") or None


def workspace_around(start: str) -> str:
    """The real path of the nearest marked ancestor of the folder `start`, else of `start` itself."""
    folder = candidate = os.path.realpath(start)
    while True:
        if marker_in(candidate):
            return candidate
        above = os.path.dirname(candidate)
        if above == candidate:
            return folder
        candidate = above


def marker_in(folder: str) -> str | None:
    """The name in the folder that makes it a workspace; None if there is none."""
    for marker in WORKSPACE_MARKERS:
        if os.path.exists(os.path.join(folder, marker)):
            return marker
    return None


def state_home() -> str:
    """The user's state directory: XDG_STATE_HOME, else the platform's usual place."""
    if chosen := os.environ.get("XDG_STATE_HOME"):
        return chosen
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return local
    return os.path.join(os.path.expanduser("~"), ".local", "state")


def store_chosen(option: str | None) -> str | None:
    """The store as the user wrote it: `option`, else CTXBUDGET_STORE; None if neither is set."""
    return option or os.environ.get("CTXBUDGET_STORE") or None


URLS = ("postgresql://", "postgres://")


def is_url(store: str) -> bool:
    """Whether a store is in a database instead of a file."""
    return store.startswith(URLS)


def beside(store: str) -> str:
    """The path beside which this machine keeps what belongs to a store: its socket, its spool.

    That of a file is its own; that of a URL is one of a folder in the user's state directory.
    """
    if not is_url(store):
        return store
    return os.path.join(state_home(), "ctxbudget", "urls", _short_digest(store), STORE_NAME)


def store_path(workspace: str, option: str | None = None) -> str:
    """The store of a workspace (a real path): `option`, else CTXBUDGET_STORE, else its own.

    Both name a file, a folder or a URL.
    """
    if chosen := store_chosen(option):
        if is_url(chosen):
            return chosen
        path = os.path.join(os.getcwd(), os.path.expanduser(chosen))
        return os.path.join(path, STORE_NAME) if os.path.isdir(path) else path
    return store_in(os.path.join(state_home(), "ctxbudget"), workspace)


def store_in(folder: str, workspace: str) -> str:
    """The store of a workspace (a real path) in a folder that has one for each."""
    return os.path.join(folder, _short_digest(workspace), STORE_NAME)


def extra_roots(named: Iterable[str] = ()) -> list[str]:
    """Real paths of the folders outside the workspace that may be read: `named` and those in CTXBUDGET_ROOTS.

    The variable lists them in the same way as PATH.
    """
    listed = [*named, *os.environ.get("CTXBUDGET_ROOTS", "").split(os.pathsep)]
    return list(dict.fromkeys(os.path.realpath(os.path.expanduser(root)) for root in listed if root))


def socket_place(workspace: str, store: str) -> tuple[str, str]:
    """(folder, name): where a sidecar of the workspace listens. A store may serve several workspaces."""
    return os.path.realpath(beside(store)) + ".sidecar", _short_digest(workspace) + ".sock"


def _short_digest(path: str) -> str:
    from ctxbudget_server.store.digests import sha256_hex

    return sha256_hex(os.fsencode(path))[:16]
