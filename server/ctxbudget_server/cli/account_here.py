"""Whether the workspace has an account, and what to say if a folder above has another one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ctxbudget_server.service.service import Whereabouts
from ctxbudget_server.store.account_above import account_above
from ctxbudget_server.store.file.paths import SEEN_SUFFIX, obstacle
from ctxbudget_server.store.location import is_url

if TYPE_CHECKING:
    from argparse import Namespace


def has_account(at: Whereabouts) -> bool:
    """Whether there is a store, or was one whose loss must be reported. Asking the service would create one.

    A URL names what others may have, so it counts as one.
    """
    if is_url(at.store):
        return True
    return any(Path(f"{at.store}{suffix}").exists() for suffix in ("", SEEN_SUFFIX))


def separate_account(at: Whereabouts, options: Namespace) -> str | None:
    """What to say when the workspace starts an account although a folder above has one; None: no folder has."""
    above = account_above(at.workspace, options.workspace, options.store)
    if above is None:
        return None
    return f"{at.workspace} keeps an account of its own, separate from that of {above}: {way_to(above)}"


def no_account(at: Whereabouts, options: Namespace) -> str:
    """What to say when there is nothing to show."""
    is_file = not is_url(at.store)
    if is_file and (blocking := obstacle(Path(at.store))) is not None:
        return f"there can be no store at {at.store}: {blocking} is not a folder"
    if is_file and options.store is not None:
        return f"there is no session yet of {at.workspace} in the store {at.store}"
    nothing = f"there is no session yet in {at.workspace}"
    above = account_above(at.workspace, options.workspace, options.store)
    return nothing if above is None else f"{nothing}; {above} has an account: {way_to(above)}"


def way_to(above: str) -> str:
    """How to use the account of a folder above."""
    return f"--workspace {above} uses that one, and an empty {above}/ctxbudget.toml makes it that of all its folders"
