"""Information about other processes."""

from __future__ import annotations

import os
import sys


def is_alive(pid: int) -> bool:
    """Whether there is a process with this id."""
    if pid <= 0 or sys.platform == "win32":  # on Windows os.kill(pid, 0) would kill the process
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
