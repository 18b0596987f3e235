"""Settings of access from the user's file: needed before the store is opened, and by hooks on their fast path."""

from __future__ import annotations

import os

from ctxbudget_server.settings.places import user_file
from ctxbudget_server.store.location import extra_roots, is_url, store_in, store_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = (b"store", b"roots", b"durability", b"retain")


SHARED_STORE = (
    "one store for all your workspaces, where sessions of one name are one account; a folder keeps them apart"
)
"""What a reader should know of a `store` in the user's file that is a file."""


class Access:
    """What the user's file says; None or empty: nothing. A plain class, since hooks have no time for `typing`."""

    __slots__ = ("durability", "retain", "roots", "store")

    def __init__(
        self,
        store: str | None = None,
        durability: str | None = None,
        retain: str | None = None,
        roots: tuple[str, ...] = (),
    ) -> None:
        self.store = store
        self.durability = durability
        self.retain = retain
        self.roots = roots


def user_access() -> Access:
    """The settings of access in the user's file. Wrong ones are left out; `CurrentSettings` names them."""
    path = user_file()
    if not os.path.isfile(path):
        return Access()
    try:
        with open(path, "rb") as file:
            data = file.read(300_000)
    except OSError:
        return Access()
    if not any(name in data for name in _NAMES):  # parsing takes longer than a hook's whole request
        return Access()
    from ctxbudget_server.settings.reader import read_source

    values = read_source(path, of_user=True).values
    return Access(values.get("store"), values.get("durability"), values.get("retain"), tuple(values.get("roots", ())))


def store_of(workspace: str, option: str | None, access: Access) -> str:
    """The store of a workspace (a real path): `option`, else CTXBUDGET_STORE, else the user's file, else its own.

    A folder in the user's file has one store for each workspace; a file is one store for all.
    """
    if option or os.environ.get("CTXBUDGET_STORE") or not access.store:
        return store_path(workspace, option)
    if is_url(access.store):
        return access.store
    path = os.path.expanduser(access.store)
    return store_in(path, workspace) if os.path.isdir(path) or path.endswith(("/", os.sep)) else path


def is_shared(store: str) -> bool:
    """Whether a store that the user's file sets serves all workspaces."""
    named = user_access().store
    return named is not None and os.path.expanduser(named) == store


def roots_of_user(named: Iterable[str], access: Access) -> list[str]:
    """Real paths of the folders outside the workspace that may be read: named, by environment, by the user's file."""
    return list(dict.fromkeys([*extra_roots(named), *extra_roots(access.roots)]))
