"""Token limits: whether a text is within one, and how much of it is.

The cost is in proportion to the limit, not to the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxbudget_server.tokens.characters import whole_character_end
from ctxbudget_server.tokens.counting import CHUNK
from ctxbudget_server.tokens.cuts import next_cut, no_check
from ctxbudget_server.tokens.encodings import DEFAULT_ENCODING, MAX_TOKEN_BYTES
from ctxbudget_server.tokens.vocabulary import Vocabulary, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MIN_CHUNK: Final = 1 << 10
_SURROGATE_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class LimitCheck(NamedTuple):
    """Whether a text is within a limit, and its tokens if all of them were counted."""

    fits: bool
    tokens: int | None


@dataclass(frozen=True, slots=True)
class Truncated:
    """The beginning of a text within a limit, and what is missing.

    `tokens` is the exact count of `text`. `removed_bytes` are UTF-8. `removed_lines` counts the lines of which any part
    is missing.
    """

    text: str
    tokens: int
    removed_characters: int
    removed_bytes: int
    removed_lines: int

    @property
    def is_cut(self) -> bool:
        return self.removed_characters > 0


def fits(text: str, limit: int, encoding: str = DEFAULT_ENCODING, check: Callable[[], None] = no_check) -> LimitCheck:
    """Whether `text` has at most `limit` tokens.

    No vocabulary is needed where the length decides: a token has at least one byte, at most MAX_TOKEN_BYTES.
    """
    if len(text) <= limit and (4 * len(text) <= limit or _utf8_length(text) <= limit):
        return LimitCheck(True, None)
    if len(text) > max(limit, 0) * MAX_TOKEN_BYTES:
        return LimitCheck(False, None)
    tokens = 0
    for start, end in _chunks(text, limit, check):
        tokens += len(load(encoding).encode(text[start:end]))
        if tokens > limit:
            return LimitCheck(False, None)
    return LimitCheck(tokens <= limit, tokens)


def truncate(
    text: str, limit: int, encoding: str = DEFAULT_ENCODING, check: Callable[[], None] = no_check
) -> Truncated:
    """The longest beginning of `text` with at most `limit` tokens.

    The result is a prefix of `text` that splits no character as a reader sees it. For that reason, and because a prefix
    may be tokenized differently from the text, it may be a few tokens short of the limit.
    """
    tokens = kept = 0
    room = max(limit, 0)
    # Anything longer than this cannot fit, so the rest of the text need not be examined.
    candidate = text[: (room + 1) * MAX_TOKEN_BYTES]
    for start, end in _chunks(candidate, room, check):
        encoded = load(encoding).encode(candidate[start:end])
        if tokens + len(encoded) <= room:
            tokens += len(encoded)
            kept = end
            continue
        length, more = _longest_prefix(load(encoding), text, start, encoded, room - tokens)
        tokens += more
        kept = start + length
        break
    removed = text[kept:]
    return Truncated(
        text=text[:kept],
        tokens=tokens,
        removed_characters=len(removed),
        removed_bytes=_utf8_length(removed),
        removed_lines=removed.count("\n") + (removed != "" and not removed.endswith("\n")),
    )


def _chunks(text: str, limit: int, check: Callable[[], None]) -> Iterator[tuple[int, int]]:
    """Parts of `text` between safe cuts, small when the limit is."""
    size = min(max(2 * limit, _MIN_CHUNK), CHUNK)
    start = 0
    while start < len(text):
        check()
        end = next_cut(text, start + size, check)
        yield start, end
        start = end


def _longest_prefix(vocabulary: Vocabulary, text: str, start: int, encoded: list[int], room: int) -> tuple[int, int]:
    """The (characters, tokens) of a prefix of `text[start:]` within `room` tokens; `encoded` is its encoding.

    A text cut between two of its tokens may be tokenized differently, so each prefix is counted.
    """
    for taken in range(min(room, len(encoded)), 0, -1):
        whole = vocabulary.decode(encoded[:taken]).decode("utf-8", "ignore")
        end = whole_character_end(text, start + _raw_length(text[start : start + 2 * len(whole)], len(whole)))
        tokens = len(vocabulary.encode(text[start:end]))
        if tokens <= room:
            return end - start, tokens
    return 0, 0


def _raw_length(text: str, length: int) -> int:
    """Characters of `text` that tiktoken's fix-up turns into its first `length`: it joins surrogate pairs."""
    joined = 0
    for pair in _SURROGATE_PAIR.finditer(text):
        if pair.start() - joined >= length:
            break
        joined += 1
    return length + joined


def _utf8_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
