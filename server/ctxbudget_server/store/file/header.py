"""The header of a store's file as it must be, whatever was made of it: the base from which a damaged one is read."""

from __future__ import annotations

import os
import sqlite3
import struct
from pathlib import Path

from ctxbudget_server.store.errors import is_corrupt, is_unreadable
from ctxbudget_server.store.file.classification import SQLITE_MAGIC

PAGE_BYTES = 4096
HEADER_BYTES = 100
LOG_PAGE_SIZE_AT = 8

FIXED: tuple[tuple[int, bytes], ...] = (
    (0, SQLITE_MAGIC),
    (18, b"\x02\x02\x00\x40\x20\x20"),  # the log's format, nothing reserved, SQLite's payload fractions
    (44, b"\x00\x00\x00\x04"),  # the format of the schema
    (56, b"\x00\x00\x00\x01"),  # UTF-8
)
"""What every store has in common: offset and bytes."""


def mend(database: Path, log: Path) -> None:
    """Give a copy of a damaged file a header with which SQLite reads the rest of it, its log included."""
    page = _page_bytes(database, log)
    with database.open("r+b") as file:
        header = bytearray(file.read(HEADER_BYTES).ljust(HEADER_BYTES, b"\0"))
        for offset, data in FIXED:
            header[offset : offset + len(data)] = data
        header[16:18] = struct.pack(">H", page)
        size = max(page, file.seek(0, os.SEEK_END))
        pages = -(-size // page)
        header[28:32] = struct.pack(">I", pages)
        header[32:40] = bytes(8)  # no free pages: nothing is written to the copy
        file.truncate(pages * page)
        file.seek(0)
        file.write(header)


def is_wrong(database: Path) -> bool:
    """Whether a file's header is not one with which SQLite can work as the store needs it."""
    with database.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return True
    constants = [header[at : at + len(data)] == data for at, data in FIXED if at != 18]
    return not (all(constants) and set(header[18:20]) <= {1, 2} and header[20:24] == FIXED[1][1][2:])


def _page_bytes(database: Path, log: Path) -> int:
    """The log says it too; a store is made with SQLite's default."""
    if log.exists():
        with log.open("rb") as file:
            start = file.read(LOG_PAGE_SIZE_AT + 4)
        if len(start) == LOG_PAGE_SIZE_AT + 4:
            (size,) = struct.unpack(">I", start[LOG_PAGE_SIZE_AT:])
            if _is_page_size(size):
                return int(size)
    with database.open("rb") as file:
        start = file.read(18)
    size = int.from_bytes(start[16:18], "big") if len(start) == 18 else 0
    return size if _is_page_size(size) and size >= PAGE_BYTES else PAGE_BYTES


def _is_page_size(size: int) -> bool:
    return 512 <= size <= 32768 and size & (size - 1) == 0


def is_damage(fault: sqlite3.Error, path: Path) -> bool:
    """Whether a fault is the file's: SQLite says so, or it stumbled over a header that cannot be right."""
    if is_corrupt(fault):
        return True
    try:
        return is_unreadable(fault) and is_wrong(path)
    except OSError:
        return False
