"""Text files on the disk, read again only when they have changed."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import NamedTuple


class Stamp(NamedTuple):
    """What tells one state of a file from another."""

    modified_ns: int
    size: int


def stamp_of(path: str) -> Stamp | None:
    """A regular file's stamp; None if there is none at the path."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return Stamp(found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None


def read_text(path: str, max_bytes: int) -> str | None:
    """The text of a regular file; None if it is larger than that, binary, not UTF-8, or cannot be read."""
    stamp = stamp_of(path)
    if stamp is None or stamp.size > max_bytes:
        return None
    try:
        with Path(path).open("rb") as file:
            data = file.read(max_bytes + 1)
        if len(data) > max_bytes or b"\0" in data:
            return None
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
