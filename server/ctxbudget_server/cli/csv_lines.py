"""Rows as CSV, safe for a terminal and a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from ctxbudget_server.presentation.terminal import line


def csv_lines(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A header, and a line for each row."""
    yield ",".join(names)
    for row in rows:
        out = StringIO()
        csv.writer(out, lineterminator="").writerow([_cell(row[name]) for name in names])
        yield out.getvalue()


def _cell(value: Any) -> str:
    """A value as CSV has it; empty for what is not there. A spreadsheet must not take a name for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = line(str(value))
    return f"'{text}" if isinstance(value, str) and text[:1] in tuple("=+-@") else text
