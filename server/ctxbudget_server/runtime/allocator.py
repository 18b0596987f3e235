"""glibc's memory allocator, told to keep memory together and to return what is free; elsewhere nothing is done.

By default glibc gives threads up to eight arenas per core. Each keeps the size of the largest body that was ever worked
on in it, so a server with many worker threads grows for hours although it holds no more than before.
"""

from __future__ import annotations

import sys
from typing import Any, Final

M_ARENA_MAX: Final = -8
"""The option's number in glibc's malloc.h."""
MAX_ARENAS: Final = 2


def limit_arenas() -> None:
    """Let all threads share two arenas. Those that exist already stay; call it before there are many threads."""
    if (library := _glibc()) is not None:
        library.mallopt(M_ARENA_MAX, MAX_ARENAS)


def return_free_memory() -> None:
    """Return free pages to the system; takes milliseconds, and does not hold the interpreter lock."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def _glibc() -> Any | None:
    """The C library, if it is glibc."""
    if sys.platform != "linux":
        return None
    import ctypes  # not before it is needed: the server answers `initialize` sooner

    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
