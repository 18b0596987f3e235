"""Locks on open files. The kernel releases them when the process that holds them ends, however it ends."""

from __future__ import annotations

import sys
from contextlib import suppress

if sys.platform != "win32":
    import fcntl


def try_lock(descriptor: int) -> bool:
    """Try to lock the file for this descriptor; whether that worked. True where there are no such locks.

    Callers that only need it for ordering can do without it; callers whose correctness depends on it must not use it.
    """
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def wait_for_lock(descriptor: int) -> None:
    """Return once the file is locked for this descriptor, which may be never; at once where there are no such locks."""
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
