"""Where a workspace's store lies: under the user's state directory, never in the repository unless asked."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

STORE_NAME = "store.db"


def state_home() -> Path:
    """The user's state directory: XDG_STATE_HOME, else the platform's usual place."""
    if chosen := os.environ.get("XDG_STATE_HOME"):
        return Path(chosen)
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local)
    return Path.home() / ".local" / "state"


def store_path(workspace: Path, chosen: str | None = None) -> Path:
    """The store of a workspace (a real path); `chosen` is the user's own path, a file or a folder."""
    if chosen:
        path = Path(chosen).expanduser().absolute()
        return path / STORE_NAME if path.is_dir() else path
    digest = hashlib.sha256(os.fsencode(workspace)).hexdigest()[:16]
    return state_home() / "ctxbudget" / digest / STORE_NAME
