"""Where a text may be cut so that its parts have exactly the tokens of the whole.

A cut is safe when every piece of the encodings' patterns ends there, whatever else the text holds, and
neither part depends on what stood across the cut. With a the character before the cut and b the one after,
these are safe for o200k and cl100k alike:

- b is a space or a tab, a is not white space: white space continues a piece only after white space.
- a is an ASCII letter or digit; b is ASCII, but no letter, digit or apostrophe: only letters, digits and
  contractions ('s, 'll, …) continue a piece after a letter or digit.
- a is a Chinese, Japanese or Korean letter; b is one of their punctuation marks, or ASCII as above.
- a is a line feed; b is neither white space nor a slash: only white space, and in o200k a slash, continues
  a piece after a line break.

In all of them the left part ends where the patterns' one look-ahead, `\\s+(?!\\S)`, is already decided: after something
that is not white space, or after a line break, which an earlier branch matches. The patterns never look behind.
Python's `\\s` is Unicode's White_Space plus four control characters, which errs on the safe side.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_CUT: Final = (
    r"[A-Za-z0-9\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3]"
    r"(?=[\x00-&(-/:-@\[-`{-\x7f\u3001\u3002\uff01\uff0c\uff0f\uff1a\uff1f])"
    r"|\S(?=[ \t])"
    r"|\n(?=[^\s/])"
)

WINDOW: Final = 1 << 16
"""Characters searched at a time, 1 to 3 ms, since a search holds the GIL."""


@cache
def _cut() -> re.Pattern[str]:
    """Compiled when it is first needed: that takes 2 ms, and a hook's short texts are not cut."""
    return re.compile(_CUT)


def no_check() -> None:
    """The `check` of a caller that never cancels."""


def next_cut(text: str, position: int, check: Callable[[], None] = no_check) -> int:
    """The first safe cut at or after `position`, else the end of the text."""
    # A match starts with the character before its cut.
    begin = max(position - 1, 0)
    while begin < len(text):
        found = _cut().search(text, begin, begin + WINDOW)
        if found:
            return found.end()
        begin += WINDOW - 1
        check()
    return len(text)


def last_cut(text: str, end: int | None = None, check: Callable[[], None] = no_check) -> int:
    """The last safe cut before `end` (the whole text if none is given), else 0.

    Both characters around the cut are before `end`, so it stays safe whatever follows or replaces the rest.
    """
    stop = len(text) if end is None else end
    width = 64
    while stop > 0:
        begin = max(stop - width, 0)
        cut = 0
        for found in _cut().finditer(text, begin, stop):
            cut = found.end()
        if cut or begin == 0:
            return cut
        # The next window overlaps by one, for a cut between its last character and this one's first.
        stop = begin + 1
        width = min(2 * width, WINDOW)
        check()
    return 0
