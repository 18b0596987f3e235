"""The size of a picture, read from the head of its file: PNG, JPEG, GIF and WebP."""

from __future__ import annotations

import struct

from ctxbudget_protocol.values import NamedTuple

MAX_SIDE = 100_000
"""Pixels of a side above which a size is taken for a mistake."""
_NO_SIZE = frozenset({0xC4, 0xC8, 0xCC})
"""JPEG's markers among those of frames that begin something else."""


class Size(NamedTuple):
    """Pixels."""

    width: int
    height: int


def size_of(head: bytes) -> Size | None:
    """The size; None for another format, or where the head does not hold it."""
    try:
        size = _size(head)
    except (struct.error, IndexError):
        return None
    return size if size and 0 < size.width <= MAX_SIDE and 0 < size.height <= MAX_SIDE else None


def _size(head: bytes) -> Size | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Size(*struct.unpack_from(">II", head, 16))
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Size(*struct.unpack_from("<HH", head, 6))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head)
    return _jpeg(head) if head.startswith(b"\xff\xd8") else None


def _webp(head: bytes) -> Size | None:
    match head[12:16]:
        case b"VP8X":
            return Size(1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little"))
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", head, 21)
            return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", head, 26)
            return Size(width & 0x3FFF, height & 0x3FFF)
    return None


def _jpeg(head: bytes) -> Size | None:
    at = 2
    while at + 9 < len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 0x01:  # fill bytes, and markers that stand alone
            at += 1 if marker == 0xFF else 2
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return Size(width, height)
        else:
            (length,) = struct.unpack_from(">H", head, at + 2)
            at += 2 + length
    return None
