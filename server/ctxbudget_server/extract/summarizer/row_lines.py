"""The rows of a tool's output that are worth their tokens, under what explains them."""

from __future__ import annotations

from ctxbudget_server.extract.source import Source
from ctxbudget_server.extract.summarizer.composer import BODY, FACTS, Composer
from ctxbudget_server.markdown.model import Check

_SCHEMA_SHARE, _COUNTS_SHARE = 0.3, 0.2
"""Shares of the room that the schema may take, and for JSON what the keys of few values have how often."""
_MAX_SCHEMA = 3
_SLACK = 3
"""Tokens that joining the parts of the text may cost."""
_MIN_ROOM = 12


def add_rows(source: Source, composer: Composer, room: int, focus: str | None, check: Check) -> bool:
    """Add the schema of a table, then the rows that differ and those that `focus` is about; whether anything fits."""
    from ctxbudget_server.extract.rows.choice import choose

    table = source.table
    if table is None:
        return False
    floor = composer.left - max(0, room)
    _add_schema(source, composer, int(max(0, room) * _SCHEMA_SHARE))
    room = composer.left - floor - _SLACK
    if room < _MIN_ROOM:
        return False
    return composer.add(BODY, "\n".join(choose(table, room, composer.count, focus, check)), order=0)


def _add_schema(source: Source, composer: Composer, limit: int) -> None:
    if source.medium == "json":
        from ctxbudget_server.extract.readers.json_shape import JsonShape

        shape = JsonShape(source.document.text)
        said = composer.add_all(FACTS, shape.lines, limit, _MAX_SCHEMA)
        if shape.lines and shape.lines[0] not in said:
            whole = composer.add(FACTS, shape.lines[0], order=-1, limit=max(_MIN_ROOM, composer.left // 2))
            if not whole:
                composer.add(FACTS, shape.lines[0].split(", keys", 1)[0], order=-1)
        composer.add_all(FACTS, shape.counted, int(limit * _COUNTS_SHARE / _SCHEMA_SHARE), _MAX_SCHEMA)
        return
    floor = composer.left - limit
    lines = source.table.schema if source.table else []
    for n in range(len(lines) - 1, max(-1, len(lines) - 1 - _MAX_SCHEMA), -1):  # the last one says most
        composer.add(BODY, lines[n], order=n - len(lines), limit=composer.left - floor)
