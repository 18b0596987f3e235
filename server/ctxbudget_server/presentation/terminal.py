r"""Escapes text from elsewhere for a terminal: characters that it would act on, or not show, are written out.

| what | becomes |
| --- | --- |
| newline, tab, carriage return | `\n`, `\t`, `\r` |
| other ASCII controls, among them ESC and DEL | `\x1b`, `\x7f` |
| a byte that is not UTF-8, as in file names | `\xff` |
| C1 controls, bidirectional overrides and isolates, other invisible characters, lone surrogates | `\u202e` |
| the same beyond U+FFFF | `\U000e0041` |

Everything else stays: all scripts, emoji, combining marks, spaces of any width. A joiner stays between two characters
outside ASCII, where emoji and scripts need it. A backslash is not doubled: JSON is the form that programs read back.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # hooks have no time for `typing`
    from typing import Any

_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SPACES = frozenset("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000")
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Arabic, Syriac and Kaithi signs that enclose what follows: format characters by category, but visible."""
_JOINERS = frozenset("\u200c\u200d")
_INVISIBLE_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks by category that are invisible: fillers, and the combining grapheme joiner."""
_SELECTORS = frozenset([*map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0))])
"""Each selects a variant of the character before it; a run of them means something only to programs."""


def line(text: str) -> str:
    """The text as one line, or one cell of a table."""
    return _shown(text, "")


def block(text: str) -> str:
    """The text, keeping its lines and tabs."""
    return _shown(text, "\n\t")


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON that is exact for programs, and safe to display: ASCII without control characters."""
    import json

    # In JSON this one can only occur in a string; `json` escapes all the others.
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


def _shown(text: str, kept: str) -> str:
    if text.isprintable() and _INVISIBLE_LETTERS.isdisjoint(text) and _SELECTORS.isdisjoint(text):
        return text
    around = f" {text} "
    return "".join(
        character if character in kept or _stays(character, before, after) else _written_out(character)
        for before, character, after in zip(around, text, around[2:], strict=False)
    )


def _stays(character: str, before: str, after: str) -> bool:
    if character in _JOINERS:
        return before > "\x7f" and after > "\x7f" and _JOINERS.isdisjoint((before, after))
    if character in _SELECTORS:
        return before.isprintable() and before != " " and before not in _SELECTORS
    if character.isprintable():
        return character not in _INVISIBLE_LETTERS
    return character in _SPACES or character in _VISIBLE_FORMATS


def _written_out(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return _NAMED.get(character) or f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # how Python represents a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
