"""What a fit needs of counting and extraction, remembered from call to call: an array mostly comes back as it was."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from ctxbudget_server.fit import Tools
from ctxbudget_server.services.content import Blob, encode, make_blob
from ctxbudget_server.services.counting import Counter

T = TypeVar("T")

MAX_KNOWN = 50_000
"""Texts of which something is remembered."""


class _Memory:
    """What was worked out of texts, the latest `MAX_KNOWN`. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Any] = OrderedDict()

    def of(self, what: Hashable, text: str, make: Callable[[str], T]) -> T:
        """`make(text)`, or what it was the last time."""
        key = (what, len(text), hashlib.blake2b(encode(text), digest_size=16).digest())
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                found: T = self._known[key]
                return found
        made = make(text)
        with self._lock:
            self._known[key] = made
            while len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        return made

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._known.clear()


_memory = _Memory()


def forget() -> None:
    """Forget all that was worked out: what is measured next is a first time."""
    _memory.clear()


def raw_tokens(counter: Counter, text: str, check: Callable[[], None]) -> int:
    """The vocabulary's own count of a text."""
    return _memory.of(("raw", counter.family.encoding), text, lambda new: counter.figure(new, check).raw)


def remembered_blob(text: str, check: Callable[[], None]) -> Blob:
    """A text's blob, which need not be compressed again."""
    return _memory.of("blob", text, lambda new: make_blob(encode(new), check))


_kept: dict[str, dict[str, str]] = {}
_kept_lock = threading.Lock()


def kept_in(nonce: str) -> Mapping[str, str]:
    """Ids by digest of what this process has put into an archive; an archive that was deleted has another nonce."""
    with _kept_lock:
        return dict(_kept.get(nonce, {}))


def remember_kept(nonce: str, ids: Mapping[str, str]) -> None:
    """Remember what was put into an archive; beyond `MAX_KNOWN` it starts anew."""
    with _kept_lock:
        known = _kept.setdefault(nonce, {})
        if len(known) > MAX_KNOWN:
            known.clear()
        known.update(ids)


def tools_for(counter: Counter, check: Callable[[], None]) -> Tools:
    """The tools of one request."""
    from ctxbudget_server.extract import extract, rank_names

    seen: dict[str, int] = {}

    def raw(piece: str) -> int:
        """A request asks for the same text many times: the text itself is found faster than its digest."""
        if piece not in seen:
            seen[piece] = raw_tokens(counter, piece, check)
        return seen[piece]

    def total(pieces: list[str]) -> int:
        summed = sum(map(raw, pieces))
        if counter.provenance == "exact":
            return summed
        return counter.figure_of_raw("".join(pieces), summed, check).tokens

    def lead(text: str, limit: int) -> str:
        def made(new: str) -> str:
            return extract(
                new, count=lambda part: total([part]), kind="tool-output", max_tokens=limit, check=check
            ).text

        return _memory.of(("lead", limit, counter.model, counter.factor), text, made)

    return Tools(
        count=lambda text: total([text]),
        total=total,
        names=lambda text: _memory.of("names", text, rank_names),
        lead=lead,
        check=check,
    )
