"""A session as lines of JSON: its log, its account, its items and, if wanted, its contents. Anyone can verify them.

Every line is chained to the lines before by a running digest, which the last line has: the SHA-256 of the digest so far
and the line. Entries of the log are chained by hashes of their own, which do not depend on the export.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final, NamedTuple

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_server.account.content import decode
from ctxbudget_server.rules.items import Item
from ctxbudget_server.store.encoding.json_text import dump
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.receipts import session_line
from ctxbudget_server.store.records import LogEntry, Session

SECTIONS: Final = ("session", "change", "account", "item", "content", "end")
DIGEST_LENGTH: Final = 64
"""Hexadecimal digits of a SHA-256."""
PAGE: Final = 500
"""Rows read from the store at once."""
ACCOUNT_FIELDS: Final = (
    "state", "updated_at", "closed_at", "revision", "config", "retained", "processed", "peak", "level", "next_seq",
    "next_order", "buffer", "dropped_revision",
)  # fmt: skip
"""Fields of the session that its account line has."""


class Position(NamedTuple):
    """How far an export has come: everything that the next line depends on."""

    nonce: str
    """Of the session's life."""
    revision: int
    section: str = "session"
    after: str = ""
    """The revision, the `seq` or the hash of the section's last line."""
    lines: int = 0
    digest: str = sha256().hexdigest()
    """Of the lines so far."""

    def moved(self, section: str, after: str, line: bytes) -> Position:
        """The position after one more line."""
        return Position(self.nonce, self.revision, section, after, self.lines + 1, folded(self.digest, line))

    def cursor(self) -> str:
        """The position as an opaque text."""
        return ".".join(map(str, self))


def folded(digest: str, line: bytes) -> str:
    """The running digest after one more line."""
    return sha256(bytes.fromhex(digest) + line).hexdigest()


def position_of(cursor: str) -> Position:
    """The position that a cursor names; raises `invalidParams`."""
    try:
        nonce, revision, section, after, lines, digest = cursor.split(".")
        found = Position(nonce, int(revision), section, after, int(lines), bytes.fromhex(digest).hex())
        at_number = section not in ("change", "item") or int(after) >= 0
    except ValueError:
        found, at_number = Position("", 0), False
    if not at_number or found.section not in SECTIONS or len(found.digest) != DIGEST_LENGTH:
        raise invalid(["cursor"], "is not the `next` of an earlier page")
    return found


def entry_line(entry: LogEntry) -> bytes:
    """An entry of the log with its hash."""
    return entry.line if entry.hash is None else b'%b,"hash":"%b"}' % (entry.line[:-1], entry.hash.hex().encode())


def item_image(item: Item) -> dict[str, Any]:
    """All values of an item, as JSON has them."""
    return {**item.image(), "segments": list(item.segments), "reduces": list(item.reduces)}


class ExportLines:
    """The lines of one session, from any position."""

    def __init__(self, reader: Reader, session: Session, *, content: bool) -> None:
        self._reader = reader
        self._session = session
        self._content = content

    def after(self, position: Position) -> Iterator[tuple[bytes, Position]]:
        """(line, the position after it) for all lines after a position."""
        start = SECTIONS.index(position.section)
        for section in SECTIONS[start:]:
            after = position.after if section == position.section else ""
            for mark, line in self._section(section, after, position):
                position = position.moved(section, mark, line)
                yield line, position

    def _section(self, section: str, after: str, position: Position) -> Iterator[tuple[str, bytes]]:
        if section == "change":
            yield from self._changes(int(after or 0))
        elif section == "item":
            yield from self._items(int(after or 0))
        elif section == "content":
            if self._content:
                yield from self._contents(after)
        elif not after:  # one line
            yield "1", self._single(section, position)

    def _single(self, section: str, position: Position) -> bytes:
        if section == "session":
            return session_line(self._session)
        return self._account() if section == "account" else self._end(position)

    def _changes(self, revision: int) -> Iterator[tuple[str, bytes]]:
        log = self._reader.log(self._session)
        while entries := [*log.entries(revision, PAGE)]:
            for entry in entries:
                revision = entry.revision
                yield str(revision), entry_line(entry)

    def _account(self) -> bytes:
        reader, session = self._reader, self._session
        return dump(
            {
                "line": "account",
                **{name: getattr(session, name) for name in ACCOUNT_FIELDS},
                "phases": [asdict(phase) for phase in reader.phases(session.id).values()],
                "waves": [asdict(wave) for wave in reader.waves(session.id)],
                "layers": [asdict(layer) for layer in reader.layers(session.id).values()],
                "leases": [asdict(lease) for lease in reader.leases(session.id)],
                "undos": [row._asdict() for row in reader.undo_rows(session.id)],
            }
        ).encode()

    def _items(self, seq: int) -> Iterator[tuple[str, bytes]]:
        while items := self._reader.items_after(self._session.id, seq, PAGE):
            for item in items:
                seq = item.seq
                yield str(seq), dump({"line": "item", **item_image(item)}).encode()

    def _contents(self, after: str) -> Iterator[tuple[str, bytes]]:
        holders: dict[str, str] = {}
        for item in self._reader.items_with_content(self._session.id):
            holders.update(dict.fromkeys(item.segments, item.id))
        for digest in sorted(digest for digest in holders if digest > after):
            data = self._reader.segment(digest)
            if data is None:
                raise ProtocolError(
                    "contentDamaged",
                    f"the content of item {holders[digest]} was damaged in the store; without `content` the rest can be"
                    " exported",
                    itemId=holders[digest],
                    hash=digest,
                )
            yield digest, dump({"line": "content", "hash": digest, "text": decode(data)}).encode()

    def _end(self, position: Position) -> bytes:
        head = self._reader.log(self._session).head()
        return dump(
            {
                "line": "end",
                "lines": position.lines,
                "revision": self._session.revision,
                "head": head.hash.hex() if head else None,
                "digest": position.digest,
            }
        ).encode()
