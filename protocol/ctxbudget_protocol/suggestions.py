"""Which known word may have been meant by one that is not known."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # hooks have no time for `typing`
    from collections.abc import Iterable

MAX_CHARACTERS = 200
"""Longer words are not compared: nobody mistyped them, and comparing takes quadratic time."""

LIKENESS = 0.75
"""How alike two words must be, as `difflib` measures it: one letter of four may differ."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?` with the known word most like it; an empty text if none is."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1, cutoff=LIKENESS) if len(word) <= MAX_CHARACTERS else []
    return f"; did you mean {near[0]}?" if near else ""
