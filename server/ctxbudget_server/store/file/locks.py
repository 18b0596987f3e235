"""Locks on open files that end with the process that holds them, however that ends."""

from __future__ import annotations

import sys
from contextlib import suppress

if sys.platform != "win32":
    import fcntl


def try_lock(descriptor: int) -> bool:
    """Whether the file is locked for this descriptor now; True where there are no such locks.

    Those who depend on it for order alone can go on without; those who depend on it for truth must not use it.
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
    """Return when the file is locked for this descriptor, which may be never; at once where there are no such locks."""
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
