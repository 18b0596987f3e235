"""High-water marks beside the store: the last acknowledged revision of each session.

SQLite silently drops whatever follows a damaged page of its log, and a file that was truncated or restored from a copy
looks like any other. The marks reveal a session that went back. They are written after each commit and are never ahead
of what was committed; two sessions may share a slot, which then holds only the latest mark.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.store.file.paths import PRIVATE_FILE, SEEN_SUFFIX, Identity, beside, identity

SLOTS = 1024
SLOT = struct.Struct("<Iq16s128s")
"""Checksum of the rest, revision, nonce, id."""

DELETED = -1


class Mark(NamedTuple):
    """The last acknowledged state of a session; revision `DELETED` if it was deleted."""

    session_id: str
    nonce: str
    revision: int


class HighWaterMarks:
    """The file with the marks. A mark that cannot be written is skipped: only the detection of losses depends on it."""

    def __init__(self, store: Path) -> None:
        self._path = beside(store, SEEN_SUFFIX)
        self._descriptor = -1
        self._identity: Identity | None = None

    def record(self, seen: Mark) -> None:
        """Record what was just committed, unless a later mark of the same life of the session exists."""
        try:
            self._open()
            at = self._slot(seen.session_id)
            known = self._read(at)
            if known and known[:2] == seen[:2] and known.revision > seen.revision >= 0:
                return
            os.pwrite(self._descriptor, _packed(seen), at)
        except OSError:
            return

    def last(self, session_id: str) -> Mark | None:
        """The mark of a session."""
        try:
            self._open()
            known = self._read(self._slot(session_id))
        except OSError:
            return None
        return known if known and known.session_id == session_id else None

    def all(self) -> list[Mark]:
        """All marks."""
        try:
            self._open()
            data = os.pread(self._descriptor, SLOTS * SLOT.size, 0)
        except OSError:
            return []
        slots = (data[at : at + SLOT.size] for at in range(0, len(data), SLOT.size))
        return [seen for slot in slots if (seen := _unpacked(slot))]

    def forget(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor, self._identity = -1, None

    def _open(self) -> None:
        if self._descriptor >= 0 and identity(self._path) == self._identity:
            return
        self.forget()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(self._path, flags, PRIVATE_FILE)
        status = os.fstat(self._descriptor)
        self._identity = (status.st_dev, status.st_ino)

    def _slot(self, session_id: str) -> int:
        return zlib.crc32(session_id.encode()) % SLOTS * SLOT.size

    def _read(self, at: int) -> Mark | None:
        return _unpacked(os.pread(self._descriptor, SLOT.size, at))


def sessions_behind(seen: Iterable[Mark], now: dict[str, tuple[str, int]]) -> list[tuple[Mark, int | None]]:
    """The marks that `now` (nonce and revision by id) is behind, each with the revision found or None."""
    behind: list[tuple[Mark, int | None]] = []
    for each in seen:
        nonce, revision = now.get(each.session_id, (None, None))
        if each.revision == DELETED:
            if nonce == each.nonce:
                behind.append((each, revision))
        elif nonce is None or (nonce == each.nonce and revision is not None and revision < each.revision):
            behind.append((each, revision))
    return behind


def _packed(seen: Mark) -> bytes:
    body = SLOT.pack(0, seen.revision, seen.nonce.encode()[:16], seen.session_id.encode()[:128])[4:]
    return struct.pack("<I", zlib.crc32(body)) + body


def _unpacked(slot: bytes) -> Mark | None:
    if len(slot) < SLOT.size or not any(slot[4:]):
        return None
    check, revision, nonce, session_id = SLOT.unpack(slot)
    if zlib.crc32(slot[4:]) != check:
        return None
    return Mark(session_id.rstrip(b"\0").decode(), nonce.rstrip(b"\0").decode(), revision)
