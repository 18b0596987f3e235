"""Takes in an exported session: every line is verified against the log before anything is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from ctxbudget_protocol.errors import Location, ProtocolError
from ctxbudget_server.account.content import digest_of, encode, make_blob
from ctxbudget_server.account.export_lines import ACCOUNT_FIELDS, Position, folded, item_image
from ctxbudget_server.rules.items import Item, differences
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.store.encoding.item_changes import History
from ctxbudget_server.store.encoding.json_text import dump
from ctxbudget_server.store.interface import Writer
from ctxbudget_server.store.receipts import FORMAT, session_line
from ctxbudget_server.store.records import (
    CopiedEntry,
    Heading,
    LayerRecord,
    LoggedFigures,
    Session,
    UndoRow,
)

Json = dict[str, Any]

_ORDER: Final = {"session": 0, "olderChange": 1, "change": 2, "account": 3, "item": 4, "content": 5, "end": 6}
_SINGLE: Final = ("session", "account", "end")


class _WrongError(Exception):
    """A line is not what it must be; the message says why."""


@dataclass(slots=True)
class _Derived:
    """What the log says so far."""

    history: History = field(default_factory=History)
    images: dict[str, Json] = field(default_factory=dict)
    retained: int = 0
    processed: int = 0
    peak: int = 0

    def follow(self, changes: list[Json], revision: int, at: str) -> None:
        """Apply the changes of an entry."""
        for change in self.history.changes(changes, revision, at):
            for image, sign in ((change["before"], -1), (change["after"], 1)):
                if image is not None:
                    self.retained += sign * (image["tokens"] if image["state"] == "retained" else 0)
                    self.processed += sign * (image["tokens"] if image["brought_in"] else 0)
            self.images[change["id"]] = change["after"]
        self.peak = max(self.peak, self.retained)


class Importer:
    """Writes the lines of an export into a transaction, one by one."""

    def __init__(self, writer: Writer, check: Callable[[], None]) -> None:
        self._writer = writer
        self._check = check
        self._session: Session | None = None
        self._derived = _Derived()
        self._items: dict[str, Item] = {}
        self._missing: set[str] = set()
        """Hashes of contents that items have, and no line so far."""
        self._last = -1
        self._head: str | None = None
        self._loc: Location = ()
        self._lines = 0
        self._digest = Position("", 0).digest
        self._takers: dict[str, Callable[[Json, bytes], None]] = {
            "session": self._start,
            "olderChange": self._change,
            "change": self._change,
            "account": self._account,
            "item": self._item,
            "content": self._content,
            "end": self._finish,
        }
        self.contents = 0

    def take(self, lines: Iterable[bytes], loc: Callable[[int], Location]) -> Session:
        """Take in all lines. Raises `sessionExists`, and `invalidExport` with the number of the wrong line.

        `loc` is where in the params the line of an index is.
        """
        number = 0
        self._loc = loc(0)
        for number, line in enumerate(lines, 1):
            self._check()
            try:
                self._take(line)
            except (_WrongError, KeyError, TypeError, ValueError, AttributeError) as wrong:
                raise _invalid(number, _reason(wrong), loc(number - 1)) from wrong
        if self._session is None or self._last != _ORDER["end"]:
            raise _invalid(number, "the export has no end: lines are missing", loc(max(0, number - 1)))
        return self._session

    @property
    def items(self) -> list[Item]:
        """The session's items, withdrawn ones included."""
        return [*self._items.values()]

    @property
    def without_content(self) -> list[Item]:
        """Items whose content did not come with the export."""
        return [item for item in self._items.values() if self._missing.intersection(item.segments)]

    def _take(self, line: bytes) -> None:
        told = json.loads(line)
        kind = told.get("line") if isinstance(told, dict) else None
        if not isinstance(kind, str) or (order := _ORDER.get(kind)) is None:
            raise _WrongError("this is not a line of an export")
        if order < self._last or (order == self._last and kind in _SINGLE) or (self._last < 0) != (kind == "session"):
            raise _WrongError(f"a line of {kind!r} is not expected here")
        self._last = order
        self._takers[kind](told, line)
        self._lines += 1
        self._digest = folded(self._digest, line)

    @property
    def _known(self) -> Session:
        if self._session is None:
            raise _WrongError("the line that names the session is missing")
        return self._session

    def _start(self, told: Json, line: bytes) -> None:
        if told["format"] != FORMAT:
            raise _WrongError(f"format {told['format']!r} is not known; this version reads {FORMAT}")
        created = told["createdAt"]
        session = Session(
            id=told["sessionId"], nonce=told["nonce"], state="open", created_at=created, updated_at=created,
            closed_at=None, revision=0, config={},
        )  # fmt: skip
        if session_line(session) != line:
            raise _WrongError("the line is not as it was written")
        if self._writer.session(session.id) is not None:
            raise ProtocolError(
                "sessionExists",
                f"the workspace has a session {session.id!r} already",
                loc=self._loc,
                sessionId=session.id,
            )
        self._session = session

    def _change(self, told: Json, line: bytes) -> None:
        heading = Heading(**{name: told[name] for name in Heading._fields[:-1]}, alerts=dump(told["alerts"]))
        figures = LoggedFigures(**told["figures"]) if told["line"] == "change" else None
        body = told["body"]
        if heading.revision <= self._known.revision:
            raise _WrongError(f"revision {heading.revision} does not follow {self._known.revision}")
        digest = self._writer.copy_entry(self._known, CopiedEntry(heading, figures, body["changes"], body["detail"]))
        self._session = self._known._replace(revision=heading.revision)
        if digest is not None and not line.endswith(b',"hash":"%b"}' % digest.hex().encode()):
            raise _WrongError("the entry does not have the hash that it must have: it or an earlier line was changed")
        self._head = digest.hex() if digest else None
        self._derived.follow(body["changes"], heading.revision, heading.at)
        if figures is not None:
            self._agree("retained", figures.retained, self._derived.retained)
            self._agree("processed", figures.processed, self._derived.processed)

    def _agree(self, name: str, told: Any, derived: Any) -> None:
        if told != derived:
            raise _WrongError(f"{name} is {told!r}, but the log gives {derived!r}")

    def _account(self, told: Json, _: bytes) -> None:
        self._agree("revision", told["revision"], self._known.revision)
        self._agree("retained", told["retained"], self._derived.retained)
        self._agree("processed", told["processed"], self._derived.processed)
        session = self._known._replace(**{name: told[name] for name in ACCOUNT_FIELDS})
        self._session = session
        self._writer.put_session(session)
        self._writer.put_phases(session.id, [Phase(**row) for row in told["phases"]])
        self._writer.put_waves(session.id, [Wave(**row) for row in told["waves"]])
        self._writer.put_layers(session.id, [LayerRecord(**row) for row in told["layers"]])
        for row in told["leases"]:
            self._writer.put_lease(session.id, Lease(**row))
        for row in told["undos"]:
            self._writer.copy_undo(session.id, UndoRow(**row))

    def _item(self, told: Json, _: bytes) -> None:
        item = Item.of_image({name: value for name, value in told.items() if name != "line"})
        logged = self._derived.images.pop(item.id, None)
        if logged is None or item_image(item) != item_image(Item.of_image(logged)):
            raise _WrongError(f"item {item.id} is not what the log says of it")
        self._items[item.id] = item
        self._missing.update(item.segments)
        self._writer.put_items(self._known.id, [(None, item)])

    def _content(self, told: Json, _: bytes) -> None:
        data = encode(told["text"])
        if digest_of(data) != told["hash"] or told["hash"] not in self._missing:
            raise _WrongError("the content does not have the hash of any item's content")
        self._missing.discard(told["hash"])
        self._writer.put_blobs([make_blob(data, self._check)])
        self.contents += 1

    def _finish(self, told: Json, line: bytes) -> None:
        if self._derived.images:
            raise _WrongError(f"item {next(iter(self._derived.images))} is missing")
        must = {
            "line": "end",
            "lines": self._lines,
            "revision": self._known.revision,
            "head": self._head,
            "digest": self._digest,
        }
        if dump(must).encode() != line:
            raise _WrongError("the last line does not agree with the lines before it: one of them was changed")
        self._writer.add_sums(self._known.id, differences((None, item) for item in self._items.values()))


def _reason(wrong: Exception) -> str:
    if isinstance(wrong, _WrongError):
        return str(wrong)
    return "this is not a line of an export" if isinstance(wrong, json.JSONDecodeError) else f"it is malformed: {wrong}"


def _invalid(number: int, reason: str, loc: Location) -> ProtocolError:
    return ProtocolError("invalidExport", f"line {number}: {reason}", loc=loc, line=number, reason=reason)
