"""Reads text files on the disk, and tells whether they have changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ctxbudget_server.workspace.opening import NotRegularError, OutsideError, open_inside


class Stamp(NamedTuple):
    """Distinguishes one state of a file from another."""

    modified_ns: int
    size: int


def stamp_of(path: str) -> Stamp | None:
    """A regular file's stamp; None if there is none at the path."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return Stamp(found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None


def read_text(path: str, max_bytes: int, roots: Sequence[str]) -> str | None:
    """The text of a regular file; None if it is larger than `max_bytes`, binary, not UTF-8, or unreadable.

    It is also None if the file is, or meanwhile leads, outside all `roots` (real paths).
    """
    try:
        descriptor, _ = open_inside(path, roots)
        with os.fdopen(descriptor, "rb") as file:
            if os.fstat(descriptor).st_size > max_bytes:
                return None
            data = file.read(max_bytes + 1)
        if len(data) > max_bytes or b"\0" in data:
            return None
        return data.decode("utf-8")
    except (OSError, ValueError, OutsideError, NotRegularError):
        return None
