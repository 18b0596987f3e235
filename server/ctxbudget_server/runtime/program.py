"""How this command can be called from elsewhere."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import Final

NAME: Final = "ctxbudget"


def own_path() -> str | None:
    """The absolute path of this command; None if there is none, as when it runs from source.

    If the command on PATH is this one, its path there is taken: a link there outlives the folder it points to.
    """
    here = os.path.abspath(sys.argv[0])  # noqa: PTH100 - a link stays one
    if os.path.basename(here) != NAME or not os.path.isfile(here):  # noqa: PTH113, PTH119
        here = os.path.join(os.path.dirname(sys.executable), NAME)  # noqa: PTH118, PTH120
    is_there = os.path.isfile(here)  # noqa: PTH113
    found = shutil.which(NAME)
    if found and (not is_there or os.path.samefile(found, here)):  # noqa: PTH121
        return os.path.abspath(found)  # noqa: PTH100
    return here if is_there else None


def name_for_a_shell() -> str:
    """What a shell with our environment calls this command by: its name if that is on PATH, else its path, quoted."""
    path = None if shutil.which(NAME) else own_path()
    return shlex.quote(path) if path else NAME
