"""An editor's open documents: their current text is used instead of the file's, and only edits are recounted."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from ctxbudget_protocol.values import dataclass
from ctxbudget_server.workspace.documents import path_of


@dataclass(slots=True)
class Buffer:
    """An open document. `counts` caches its raw tokens by encoding, each with the text that was counted."""

    text: str
    counts: dict[str, tuple[str, int]]


class Buffers:
    """The open documents by real path. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Buffer] = {}

    def update(self, uri: str, text: str) -> None:
        """A document was opened, or changed to `text`."""
        with self._lock:
            buffer = self._open.setdefault(_key(uri), Buffer(text, {}))
            buffer.text = text

    def close(self, uri: str) -> None:
        """A document was closed: from now on its file is used."""
        with self._lock:
            self._open.pop(_key(uri), None)

    def text_at(self, path: str) -> str | None:
        """The text of an open document by its real path."""
        with self._lock:
            buffer = self._open.get(path)
            return buffer.text if buffer else None

    def raw_tokens(self, path: str, text: str, encoding: str, check: Callable[[], None]) -> int:
        """Raw tokens of the document's `text`. After the first count, only the parts around edits are counted."""
        from ctxbudget_server.tokens import EditedRange, count, count_edited

        with self._lock:
            buffer = self._open.get(path)
            known = buffer.counts.get(encoding) if buffer else None
        if known is None:
            tokens = count(text, encoding, check)
        else:
            old, old_tokens = known
            start, old_end, new_end = changed_region(old, text)
            tokens = count_edited(old_tokens, old, EditedRange(start, old_end, text[start:new_end]), encoding, check)
        if buffer:
            with self._lock:
                buffer.counts[encoding] = (text, tokens)
        return tokens


def changed_region(old: str, new: str) -> tuple[int, int, int]:
    """(start, end in `old`, end in `new`) of what differs between two texts, in characters.

    Equal beginnings and ends are found by bisection; each step is one fast comparison of slices.
    """
    start = _longest(min(len(old), len(new)), lambda size: old[:size] == new[:size])
    room = min(len(old), len(new)) - start
    tail = _longest(room, lambda size: old[len(old) - size :] == new[len(new) - size :])
    return start, len(old) - tail, len(new) - tail


def _longest(limit: int, holds: Callable[[int], bool]) -> int:
    """The largest size up to `limit` for which `holds` is true; it is true for 0 and monotonic."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _key(uri: str) -> str:
    path = path_of(uri)
    try:
        return os.path.realpath(path)
    except ValueError:  # not a valid path on this system, e.g. because of a NUL
        return path
