"""How much each row differs from the others, in bits: how much rarer something about it is than usual in its column.

Rare means little by itself: in a column of names each value occurs once. What counts is how few rows of the column are
as rare, in several respects: value, form, size, order, words, length, the columns that a row has, and bad news.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from ctxbudget_server.extract.rows.model import AGAIN, LINE, Table
from ctxbudget_server.extract.rows.values import MIN_VALUES, judge_category, judge_column, judge_line
from ctxbudget_server.markdown.model import Check, no_check

_MIN_BITS = 0.5
_WEIGHTS = (1.0, 0.4, 0.2)
"""Shares of a row's first three reasons that make up its bits."""
_SEVERE = re.compile(
    r"(?<![\w./-])(?:err(?:or)?s?|fatal|crit(?:ical)?|panic\w*|exception|traceback|fail(?:ed|ure|ures|ing)?|denied"
    r"|refused|timed? ?out|cannot|could not|unable|segfault|killed|oom|abort(?:ed)?|unhealthy|crash\w*|corrupt\w*"
    r"|invalid|expired|rejected|unreachable|violation|deadlock)(?![\w/-]|\.\w)"
    r"|(?-i:[a-z](?:Error|Exception|BackOff)\b|^[EF]\d{4} )|❌|✗",
    re.I,
)
_HARMLESS = re.compile(r"\b(?:0|no|without) (?:errors?|failures?|failed)\b|\berrors?[=:] ?0\b", re.I)
_SEVERE_BONUS, _MAX_SEVERE, _SEVERE_SHARE = 1.0, 6.0, 0.5
"""Bits that bad news is worth beyond its rarity, the most that its rarity counts, and the share of rows from which it
is not news."""
_MAX_TEXT = 2_000
"""Characters of a row that are searched for bad news."""
_EXTRA = 0.1
"""Share of a group's rows that have a column, up to which the column itself makes them differ."""
_ALONE = 2.0
"""Bits of a row that there is nothing to compare with."""


class Reason(NamedTuple):
    """Why a row differs: by how many bits, in which column, in what."""

    bits: float
    column: str
    what: Hashable

    @property
    def is_repeat(self) -> bool:
        """Whether the row repeats a value of another one."""
        return isinstance(self.what, tuple) and self.what[0] == AGAIN


def total(reasons: Sequence[Reason]) -> float:
    """The bits of a row: its first reason, and a part of the next two."""
    return sum(w * r.bits for w, r in zip(_WEIGHTS, reasons, strict=False))


def reasons_of(table: Table, check: Check = no_check) -> list[list[Reason]]:
    """For each row, what differs about it, most first."""
    reasons = _Reasons(table)
    columns = _columns(table)
    for column, (places, values) in columns.items():
        check()
        kind = column.split(":", 1)[0] if column.startswith("~") else ""
        judge = judge_line if kind == LINE else judge_category if kind else judge_column
        judge(places, values, reasons.adding(column))
    compared = [n for n, row in enumerate(table.rows) if row.cells]
    if not any(column.startswith("~") for column in columns):
        reasons.judge_fields(compared)
    reasons.judge_news(compared)
    return reasons.sorted()


def _columns(table: Table) -> dict[str, tuple[list[int], list[str]]]:
    """The rows and values of each column; of several cells of one row, the first."""
    columns: dict[str, tuple[list[int], list[str]]] = {}
    for n, row in enumerate(table.rows):
        for column, value, _ in row.cells:
            places, values = columns.setdefault(column, ([], []))
            if not places or places[-1] != n:
                places.append(n)
                values.append(value)
    return columns


class _Adding:
    """Adds reasons for one column; of several for one row, the strongest stays."""

    def __init__(self, found: list[dict[str, Reason]], column: str) -> None:
        self._found = found
        self._column = column

    def __call__(self, row: int, bits: float, what: Hashable) -> None:
        known = self._found[row].get(self._column)
        if bits > _MIN_BITS and (known is None or bits > known.bits):
            self._found[row][self._column] = Reason(bits, self._column, what)


class _Reasons:
    """The reasons of each row so far."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._found: list[dict[str, Reason]] = [{} for _ in table.rows]

    def adding(self, column: str) -> _Adding:
        """Where the reasons of a column go."""
        return _Adding(self._found, column)

    def judge_fields(self, compared: list[int]) -> None:
        """Which columns rows of one group have."""
        groups: dict[str, list[int]] = {}
        for n in compared:
            groups.setdefault(self._table.rows[n].group, []).append(n)
        for members in groups.values():
            if len(members) < MIN_VALUES:
                for n in members:
                    self.adding("~alone")(n, _ALONE, "alone")
                continue
            columns = [{cell.column for cell in self._table.rows[n].cells} for n in members]
            judge_category(members, [" ".join(sorted(c)) for c in columns], self.adding("~fields"))
            have = Counter(column for found in columns for column in found)
            rare = {column for column, times in have.items() if times <= _EXTRA * len(members)}
            for n, found in zip(members, columns, strict=True):
                for column in found & rare:
                    self.adding(column)(n, math.log2(len(members) / have[column]) - 1.0, "extra")

    def judge_news(self, compared: list[int]) -> None:
        """Which rows report errors, unless most of them do."""
        texts = [self._table.rows[n].text[:_MAX_TEXT] for n in compared]
        bad = [n for n, t in zip(compared, texts, strict=True) if _SEVERE.search(t) and not _HARMLESS.search(t)]
        share = len(bad) / max(1, len(compared))
        if 0 < share < _SEVERE_SHARE:
            entropy = -share * math.log2(share) - (1 - share) * math.log2(1 - share)
            for n in bad:
                self.adding("~severe")(n, min(_MAX_SEVERE, -math.log2(share)) - entropy + _SEVERE_BONUS, "severe")

    def sorted(self) -> list[list[Reason]]:
        """The reasons of each row, the strongest first."""
        return [sorted(by_column.values(), key=lambda r: -r.bits) for by_column in self._found]
