"""Reads the rows of a damaged database: from both ends of a table, and through its indexes where that is not enough."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

Row = tuple[Any, ...]

MAX_GAP = 100_000
"""Largest gap between two readable rowids in which each one is tried."""


class Table:
    """One table, described by an intact database, with the columns that the damaged one has. `key` identifies a row."""

    def __init__(self, sound: sqlite3.Connection, damaged: sqlite3.Connection, name: str) -> None:
        described = sound.execute(f'PRAGMA table_info("{name}")').fetchall()
        self.name = name
        there = _columns(damaged, name)
        self.columns = [row[1] for row in described if row[1] in there]
        primary = [row[1] for row in sorted((row for row in described if row[5]), key=lambda row: row[5])]
        (sql,) = sound.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        self.key = primary if "WITHOUT ROWID" in sql else ["rowid"]
        self.indexes = [row[1] for row in sound.execute(f'PRAGMA index_list("{name}")') if row[3] == "c" and not row[4]]


class RowScan:
    """The readable rows of a table of a damaged database; afterwards `complete` says whether no error occurred."""

    def __init__(self, damaged: sqlite3.Connection, table: Table) -> None:
        self._sql = damaged
        self._table = table
        self._keys: set[Row] = set()
        self.complete = True
        self._key = listed(table.key)
        self._select = f'SELECT {self._key}, {listed(table.columns)} FROM "{table.name}"'

    def rows(self) -> Iterator[Row]:
        """Yield each row once, as the values of its columns."""
        yield from self._new(f"{self._select} ORDER BY {listed(self._table.key, ' ASC')}", ())
        if self.complete:
            return
        yield from self._new(f"{self._select} ORDER BY {listed(self._table.key, ' DESC')}", ())
        where = " AND ".join(f'"{name}" = ?' for name in self._table.key)
        for key in sorted(self._other_keys() - self._keys, key=str):
            yield from self._new(f"{self._select} WHERE {where}", key)

    def _new(self, query: str, values: Row) -> Iterator[Row]:
        width = len(self._table.key)
        for row in self._readable(query, values):
            if row[:width] not in self._keys:
                self._keys.add(row[:width])
                yield row[width:]

    def _other_keys(self) -> set[Row]:
        """Keys of rows not reached yet: those that the indexes name, and the rowids in the gaps."""
        keys: set[Row] = set()
        for index in self._table.indexes:
            for direction in (" ASC", " DESC"):
                keys.update(self._readable(self._by_index(index, direction), ()))
        if self._table.key == ["rowid"] and self._keys:
            known = [key[0] for key in self._keys]
            last = min(max(known), min(known) + MAX_GAP)
            keys.update((number,) for number in range(min(known), last + 1))
        return keys

    def _by_index(self, index: str, direction: str) -> str:
        columns = [row[2] for row in self._readable(f'PRAGMA index_info("{index}")', ())]
        order = f" ORDER BY {listed(columns, direction)}" if columns else ""
        return f'SELECT {self._key} FROM "{self._table.name}" INDEXED BY "{index}"{order}'

    def _readable(self, query: str, values: Row) -> Iterator[Row]:
        try:
            yield from self._sql.execute(query, values)
        except sqlite3.Error:
            self.complete = False


def _columns(damaged: sqlite3.Connection, name: str) -> set[str]:
    try:
        return {row[1] for row in damaged.execute(f'PRAGMA table_info("{name}")')}
    except sqlite3.Error:
        return set()


def listed(names: list[str], after: str = "") -> str:
    """Quoted column names for a statement, each followed by `after`."""
    return ", ".join(f'"{name}"{after}' for name in names)
