"""Exact token counts, at a cost in proportion to what is new in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.tokens.cuts import last_cut, next_cut, no_check
from ctxbudget_server.tokens.encodings import DEFAULT_ENCODING
from ctxbudget_server.tokens.vocabulary import load

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK: Final = 1 << 16
"""Characters encoded at a time, in 4 to 6 ms, if the text has safe cuts."""


class Counted(NamedTuple):
    """The count of a text that may grow, and its tail: all that an append needs."""

    tokens: int
    tail: str


class EditedRange(NamedTuple):
    """The characters `start` to `end` (exclusive) of a text are replaced."""

    start: int
    end: int
    replacement: str


def count(text: str, encoding: str = DEFAULT_ENCODING, check: Callable[[], None] = no_check) -> int:
    """Tokens of `text`, equal to `len(encode_ordinary(text))` of tiktoken for every `str`.

    `check` is called before each chunk of about CHUNK characters; an exception from it ends the count.
    """
    if len(text) < CHUNK:
        check()
        return len(load(encoding).encode(text))
    tokens = start = 0
    while start < len(text):
        check()
        end = next_cut(text, start + CHUNK, check)
        tokens += len(load(encoding).encode(text[start:end]))
        start = end
    return tokens


def tail_start(text: str) -> int:
    """Where the tail of `text` begins, in characters.

    For every `more`: `count(text + more) == count(text[:cut]) + count(text[cut:] + more)`.
    """
    return last_cut(text)


def count_growing(text: str, encoding: str = DEFAULT_ENCODING, check: Callable[[], None] = no_check) -> Counted:
    """The count of `text`, and its tail for `count_appended`."""
    return Counted(count(text, encoding, check), text[last_cut(text, check=check) :])


def count_appended(
    old_tokens: int,
    old_tail: str,
    addition: str,
    encoding: str = DEFAULT_ENCODING,
    check: Callable[[], None] = no_check,
) -> Counted:
    """The count of a text of `old_tokens` that ends in `old_tail`, grown by `addition`.

    `old_tail` is what follows `tail_start` of the old text. The cost is in proportion to the tail and the
    addition.
    """
    end = old_tail + addition
    tokens = old_tokens - count(old_tail, encoding, check) + count(end, encoding, check)
    return Counted(tokens, end[last_cut(end, check=check) :])


def count_edited(
    old_tokens: int,
    old_text: str,
    edit: EditedRange,
    encoding: str = DEFAULT_ENCODING,
    check: Callable[[], None] = no_check,
) -> int:
    """Tokens of `old_text`, which has `old_tokens`, after `edit`.

    The cost is in proportion to what is replaced, what replaces it and the distance to the cuts around.
    """
    before, after = around(old_text, edit, check)
    return old_tokens - count(before, encoding, check) + count(after, encoding, check)


def around(old_text: str, edit: EditedRange, check: Callable[[], None] = no_check) -> tuple[str, str]:
    """The part of a text between the safe cuts around `edit`, before and after it."""
    start, end, replacement = edit
    first = last_cut(old_text, start, check)
    # The character before a cut must be past the edit, so that the new text has the cut too.
    last = next_cut(old_text, end + 1, check)
    return old_text[first:last], old_text[first:start] + replacement + old_text[end:last]
