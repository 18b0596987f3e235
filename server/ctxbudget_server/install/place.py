"""Where an installation goes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

Scope = Literal["user", "project"]


class Place(NamedTuple):
    """For whom: every project of this user, or everyone in one project."""

    scope: Scope
    project: Path
    program: str
    """What hosts call: an absolute path, or `ctxbudget`, which a shell finds on PATH."""
    replace_over: int | None = None
    """Tokens above which outputs of tools are to be replaced, 0 for never; None: as it is."""
    editor: str | None = None
    """The editor's own command, as the user names it; None: it is looked for."""


def shown(path: Path) -> str:
    """A path as people write it, with ~ for their home."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
