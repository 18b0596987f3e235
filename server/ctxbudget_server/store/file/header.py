"""The header that every store's file must have. It lets SQLite read a file with a damaged header."""

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
    (18, b"\x02\x02\x00\x40\x20\x20"),  # WAL format, no reserved bytes, SQLite's payload fractions
    (44, b"\x00\x00\x00\x04"),  # schema format
    (56, b"\x00\x00\x00\x01"),  # UTF-8
)
"""What all stores have in common: offset and bytes."""


def mend(database: Path, log: Path) -> None:
    """Give a copy of a damaged file a header that lets SQLite read the rest of it, including its log."""
    page = _page_bytes(database, log)
    with database.open("r+b") as file:
        header = bytearray(file.read(HEADER_BYTES).ljust(HEADER_BYTES, b"\0"))
        for offset, data in FIXED:
            header[offset : offset + len(data)] = data
        header[16:18] = struct.pack(">H", page)
        size = max(page, file.seek(0, os.SEEK_END))
        pages = -(-size // page)
        header[28:32] = struct.pack(">I", pages)
        header[32:40] = bytes(8)  # no free pages, as nothing is written to the copy
        file.truncate(pages * page)
        file.seek(0)
        file.write(header)


def is_wrong(database: Path) -> bool:
    """Whether a file's header is not one that a store must have."""
    with database.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return True
    constants = [header[at : at + len(data)] == data for at, data in FIXED if at != 18]
    return not (all(constants) and set(header[18:20]) <= {1, 2} and header[20:24] == FIXED[1][1][2:])


def _page_bytes(database: Path, log: Path) -> int:
    """The page size: the log's, else the header's, else SQLite's default, with which stores are created."""
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
    """Whether an error is due to a damaged file: SQLite says so, or it failed on a header that cannot be right."""
    if is_corrupt(fault):
        return True
    try:
        return is_unreadable(fault) and is_wrong(path)
    except OSError:
        return False
