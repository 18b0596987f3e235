"""What the hosts of several editors have in common."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SECONDS = 30.0


def path_with_ctxbudget() -> str:
    """PATH with the environment of the tests in front."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def wait_for(look: Callable[[], Any], says: Callable[[Any], bool], explain: Callable[[], str]) -> Any:
    """Look until what is there is as it should be; fails with what was seen last, and an explanation."""
    give_up = time.monotonic() + SECONDS
    while not says(found := look()):
        if time.monotonic() > give_up:
            pytest.fail(f"{found!r}; {explain()}")
        time.sleep(0.05)
    return found


def end(process: subprocess.Popen[bytes]) -> None:
    """End an editor, and by that its server."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
