"""Opens files inside given folders and no others, even if something is replaced by a link meanwhile.

A path that was checked may lead elsewhere a moment later. So the path is made real first and judged, and then walked
from its folder's descriptor, a name at a time, without following a link. A link on that way has been put there since:
then all begins again, and after some times it is an error.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from ctxbudget_server.store.location import workspace_around

MAX_TRIES = 5
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_SWAPPED = (errno.ELOOP, errno.ENOTDIR, errno.EMLINK)
CAN_WALK = os.open in os.supports_dir_fd and bool(_NO_LINK)
"""Whether the system can open files relative to a folder's descriptor; Windows cannot, so only names are checked there.
"""


class OutsideError(Exception):
    """A path leads out of the readable folders; the argument is its real path."""


class NotRegularError(Exception):
    """The path is a folder, a device or a fifo; the argument is its real path."""


def inside(path: str | Path, roots: Iterable[str | Path]) -> tuple[str, str]:
    """(root, real path) of a path; raises OutsideError if it is in none of the roots (real paths)."""
    real = os.path.realpath(path)
    for root in map(str, roots):
        if real == root or real.startswith(root.rstrip(os.sep) + os.sep):
            return root, real
    raise OutsideError(real)


def open_inside(path: str | Path, roots: Sequence[str | Path]) -> tuple[int, str]:
    """(descriptor, real path) of a regular file in one of the roots.

    Raises OutsideError, NotRegularError, and OSError as `os.open` does.
    """
    for attempt in range(MAX_TRIES):
        root, real = inside(path, roots)
        try:
            descriptor = _walked(root, real) if CAN_WALK else os.open(real, _FLAGS)
        except OSError as fault:
            if fault.errno not in _SWAPPED or attempt == MAX_TRIES - 1:
                raise
            continue
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotRegularError(real)
        return descriptor, real
    raise AssertionError("unreachable")


def _walked(root: str, real: str) -> int:
    if real == root:
        root = str(Path(root).parent)
    *folders, name = Path(real).relative_to(root).parts
    folder = os.open(root, _FOLDER)
    try:
        for part in folders:
            below = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(name, _FLAGS | _NO_LINK, dir_fd=folder)
    finally:
        os.close(folder)


def roots_around(path: str) -> tuple[str, ...]:
    """The folders from which a document outside all workspace folders may import: the workspace around it."""
    return (workspace_around(str(Path(path).parent)),)
