"""Caches counts and extracts from one fit to the next: most of an array comes back unchanged."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from sys import getsizeof
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from cachetools import LRUCache, cached

from ctxbudget_server.account.content import Blob, Figure, encode, make_blob
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.earlier_fits import forget_fits
from ctxbudget_server.fit import Message, Tools
from ctxbudget_server.fit.shapes import to_json
from ctxbudget_server.media import may_hold_bytes, rules_of, without_bytes

T = TypeVar("T")

MAX_KEPT = 10_000
"""Maximum number of cached ids of kept texts."""
MIN_COUNT = 256
"""Characters of a text from which on looking its count up is faster than counting it."""
ENTRY_BYTES = 700
"""Bytes of overhead of each cached value: its key, and its entries in the cache's tables."""
MAX_KNOWN_BYTES = 16 * 1024 * 1024
"""Maximum size of everything cached about texts."""

READ = 2_600, 1_400
"""Characters of a long text's beginning and end that are looked at for the few words that tell what it is about."""

Digest = tuple[Hashable, int, bytes]


def _size(made: Any) -> int:
    """The bytes that a value takes in memory."""
    parts = (made.compressed,) if isinstance(made, Blob) else made if isinstance(made, list) else ()
    return ENTRY_BYTES + getsizeof(made) + sum(map(getsizeof, parts))


_texts: LRUCache[Digest, Any] = LRUCache(MAX_KNOWN_BYTES, _size)
_kept: LRUCache[tuple[str, str], str] = LRUCache(MAX_KEPT)
_texts_lock = Lock()
_kept_lock = Lock()


def forget() -> None:
    """Empty the caches, so that the next measurement starts cold."""
    with _texts_lock:
        _texts.clear()
    forget_fits()


def _digest(what: Hashable, text: str, make: Callable[[str], Any]) -> Digest:
    return what, len(text), hashlib.blake2b(encode(text), digest_size=16).digest()


@cached(_texts, key=_digest, lock=_texts_lock)
def _cached(what: Hashable, text: str, make: Callable[[str], Any]) -> Any:
    return make(text)


def _made(what: Hashable, text: str, make: Callable[[str], T]) -> T:
    """`make(text)`, cached."""
    made: T = _cached(what, text, make)
    return made


def raw_tokens(counter: Counter, text: str, check: Callable[[], None]) -> int:
    """The vocabulary's own count of a text."""
    if len(text) < MIN_COUNT:
        return counter.raw(text, check)
    return _made(("raw", counter.family.encoding), text, lambda new: counter.raw(new, check))


def remembered_blob(text: str, check: Callable[[], None]) -> Blob:
    """A text's blob, cached so that the text is not compressed again."""
    return _made("blob", text, lambda new: make_blob(encode(new), check))


def kept_text(
    counter: Counter, provider: str, check: Callable[[], None], text: str, is_json: bool
) -> tuple[Blob, Figure]:
    """What keeps a text, and its figure: bytes in JSON cost what the provider bills. Both are remembered."""
    blob = remembered_blob(text, check)
    rules = rules_of(provider, counter.model)
    lean = without_bytes(json.loads(text), rules) if is_json and may_hold_bytes(text) else None
    bare = to_json(lean.bare) if lean and lean.is_estimated else text
    figure = counter.figure_of_raw(bare, raw_tokens(counter, bare, check), check)
    if lean is None or not lean.is_estimated:
        return blob, figure
    tokens, raw = figure.tokens + lean.tokens, figure.raw + lean.tokens
    return blob, figure._replace(tokens=tokens, raw=raw, provenance="estimated")


def kept_id(nonce: str, digest: str) -> str | None:
    """The id under which this process has put a text into an archive. A deleted archive had another nonce."""
    with _kept_lock:
        return _kept.get((nonce, digest))


def remember_kept(nonce: str, digest: str, item_id: str) -> None:
    """Remember the id of a text that was put into an archive."""
    with _kept_lock:
        _kept[nonce, digest] = item_id


_NAMES = re.compile(r"(?:^|\n+)Names: [^\n]*\Z")
"""The index that an extract ends with."""


class Measured(NamedTuple):
    """What was measured of the messages of one conversation, so that the next fit only measures what is new."""

    model: str | None
    counted: dict[str, int]
    """The vocabulary's counts of the texts that messages are written as."""
    written: dict[int, Any]
    """Of `Tools.written`."""

    def of(self, arrays: Iterable[Sequence[Message]]) -> Measured:
        """That of these messages alone."""
        written = {id(one): self.written[id(one)] for array in arrays for one in array if id(one) in self.written}
        pieces = (piece for one in written.values() for piece in one.pieces)
        return Measured(self.model, {piece: self.counted[piece] for piece in pieces if piece in self.counted}, written)


def tools_for(counter: Counter, check: Callable[[], None], measured: Measured | None = None) -> Tools:
    """The tools of one request. What it measures is added to `measured`."""
    from ctxbudget_server.extract import extract, index_entries, stands_in, verdict_of_tests

    seen: dict[str, int] = {} if measured is None else measured.counted

    def raw(piece: str) -> int:
        """A request asks for the same text many times, and looking up the text is faster than digesting it."""
        if piece not in seen:
            seen[piece] = raw_tokens(counter, piece, check)
        return seen[piece]

    def total(pieces: list[str]) -> int:
        summed = sum(map(raw, pieces))
        if counter.provenance == "exact":
            return summed
        return counter.figure_of_raw("".join(pieces), summed, check).tokens

    def lead(text: str, limit: int, focus: str | None) -> str:
        def made(new: str) -> str:
            kind = "test-output" if verdict(new) else "tool-output"
            read = new if len(new) <= sum(READ) else f"{new[: READ[0]]}\n{new[-READ[1] :]}"
            written = extract(
                read, count=lambda part: total([part]), kind=kind, max_tokens=limit, focus=focus, check=check
            ).text
            return _NAMES.sub("", written)

        return _made(("lead", limit, focus, counter.model, counter.factor), text, made)

    def verdict(text: str) -> str:
        return _made("verdict", text, verdict_of_tests)

    return Tools(
        count=lambda text: total([text]),
        total=total,
        names=lambda text: _made("names", text, index_entries),
        stands_in=stands_in,
        lead=lead,
        verdict=verdict,
        check=check,
        model=counter.model,
        written={} if measured is None else measured.written,
    )
