"""Beginnings of message arrays, known by their digests: how a conversation is recognised as it grows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ctxbudget_server.account.content import encode
from ctxbudget_server.fit import Message
from ctxbudget_server.fit.shapes import to_json


class Beginnings:
    """The digests of all beginnings of an array, as far as they were asked for."""

    def __init__(self, messages: Sequence[Message], before: Beginnings | None = None) -> None:
        """`messages` are the whole array; `before` has the digests of its beginning."""
        self._messages = messages
        self._state: hashlib.blake2b = before._state.copy() if before else hashlib.blake2b(digest_size=16)
        self._digests: list[bytes] = before._digests.copy() if before else [self._state.digest()]
        self._size: int = before._size if before else 0

    @property
    def size(self) -> int:
        """Bytes of the messages' JSON."""
        self._digest_to(len(self._messages))
        return self._size

    def digest(self, length: int) -> bytes | None:
        """The digest of the first so many messages; None where there are not so many."""
        if length > len(self._messages):
            return None
        self._digest_to(length)
        return self._digests[length]

    def _digest_to(self, length: int) -> None:
        for message in self._messages[len(self._digests) - 1 : length]:
            data = encode(to_json(message))
            self._size += len(data)
            self._state.update(data)
            self._digests.append(self._state.digest())
