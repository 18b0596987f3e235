"""The files of a store: their names, their identities, and how they are made.

A store is a database with SQLite's two companions and a lock file beside it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

COMPANIONS = ("-wal", "-shm")
"""What SQLite adds to a database's name for its log and the log's index."""

LOCK_SUFFIX = ".lock"
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

Identity = tuple[int, int]
"""Device and inode: the same for a path only while the same file lies there."""


def identity(path: str | Path) -> Identity | None:
    """Which file lies at a path now; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 (several times in each transaction)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def beside(path: Path, suffix: str) -> Path:
    """The file whose name is that of `path` with `suffix` after it."""
    return path.with_name(path.name + suffix)


def make_folder(folder: Path) -> None:
    """Create the folder and those above it that are missing, each for this user alone."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        with suppress(FileExistsError):  # another process starts too
            each.mkdir(mode=PRIVATE_FOLDER)


def make_file(path: Path) -> bool:
    """Create an empty file for this user alone, whatever the umask; False if there is one already.

    SQLite gives its companions the mode of the database.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    try:
        os.close(os.open(path, flags, PRIVATE_FILE))
    except FileExistsError:
        return False
    return True
