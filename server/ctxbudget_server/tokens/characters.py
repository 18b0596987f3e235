"""Where a text can end without breaking what a reader sees as one character."""

from __future__ import annotations

import unicodedata
from typing import Final

_JOINER: Final = "\u200d"
_STEPS: Final = 64
"""Maximum distance to go back, in code points; piles of combining marks can be of any length."""


def whole_character_end(text: str, end: int) -> int:
    """The last position at or before `end` that splits no character as a reader sees it.

    Such characters are emoji sequences, letters with combining marks, flags, decomposed Hangul syllables, and CR LF.
    Anything longer than 64 code points is split.
    """
    if end >= len(text) or (text[max(end - 1, 0) : end + 1].isascii() and text[end] != "\n"):
        return end
    place = end
    while place > max(end - _STEPS, 0):
        if not _joined(text, place):
            return place
        place -= 1
    return place if place == 0 else end


def _joined(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    return (
        (before == "\r" and after == "\n")
        or _JOINER in {before, after}
        or unicodedata.category(after) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U000e0020" <= after <= "\U000e007f"
        or ("\u1160" <= after <= "\u11ff" and "\u1100" <= before <= "\u11ff")
        or (_is_flag_half(before) and _is_flag_half(after) and _flag_halves_before(text, place) % 2 == 1)
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves_before(text: str, place: int) -> int:
    begin = place
    while begin > max(place - _STEPS, 0) and _is_flag_half(text[begin - 1]):
        begin -= 1
    return place - begin
