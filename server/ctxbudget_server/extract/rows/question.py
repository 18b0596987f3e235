"""How relevant rows are to a question."""

from __future__ import annotations

import heapq
import re

from ctxbudget_server.extract.rows.features import number
from ctxbudget_server.extract.rows.model import Table
from ctxbudget_server.extract.search.passages import Passage, score_passages
from ctxbudget_server.extract.search.words import terms
from ctxbudget_server.markdown.model import Check

_RELEVANT = 0.5
"""Share of the best row's relevance from which a row counts as asked for."""
_TELLING = 1.2
"""BM25 score from which the words of a question tell rows apart; many rows have the words of a lower one."""
_INHERITED = 0.5
"""Share of its section's relevance that a row has itself."""
_EXTREMES = 2
"""How many of the highest are shown."""
_MOST = re.compile(
    r"\b(?:most|least|highest|lowest|largest|smallest|biggest|longest|shortest|slowest|fastest|oldest|newest|latest"
    r"|earliest|max(?:imum)?|min(?:imum)?|extreme|top|worst|best)\b",
    re.I,
)


class Asked:
    """What a question asks of a table."""

    def __init__(self, table: Table, focus: str, check: Check) -> None:
        self._table = table
        self._words = set(terms(focus))
        self._wants_extreme = bool(_MOST.search(focus))
        passages = [Passage(row.text, n, -1, n) for n, row in enumerate(table.rows)]
        score_passages(passages, focus, [], check, bleed=False)
        self._scores = [p.score for p in passages]
        for n, row in enumerate(table.rows):
            if row.parent is not None and row.parent < n:
                self._scores[n] += _INHERITED * self._scores[row.parent]
        columns = {column for row in table.rows for column, _, _ in row.cells if not column.startswith("~")}
        self._named = {column for column in columns if self._words.intersection(terms(column))}

    def names(self, column: str) -> bool:
        """Whether the question names a column."""
        return column in self._named

    def rows(self, worth: list[float]) -> list[int]:
        """The rows that the question is about, the most relevant first; of equal ones, those that differ most."""
        best = max(self._scores, default=0.0)
        extremes = self._extremes() if self._wants_extreme else []
        if best < _TELLING:
            return extremes
        found = [n for n, score in enumerate(self._scores) if score >= _RELEVANT * best]
        found.sort(key=lambda n: (-round(self._scores[n] / best, 1), -worth[n], n))
        return [*found[:1], *extremes, *found[1:]]

    def _extremes(self) -> list[int]:
        """The rows with the highest and the lowest figures in each column that the question names, or in the only one
        with figures.
        """
        sizes: dict[str, list[tuple[float, int]]] = {}
        for n, row in enumerate(self._table.rows):
            for column, value, _ in row.cells:
                if (size := number(value)) is not None:
                    sizes.setdefault(column, []).append((size, n))
        wanted = [found for column, found in sizes.items() if column in self._named]
        if not wanted and len(sizes) == 1:
            wanted = list(sizes.values())
        return [n for found in wanted for _, n in (*heapq.nlargest(_EXTREMES, found), min(found))]
