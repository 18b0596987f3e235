"""Content on its way into the store: its bytes, its hash, its blob and its token figure."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.values import NamedTuple
from ctxbudget_protocol.words import Provenance
from ctxbudget_server.store.digests import sha256_hex

if TYPE_CHECKING:
    from ctxbudget_server.rules.items import Item
    from ctxbudget_server.store.interface import Reader

CHUNK = 1 << 20
"""Bytes compressed between two checks for cancellation."""


class Blob(NamedTuple):
    """Bytes ready for the store."""

    digest: str
    size: int
    compressed: bytes


class Figure(NamedTuple):
    """A token figure with its provenance. `raw` is the vocabulary's own count; `tokens` is what the account adds up."""

    tokens: int
    raw: int
    encoding: str | None
    provenance: Provenance
    factor: float = 1.0


def encode(text: str) -> bytes:
    """UTF-8. A lone surrogate is kept as three bytes, so that `decode` returns the same text."""
    return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    """The text of stored bytes."""
    return data.decode("utf-8", "surrogatepass")


def undamaged(reader: Reader, item: Item) -> str | None:
    """The text of an item whose content is kept; None if the stored content is damaged."""
    try:
        return decode(reader.content(item))
    except ProtocolError as error:
        if error.name != "contentDamaged":
            raise
        return None


def digest_of(data: bytes) -> str:
    """sha256, in hexadecimal."""
    return sha256_hex(data)


def text_of(blob: Blob) -> str:
    """The text of a blob that is not stored yet."""
    return decode(zlib.decompress(blob.compressed))


def window_bits(size: int) -> int:
    """The smallest window of zlib that a text of `size` bytes fits in; setting up a larger one takes longer than 1 kB.

    Any such stream is read with zlib's default, the largest window.
    """
    return min(max(size.bit_length(), 9), zlib.MAX_WBITS)


def make_blob(data: bytes, check: Callable[[], None]) -> Blob:
    """Hash and compress; `check` may raise to cancel."""
    press = zlib.compressobj(wbits=window_bits(len(data)))
    parts = []
    for start in range(0, len(data), CHUNK):
        check()
        parts.append(press.compress(data[start : start + CHUNK]))
    parts.append(press.flush())
    return Blob(digest_of(data), len(data), b"".join(parts))
