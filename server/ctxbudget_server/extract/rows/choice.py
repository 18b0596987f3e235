"""Chooses the rows to keep within a budget: those that a question is about, those that differ, then the ends."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from ctxbudget_server.extract.rows.cutting import MARK, MAX_LINE, attributes, cut, has_cells, window
from ctxbudget_server.extract.rows.features import template
from ctxbudget_server.extract.rows.model import LINE, Row, Table
from ctxbudget_server.extract.rows.oddness import Reason, reasons_of, total
from ctxbudget_server.extract.rows.question import Asked
from ctxbudget_server.markdown.model import Check, Count

_ODD = 1.5
"""Bits from which a row counts as different."""
_STRONG = 4.0
"""Bits from which a row is worth showing whole."""
_AGAIN = 0.7
"""Share of its bits that a row keeps for each row before it that differs in the same way."""
_ASKED = 1.5
"""Factor for what differs in a column that the question names."""
_ASKED_SHARE = 0.6
"""Share of the room that rows asked for may take before those that differ are offered; half of it if they are many."""
_FEW, _FEW_SHARE = 6, 0.1
"""Number of rows, and share of all rows, up to which a question is about few."""
_WHOLE_SHARE, _STRONG_SHARE, _LINE_SHARE = 0.2, 0.45, 0.6
"""Shares of the budget beyond which rows are cut to what differs: those that differ little, or much; lines."""
_GAP_COST = 5
"""Tokens of the mark for a gap."""
_MAX_CHARS = 12
"""Characters per token of a row from which it is not worth counting."""
_MAX_MISSES = 30
"""Number of consecutive rows that did not fit after which no more are tried."""
_ENDS = 2
_MIN_USUAL, _USUAL_SHARE, _MAX_USUAL = 10, 0.1, 3
"""From how many lines, and which share of them, it is said that they are alike, and of how many shapes."""
_MAX_DEPTH = 8


def choose(table: Table, budget: int, count: Count, focus: str | None, check: Check) -> list[str]:
    """The rows that fit `budget` tokens, in order, each gap marked with how many rows were left out."""
    reasons = reasons_of(table, check)
    asked = Asked(table, focus, check) if focus else None
    if asked:
        reasons = [[_asked_for(reason, asked) for reason in found] for found in reasons]
        for found in reasons:
            found.sort(key=lambda reason: -reason.bits)
    choice = _Choice(table, reasons, [total(found) for found in reasons], budget, count)
    if asked:
        choice.take_asked(asked)
    choice.take(check)
    choice.widen()
    return choice.lines() if choice.taken else []


def _asked_for(reason: Reason, asked: Asked) -> Reason:
    return reason._replace(bits=reason.bits * _ASKED) if asked.names(reason.column) else reason


@dataclass(slots=True)
class _Choice:
    table: Table
    reasons: list[list[Reason]]
    worth: list[float]
    budget: int
    count: Count
    left: int = 0
    taken: dict[int, str] = field(default_factory=dict)
    cut: set[int] = field(default_factory=set)
    told: Counter[Hashable] = field(default_factory=Counter)
    """In what rows differ that were looked at, with how many."""

    def __post_init__(self) -> None:
        self.left = self.budget - _GAP_COST

    def take_asked(self, asked: Asked) -> None:
        """Take rows that a question is about, up to their share of the room."""
        wanted = asked.rows(self.worth)
        few = len(wanted) <= max(_FEW, _FEW_SHARE * len(self.worth))
        floor = int(self.left * (1 - (_ASKED_SHARE if few else _ASKED_SHARE / 2)))
        misses = 0
        for at, n in enumerate(wanted):
            if self.left <= floor or misses > _MAX_MISSES:
                break
            misses = 0 if self._add(n, 0 if few and not at else floor) else misses + 1

    def take(self, check: Check) -> None:
        """Take the rows that differ, then the ends, then the rest, until nothing fits any more."""
        misses = 0
        odd = [n for n, value in enumerate(self.worth) if value >= _ODD]
        for n in self._by_worth(odd):
            check()
            misses = 0 if self._add(n) else misses + 1
            if misses > _MAX_MISSES or self.left < _GAP_COST:
                return
        last = len(self.worth) - 1
        ends = [n for k in range(_ENDS) for n in (last - k, k) if 0 <= n <= last]
        rest = [n for n, value in enumerate(self.worth) if value < _ODD]
        misses = 0
        for n in itertools.chain(ends, self._by_worth(rest)):
            misses = 0 if self._add(n) else misses + 1
            if misses > _MAX_MISSES or self.left < _GAP_COST:
                return

    def _by_worth(self, places: list[int]) -> Iterator[int]:
        """Rows, most different first; those that differ in the same way as earlier ones are worth less."""
        told = self.told
        heap = [(-self.worth[n], n) for n in places]
        heapq.heapify(heap)
        while heap:
            before, n = heapq.heappop(heap)
            first = self.reasons[n][0] if self.reasons[n] else None
            same = (first.column, first.what) if first else None
            value = self.worth[n] * _AGAIN ** told[same] if same else self.worth[n]
            if heap and value < -heap[0][0] and value < -before:
                heapq.heappush(heap, (-value, n))
                continue
            if first and not first.is_repeat:  # of rows that repeat each other, the second says as much as the first
                told[same] += 1
            yield n

    def _add(self, n: int, floor: int = 0) -> bool:
        """Take a row with what it belongs to, if that leaves `floor` tokens."""
        if n in self.taken:
            return True
        rows = [n]
        while (parent := self.table.rows[rows[-1]].parent) is not None and parent not in self.taken:
            if len(rows) >= _MAX_DEPTH:
                break
            rows.append(parent)
        found: dict[int, str] = {}
        cost = 0
        for at in rows:
            text = self._text(at, self.reasons[at] if at == n else [])
            near = {at - 1, at + 1} & (self.taken.keys() | found.keys())
            cost += 0 if near else _GAP_COST
            if cost + len(text) // _MAX_CHARS > self.left - floor:
                return False
            cost += self.count(text + "\n")
            if cost > self.left - floor:
                return False
            found[at] = text
        self.taken |= found
        self.left -= cost
        return True

    def _text(self, n: int, reasons: list[Reason], limit: int = 0) -> str:
        """A row, cut if it takes too much of the budget, with the attributes that differ."""
        row, between = self.table.rows[n], self.table.between
        text = row.text.rstrip()
        limit = limit or int(self.budget * (_STRONG_SHARE if total(reasons) >= _STRONG else _WHOLE_SHARE))
        columns = {r.column for r in reasons if r.bits >= min(_ODD, reasons[0].bits)}
        if not has_cells(row):
            if len(text) > MAX_LINE or self.count(text) > self.budget * _LINE_SHARE:
                text = window(row, columns)
        elif len(text) > MAX_LINE or self.count(text) > limit:
            self.cut.add(n)
            text = cut(row, columns, between, limit, self.count)
        odd = {r.column for r in reasons[:2] if r.bits > _ODD}
        return between.join([text, *attributes(row, odd)])

    def widen(self) -> None:
        """Show more of the rows that are cut, as long as there is room."""
        for n in sorted(self.cut & self.taken.keys(), key=lambda n: -self.worth[n]):
            if self.left < _GAP_COST:
                return
            known = self.count(self.taken[n])
            wider = self._text(n, self.reasons[n], known + self.left)
            more = self.count(wider) - known
            if 0 < more <= self.left:
                self.left -= more
                self.taken[n] = wider

    def lines(self) -> list[str]:
        """The rows taken, in order, with marks for the gaps; of lines that many are like, the first says how many."""
        found: list[str] = []
        missing = 0
        usual = self._usual()
        for n, row in enumerate([*self.table.rows, None]):
            if row is not None and n not in self.taken:
                missing += row.lines
                continue
            if missing:
                found.append(f"{MARK} {missing} {self.table.unit}{'s' if missing > 1 else ''}")
            missing = 0
            if row is not None:
                times = usual.pop(_shape(row), 0)
                found.append(f"{self.taken[n]} (×{times})" if times else self.taken[n])
        return found

    def _usual(self) -> dict[str, int]:
        """The shapes of lines that many have, with how many, as far as there is room to say it."""
        rows = self.table.rows
        many = max(_MIN_USUAL, _USUAL_SHARE * len(rows))
        times = Counter(shape for row in rows if (shape := _shape(row)))
        found: dict[str, int] = {}
        for shape, n in times.most_common(_MAX_USUAL):
            if n >= many and self.left >= _GAP_COST:
                found[shape] = n
                self.left -= _GAP_COST
        return found


def _shape(row: Row) -> str:
    """A line without its figures; nothing for a row of several lines."""
    return template(row.cells[0].value) if row.cells and row.lines == 1 and row.cells[0].column == LINE else ""
