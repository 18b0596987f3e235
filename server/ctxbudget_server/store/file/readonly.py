"""A read-only connection that leaves a store's files as they are."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

BUSY_SECONDS: Final = 1.0


def has_log(path: Path) -> bool:
    """Whether there is a log that has not been folded in."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def open_readonly(path: Path) -> sqlite3.Connection:
    """Open a store for reading. Without a log only the file is touched; a log is read in place, not folded in."""
    how = "mode=ro" if has_log(path) else "immutable=1"
    name = quote(os.fsencode(os.path.realpath(path)))
    return sqlite3.connect(f"file:{name}?{how}", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
