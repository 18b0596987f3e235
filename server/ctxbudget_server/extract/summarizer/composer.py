"""Composes the text for the context: pieces are offered by value, laid out in a fixed order, and never exceed the
budget.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ctxbudget_server.extract.search.names import as_entry, stands_in
from ctxbudget_server.markdown.model import Check, Count, no_check
from ctxbudget_server.markdown.sentences import is_sentence

# The order of the parts in the text. Every word not taken from the source comes from these labels.
HEAD, SUMMARY, FINDINGS, ADVICE, FACTS, BODY, NAMES, REST = range(8)
LABELS = {
    FINDINGS: "Key findings:",
    ADVICE: "Recommendations:",
}
NAMES_LABEL = "Names:"
MAX_MISSED_NAMES = 25
"""Names too long for what is left, after which no more are tried."""
BULLET = "- "
_LEFT_OUT = re.compile(rf"{BULLET}… (\d+) more")


@dataclass(slots=True)
class _Piece:
    part: int
    order: float
    text: str
    rank: int
    paragraph: int | None
    group: int | None = None  # of the entries of one list


class Composer:
    """Collects lines of text within `budget` tokens."""

    def __init__(self, budget: int, count: Count, check: Check = no_check) -> None:
        self.budget = budget
        self.left = budget
        self.count = count
        self._check = check
        self._pieces: list[_Piece] = []
        self._labelled: set[int] = set()
        self._names: list[str] = []

    def add(
        self,
        part: int,
        text: str,
        order: float | None = None,
        limit: int | None = None,
        paragraph: int | None = None,
        *,
        group: int | None = None,
    ) -> bool:
        """Add a line if it fits what is left (and `limit`); returns whether it did.

        Adjacent pieces of one `paragraph` become running text; without a number a piece is a separate line. The entries
        of a list have the same `group`.
        """
        if not text.strip() or self.left <= 0:
            return False
        room = self.left if limit is None else min(self.left, limit)
        if len(text) > room * 40:
            return False  # no vocabulary packs forty characters of text into each token
        cost = self.cost(text) + self.label_cost(part)
        if cost > room:
            return False
        self._check()
        self._labelled.add(part)
        rank = len(self._pieces)
        self._pieces.append(_Piece(part, rank if order is None else order, text, rank, paragraph, group))
        self.left -= cost
        return True

    def add_all(self, part: int, texts: list[str], limit: int, most: int) -> list[str]:
        """Add the first texts that together fit `limit` tokens, at most `most` of them; returns those added."""
        taken: list[str] = []
        floor = self.left - limit
        for text in texts:
            if len(taken) >= most:
                break
            if self.add(part, text, limit=self.left - floor):
                taken.append(text)
        return taken

    def cost(self, text: str) -> int:
        """The tokens of a line."""
        return self.count(text + "\n")

    def new_group(self) -> int:
        """The number of a list that is about to be added."""
        return len(self._pieces)

    def label_cost(self, part: int) -> int:
        """The tokens of the label that the first line of a part brings along."""
        return self.cost(LABELS[part]) if part in LABELS and part not in self._labelled else 0

    def add_names(self, names: list[str], limit: int) -> None:
        """Add the first names that together fit `limit` tokens, none that the text or another name contains."""
        room = min(limit, self.left) - self.count(NAMES_LABEL) - 1
        said = self._text_without_names()
        misses = 0
        for name in names:
            if room < 2 or misses > MAX_MISSED_NAMES:
                break
            if stands_in(name, said):
                continue
            entry = as_entry(name)
            cost = self.count(f" {entry}")
            if cost > room:
                misses += 1
                continue
            self._names.append(name)
            said += f" {entry}"
            room -= cost
        if self._names and not self.add(NAMES, _names_line(self._names)):
            self._names.clear()

    def fits(self, text: str, limit: int | None = None) -> bool:
        """Whether a line would fit what is left, and `limit`."""
        return self.count(text + "\n") <= (self.left if limit is None else min(self.left, limit))

    def said(self) -> set[str]:
        """The lines so far."""
        return {line for piece in self._pieces for line in piece.text.split("\n")}

    def says_something(self) -> bool:
        """Whether the lines contain any content of the source, beyond its title, its names and how to get it."""
        return any(p.part not in (NAMES, REST) and not (p.part == HEAD and p.order > 0) for p in self._pieces)

    def render(self) -> tuple[str, int]:
        """The text and its tokens. If the whole exceeds the sum of its parts, what was added last is removed first."""
        said = self._text_without_names()
        self._names = [name for name in self._names if not stands_in(name, said)]
        self._rewrite_names()
        while self._pieces:
            text = self._layout()
            tokens = self.count(text)
            if tokens <= self.budget:
                return text, tokens
            worst = max(self._pieces, key=lambda p: p.rank)
            if worst.part == NAMES:
                self._names.pop()
                self._rewrite_names()
            else:
                self._drop(worst)
        return "", 0

    def _rewrite_names(self) -> None:
        for piece in [p for p in self._pieces if p.part == NAMES]:
            piece.text = _names_line(self._names)
            if not self._names:
                self._pieces.remove(piece)

    def _text_without_names(self) -> str:
        return "\n".join(piece.text for piece in self._pieces if piece.part != NAMES)

    def _drop(self, piece: _Piece) -> None:
        """Remove a piece, with a lead-in before it; of a list, the last entry, which is counted as left out."""
        entries = sorted((p for p in self._pieces if p.group == piece.group and p is not piece), key=lambda p: p.rank)
        if piece.group is None or not entries:
            self._pieces.remove(piece)
        elif left_out := _LEFT_OUT.fullmatch(piece.text):
            self._pieces.remove(entries[-1])
            piece.text = left_out_line(int(left_out[1]) + 1)
            if len(entries) == 1:
                self._pieces.remove(piece)
        else:
            piece.text = left_out_line(1)
        while self._pieces and (last := max(self._pieces, key=lambda p: p.rank)).text.endswith(":"):
            self._pieces.remove(last)

    def _layout(self) -> str:
        text = ""
        before: _Piece | None = None
        for piece in sorted(self._pieces, key=lambda p: (p.part, p.order, p.rank)):
            label = (
                f"{LABELS[piece.part]}\n" if piece.part in LABELS and (not before or before.part != piece.part) else ""
            )
            text += (_joint(before, piece) if before else "") + label + piece.text
            before = piece
        return text


def _joint(before: _Piece, piece: _Piece) -> str:
    """The separator of two pieces: a blank line where a paragraph or a list ends, which costs no extra token."""
    if before.part != piece.part:
        return "\n\n"
    if before.paragraph is not None or piece.paragraph is not None:
        if before.paragraph != piece.paragraph:
            return "\n\n"
        # A list entry without a full stop would run into the next.
        return " " if is_sentence(before.text) or before.text.endswith((":", ";", ",")) else "; "
    ends = before.text.rsplit("\n", 1)[-1].startswith(BULLET)
    return "\n\n" if ends and not piece.text.startswith(BULLET) else "\n"


def left_out_line(entries: int) -> str:
    """The line at the end of a list that says how many entries are left out."""
    return f"{BULLET}… {entries} more"


def _names_line(names: list[str]) -> str:
    return " ".join([NAMES_LABEL, *map(as_entry, names)])
