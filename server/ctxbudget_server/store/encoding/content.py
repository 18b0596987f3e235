"""Stored content, verified against the hashes under which it is kept."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.rules.items import Item
from ctxbudget_server.store.digests import sha256_hex


def content_of(item: Item, blob: Callable[[str], bytes | None]) -> bytes:
    """The bytes of an item from its compressed blobs; raises `contentDamaged` unless each matches its hash."""
    return b"".join(_segment(item, digest, blob(digest)) for digest in item.segments)


def _segment(item: Item, digest: str, compressed: bytes | None) -> bytes:
    data = None if compressed is None else unpacked(digest, compressed)
    if data is None:
        state = "is missing from the store" if compressed is None else "was damaged in the store"
        raise ProtocolError(
            "contentDamaged",
            f"the content of item {item.id} {state}; its figures and everything else are still there",
            itemId=item.id,
            hash=digest,
        )
    return data


def unpacked(digest: str, compressed: bytes) -> bytes | None:
    """The content of a blob; None if it does not match its hash."""
    try:
        data = zlib.decompress(compressed)
    except zlib.error:
        return None
    return data if sha256_hex(data) == digest else None
