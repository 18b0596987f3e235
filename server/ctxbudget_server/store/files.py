"""The files of a store: whose they are, who may touch them, and which of them lie where they should.

A store is a database with SQLite's two companions and a lock file beside it. All of them are this user's alone.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError

COMPANIONS = ("-wal", "-shm")
"""What SQLite adds to a database's name for its log and the log's index."""

LOCK_SUFFIX = ".lock"
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH

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


def tighten(path: Path) -> None:
    """Take every right of others on the store's files away, as far as the files are this user's."""
    for each in (path, *(beside(path, suffix) for suffix in (*COMPANIONS, LOCK_SUFFIX))):
        make_private(each)


def make_private(path: Path) -> None:
    """Mode 0600 for a file of this user's; nothing happens to another's, or where there is none."""
    if sys.platform == "win32":
        return
    with suppress(FileNotFoundError):
        status = path.lstat()
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and mode & ~PRIVATE_FILE:
            path.chmod(mode & PRIVATE_FILE)


def refuse_unsafe(path: Path) -> None:
    """Raise `storeUnsafe`, with the command that cures it, where other users could change the store.

    That is where another user owns one of its files, or owns its folder, or may write to the folder. In a folder like
    /tmp, where nobody may replace the files of others (the sticky bit), the owners of the files are enough. A group
    that has this user alone in it is not another user.
    """
    if sys.platform == "win32":
        return
    for each in (path, *(beside(path, suffix) for suffix in (*COMPANIONS, LOCK_SUFFIX))):
        with suppress(FileNotFoundError):
            if (status := each.stat()).st_uid != os.geteuid():
                raise _unsafe(path, f"{each} belongs to {_user(status.st_uid)}", f"chown {_user(os.geteuid())}", each)
    _refuse_unsafe_folder(path)


def _unsafe(path: Path, reason: str, command: str, what: Path) -> ProtocolError:
    import shlex  # the usual start does without it

    remedy = f"{command} {shlex.quote(str(what))}"
    return ProtocolError(
        "storeUnsafe",
        f"the store {path} is not this user's alone: {reason}; run `{remedy}`, or name another file with --store",
        path=str(path),
        reason=reason,
        remedy=remedy,
    )


if sys.platform != "win32":

    def _refuse_unsafe_folder(path: Path) -> None:
        folder = path.parent
        status = folder.stat()
        if status.st_uid not in (0, os.geteuid()):
            raise _unsafe(
                path, f"its folder {folder} belongs to {_user(status.st_uid)}", f"chown {_user(os.geteuid())}", folder
            )
        writers = status.st_mode & OTHERS_MAY_WRITE
        if writers & stat.S_IWGRP and _is_alone_in(status.st_gid):
            writers &= ~stat.S_IWGRP
        if writers and not status.st_mode & stat.S_ISVTX:
            raise _unsafe(path, f"other users may write to its folder {folder}", "chmod go-w", folder)

    def _user(number: int) -> str:
        import pwd

        try:
            return pwd.getpwuid(number).pw_name
        except KeyError:
            return str(number)

    def _is_alone_in(group_number: int) -> bool:
        """Whether the group is this user's own one, as many systems make one for each user."""
        import grp

        try:
            group = grp.getgrgid(group_number)
        except KeyError:
            return False
        name = _user(os.geteuid())
        return group.gr_name == name and set(group.gr_mem) <= {name}
