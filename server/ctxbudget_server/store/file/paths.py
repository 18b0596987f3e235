"""The files of a store: their names, their identities, and how they are created.

A store is a database, SQLite's two companion files, and a few small files of ours beside them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

COMPANIONS = ("-wal", "-shm")
"""What SQLite adds to a database's name for its log and the log's index."""

SEEN_SUFFIX = ".seen"
"""Of the file of acknowledged revisions beside a store."""
LOCK_SUFFIX = ".lock"
RESERVE_SUFFIX = ".reserve"
"""Of the space that is given up on a full disk."""
QUEUE_SUFFIX = ".queue"
"""Of the file at whose lock writers wait for their turn."""
ALL_BESIDE = (*COMPANIONS, LOCK_SUFFIX, SEEN_SUFFIX, RESERVE_SUFFIX, QUEUE_SUFFIX)
"""What is added to a store's name for each file that may lie beside it."""
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

Identity = tuple[int, int]
"""Device and inode: they stay the same only while the path leads to the same file."""


def identity(path: str | Path) -> Identity | None:
    """The identity of the file at a path; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 (runs several times in each transaction)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def beside(path: Path, suffix: str) -> Path:
    """The file named like `path` with `suffix` appended."""
    return path.with_name(path.name + suffix)


def obstacle(path: Path) -> Path | None:
    """What lies where a folder above the path would have to be; None: the file can be there."""
    above = next((folder for folder in path.parents if identity(folder) is not None), None)
    return None if above is None or above.is_dir() else above


def make_folder(folder: Path) -> None:
    """Create the folder and any missing parents, accessible to this user only."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        with suppress(FileExistsError):  # another process is starting too
            each.mkdir(mode=PRIVATE_FOLDER)


def make_file(path: Path) -> bool:
    """Create an empty file accessible to this user only, whatever the umask; False if it exists already.

    SQLite gives its companion files the mode of the database.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    try:
        os.close(os.open(path, flags, PRIVATE_FILE))
    except FileExistsError:
        return False
    return True
