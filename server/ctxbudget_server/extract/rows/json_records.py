"""Reads JSON as records: the elements of its arrays, or of objects whose values resemble each other."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice

from ctxbudget_server.extract.readers.json_shape import MAX_TEXT
from ctxbudget_server.extract.rows.model import Cell, Row, Table

_MIN_RECORDS = 4
_DEPTH = 12
_MAX_CELLS = 60
_MAX_ROWS = 20_000
_ALIKE = 0.6
"""Share of an object's values that must have the most common key, for its values to count as records."""


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def parse_json(text: str) -> object:
    """The JSON value, with numbers as they are written; raises ValueError or RecursionError."""
    return json.loads(text, parse_float=_Number, parse_int=_Number)


def read_json(text: str) -> Table | None:
    """The records of a JSON text."""
    table = Table([], [], "row")
    if len(text) > MAX_TEXT:
        return None
    try:
        tree = parse_json(text)
        _Reader(table.rows, ": " if '": ' in text else ":", ascii_only="\\u" in text).read(tree, "", 0)
    except (ValueError, RecursionError):
        return None
    return table if len(table.rows) >= _MIN_RECORDS else None


def read_json_lines(lines: list[str]) -> Table | None:
    """The records of JSON Lines; a line that is none is a row of its own."""
    told = [x for x in lines if x.strip()]
    if len(told) < _MIN_RECORDS or sum(
        x.lstrip().startswith("{") and x.rstrip().endswith("}") for x in told
    ) < 0.8 * len(told):
        return None
    table = Table([], [], "row")
    reader = _Reader(table.rows, ": " if '": ' in told[0] else ":", ascii_only=False)
    for line in told:
        try:
            reader.add("", parse_json(line), line)
        except (ValueError, RecursionError):
            table.rows.append(Row(line, (Cell("text", line),)))
    return table


class _Reader:
    """Turns a tree into rows."""

    def __init__(self, rows: list[Row], colon: str, *, ascii_only: bool) -> None:
        self._rows = rows
        self._colon = colon
        self._comma = ", " if colon == ": " else ","
        self._ascii = ascii_only

    def read(self, node: object, path: str, depth: int) -> None:
        """Add the records of a tree; what is in no record is a row with its path."""
        if depth > _DEPTH or len(self._rows) >= _MAX_ROWS:
            return
        if isinstance(node, list):
            titles = _titles(node)
            for value in node:
                self.add(path, value, titles=titles)
        elif isinstance(node, dict):
            if _are_records(node):
                for key, value in node.items():
                    self.add(path, value, name=str(key))
                return
            titles = next(
                (v for v in node.values() if isinstance(v, list) and v and all(type(x) is str for x in v)), []
            )
            for key, value in node.items():
                at = f"{path}.{key}" if path else str(key)
                if isinstance(value, list) and len(value) >= _MIN_RECORDS and _has_depth(value):
                    for record in value:
                        self.add(at, record, titles=titles if isinstance(record, list) else [])
                elif isinstance(value, dict) and value:
                    self.read(value, at, depth + 1)
                else:
                    bare = isinstance(value, str) and value.strip() and "\n" not in value
                    text = str(value) if bare else self._write(value)
                    self._rows.append(Row(f"{at}: {text}", (Cell(str(key), _flat(value) or text),), None, at))

    def add(self, path: str, record: object, text: str = "", name: str = "", titles: list[str] | None = None) -> None:
        """Add one record."""
        if len(self._rows) >= _MAX_ROWS:
            return
        written = text or self._write(record)
        opening, closing = (
            ("{", "}") if isinstance(record, dict) else ("[", "]") if isinstance(record, list) else ("", "")
        )
        cells = [Cell(f"{path}.", name, "")] if name else []
        if name:
            label = f"{self._write(name)}{self._colon}"
            written, opening = label + written, label + opening
        if isinstance(record, dict):
            for key, value in record.items():
                cells += self._cells(path, str(key), value, f"{self._write(str(key))}{self._colon}{self._write(value)}")
        elif isinstance(record, list) and record and not isinstance(record[0], dict):
            for n, value in enumerate(record):
                key = titles[n] if titles and n < len(titles) else str(n)
                cells += self._cells(path, key, value, self._write(value))
        else:
            cells.append(Cell(path, _flat(record) or written, written))
        self._rows.append(Row(written, tuple(cells[:_MAX_CELLS]), None, path, opening, closing))

    def _cells(self, path: str, key: str, value: object, shown: str) -> list[Cell]:
        """The cells of a member of a record; those inside it are compared one by one, and shown with it."""
        column = f"{path}.{key}" if path else key
        if isinstance(value, dict) and value:
            return [Cell(f"{column}.{k}", _flat(v) or "{}", shown) for k, v in islice(value.items(), _MAX_CELLS)]
        return [Cell(column, _flat(value), shown)]

    def _write(self, value: object) -> str:
        """The value as JSON."""
        if isinstance(value, _Number):
            return str(value)
        if isinstance(value, dict):
            inner = (f"{self._write(str(k))}{self._colon}{self._write(v)}" for k, v in value.items())
            return "{" + self._comma.join(inner) + "}"
        if isinstance(value, list):
            return "[" + self._comma.join(map(self._write, value)) + "]"
        return json.dumps(value, ensure_ascii=self._ascii)


def _has_depth(values: list[object]) -> bool:
    return any(isinstance(v, dict | list) for v in values[:20])


def _titles(rows: list[object]) -> list[str]:
    """The first of a list of lists, if it has nothing but texts and the others do not."""
    first = rows[0] if rows else None
    if isinstance(first, list) and all(type(x) is str for x in first) and len(rows) > 1 and isinstance(rows[1], list):
        return [str(x) for x in first] if not all(type(x) is str for x in rows[1]) else []
    return []


def _are_records(node: dict[str, object]) -> bool:
    """Whether the values of an object are records, told by the keys that they share."""
    inner = [v for v in islice(node.values(), 200) if isinstance(v, dict)]
    if len(inner) < _MIN_RECORDS or len(inner) < _ALIKE * min(len(node), 200):
        return False
    keys = Counter(k for v in inner for k in v)
    return bool(keys) and keys.most_common(1)[0][1] >= _ALIKE * len(inner)


def _flat(value: object) -> str:
    """A value for comparison: texts bare, anything else as it is written."""
    if isinstance(value, str):
        return value if isinstance(value, _Number) else value or '""'
    if isinstance(value, list):
        return " ".join(_flat(v) for v in value[:20]) or "[]"
    if isinstance(value, dict):
        return " ".join(f"{k} {_flat(v)}" for k, v in islice(value.items(), 20)) or "{}"
    return json.dumps(value)
