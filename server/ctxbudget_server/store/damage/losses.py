"""What the store has lost: recorded in the store itself and reported to every caller until acknowledged."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.values import NamedTuple

if TYPE_CHECKING:
    import sqlite3


class Loss(NamedTuple):
    """One loss: when it was found, its kind, a message for people, and data for programs.

    Kinds: `salvaged` (a damaged file was replaced with what could be read of it), `wentBack` (acknowledged changes of
    sessions are missing), `headerRepaired` (the file's header was damaged; nothing is lost).
    """

    id: int
    found_at: str
    kind: str
    message: str
    detail: dict[str, Any]


def open_losses(connection: sqlite3.Connection) -> list[Loss]:
    """Losses not yet acknowledged, oldest first."""
    rows = connection.execute(
        "SELECT id, found_at, kind, message, detail FROM losses WHERE acknowledged_at IS NULL ORDER BY id"
    )
    return [Loss(number, at, kind, message, json.loads(detail)) for number, at, kind, message, detail in rows]


def add_loss(connection: sqlite3.Connection, kind: str, message: str, detail: dict[str, Any]) -> None:
    """Record a loss, within the caller's transaction."""
    connection.execute(
        "INSERT INTO losses (found_at, kind, message, detail) VALUES (?, ?, ?, ?)",
        (_now(), kind, message, json.dumps(detail)),
    )


def acknowledge(connection: sqlite3.Connection, ids: Collection[int] | None) -> int:
    """Stop reporting these losses, or all of them; returns how many. Works within the caller's transaction."""
    chosen = [loss.id for loss in open_losses(connection) if ids is None or loss.id in ids]
    connection.executemany("UPDATE losses SET acknowledged_at = ? WHERE id = ?", [(_now(), each) for each in chosen])
    return len(chosen)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
