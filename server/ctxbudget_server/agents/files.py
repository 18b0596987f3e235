"""Reads bounded parts of files that hosts write. An unreadable file is empty, and a pipe never makes a hook wait."""

from __future__ import annotations

import os
import stat


def read_start(path: str, limit: int) -> bytes:
    """The first bytes of a file, at most `limit`."""
    return _read(path, 0, limit)


def read_last_lines(path: str | None, limit: int) -> bytes:
    """The last complete lines of a file, at most `limit` bytes."""
    if not path:
        return b""
    try:
        size = os.stat(path).st_size
    except (OSError, ValueError):
        return b""
    data = _read(path, max(0, size - limit), limit)
    return data.partition(b"\n")[2] if size > limit else data


def _read(path: str, start: int, limit: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return b""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            file.seek(start)
            return file.read(limit)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
