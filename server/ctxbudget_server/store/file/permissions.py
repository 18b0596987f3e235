"""Who may touch the files of a store: this user alone."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.file.paths import COMPANIONS, LOCK_SUFFIX, PRIVATE_FILE, beside

OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def restrict(path: Path) -> None:
    """Remove the rights of others on those of the store's files that belong to this user."""
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
