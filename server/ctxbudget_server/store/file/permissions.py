"""Who may access the files of a store: this user only."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.file.paths import ALL_BESIDE, COMPANIONS, LOCK_SUFFIX, PRIVATE_FILE, beside

OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def restrict(path: Path) -> None:
    """Remove other users' permissions from those of the store's files that this user owns."""
    for each in (path, *(beside(path, suffix) for suffix in ALL_BESIDE)):
        make_private(each)


def make_private(path: Path) -> None:
    """Set mode 0600 on a file that this user owns; does nothing to another user's file, or if there is none."""
    if sys.platform == "win32":
        return
    with suppress(FileNotFoundError):
        status = path.lstat()
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and mode & ~PRIVATE_FILE:
            path.chmod(mode & PRIVATE_FILE)


def refuse_unsafe(path: Path) -> None:
    """Raise `storeUnsafe`, with the command that fixes it, if other users could change the store.

    They could if another user owns one of its files or its folder, or may write to the folder. In a folder like /tmp,
    where nobody may replace other users' files (the sticky bit), only the owners of the files matter. A group whose
    only member is this user does not count as another user.
    """
    if sys.platform == "win32":
        return
    for each in (path, *(beside(path, suffix) for suffix in (*COMPANIONS, LOCK_SUFFIX))):
        with suppress(FileNotFoundError):
            if (status := each.stat()).st_uid != os.geteuid():
                raise _unsafe(path, f"{each} belongs to {_user(status.st_uid)}", f"chown {_user(os.geteuid())}", each)
    _refuse_unsafe_folder(path)


def _unsafe(path: Path, reason: str, command: str, what: Path) -> ProtocolError:
    import shlex  # not needed in a normal start

    remedy = f"{command} {shlex.quote(str(what))}"
    return ProtocolError(
        "storeUnsafe",
        f"other users can change the store {path}: {reason}; run `{remedy}`, or name another file with --store",
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
        """Whether this user is the group's only member; many systems create such a group for each user."""
        import grp

        try:
            group = grp.getgrgid(group_number)
        except KeyError:
            return False
        name = _user(os.geteuid())
        return group.gr_name == name and set(group.gr_mem) <= {name}
