"""Whether a folder keeps an account of its own beside that of a folder above it."""

from __future__ import annotations

from pathlib import Path

from ctxbudget_server.store.location import marker_in, store_chosen, store_path, workspace_chosen


def account_above(workspace: str, chosen_workspace: str | None, chosen_store: str | None) -> str | None:
    """The nearest folder above a workspace that has a store of its own, which the workspace does not use.

    None if there is none, or if the workspace or the store was chosen: by option, by environment or by a marker.
    """
    if workspace_chosen(chosen_workspace) or store_chosen(chosen_store) or marker_in(workspace):
        return None
    above = (str(folder) for folder in Path(workspace).parents)
    return next((folder for folder in above if Path(store_path(folder)).exists()), None)
