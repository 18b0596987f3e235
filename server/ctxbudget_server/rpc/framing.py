"""Parses Content-Length frames from a byte stream: pure, incremental, and lenient as long as the length is certain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_HEADER_BYTES = 8 * 1024
ABSURD_LENGTH = 1 << 40
"""A length above this (1 TiB) cannot be a message, since its end would never come."""
EDGE_BYTES = 4096
"""How much of either end of a skipped body is kept."""

_SCALAR = rb'(?:"(?:[^"\\]|\\.)*"|-?\d+)'
_MEMBER = rb'"(?:id|jsonrpc|method)"\s*:\s*' + _SCALAR
_HEAD = re.compile(rb"\s*\{\s*((?:" + _MEMBER + rb"\s*,\s*)+)")
_TAIL = re.compile(rb"((?:,\s*" + _MEMBER + rb"\s*)+)\}\s*$")
_ID = re.compile(rb'"id"\s*:\s*(' + _SCALAR + rb")")


class FramingError(Exception):
    """The next frame cannot be found: the stream is unusable."""


@dataclass(frozen=True, slots=True)
class Oversize:
    """A frame over the limit, reported once its body has gone by; only the body's edges are kept."""

    size: int
    head: bytes = field(default=b"", compare=False)
    tail: bytes = field(default=b"", compare=False)


Frame = bytes | bytearray | Oversize
"""A body, or what is left of one that was too large."""


class FrameParser:
    """Parses a stream from chunks cut anywhere.

    Headers may be in any case, and may lack the space, end in bare line feeds, or have leading zeros.
    `feed` is lazy: exhaust it before feeding the next chunk.
    """

    def __init__(self, max_body: int) -> None:
        self._max_body = max_body
        self._line = b""
        self._header_bytes = 0
        self._length: int | None = None
        self._body: bytearray | None = None
        self._skipped: Oversize | None = None
        self._left = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that `data` completes."""
        at = 0
        while at < len(data):
            if self._left:
                piece = data[at : at + self._left]
                at += len(piece)
                self._left -= len(piece)
                if self._skipped is not None:
                    yield from self._skip(self._skipped, piece)
                elif self._body is None and not self._left:
                    yield piece
                else:
                    yield from self._grow(piece)
                continue
            line_end = data.find(b"\n", at) + 1
            if not line_end:
                self._line += data[at:]
                self._count_header(len(data) - at)
                return
            line = self._line + data[at:line_end]
            self._line = b""
            self._count_header(line_end - at)
            at = line_end
            yield from self._take_line(line.strip(b"\r\n"))

    def end(self) -> None:
        """Note the end of the stream; raises FramingError if that is inside a frame."""
        if self._left:
            raise FramingError(f"the stream ended {self._left} bytes before the end of a message")
        if self._header_bytes:
            raise FramingError("the stream ended inside a header")

    def _skip(self, so_far: Oversize, piece: bytes) -> Iterator[Oversize]:
        head = so_far.head + piece[: EDGE_BYTES - len(so_far.head)]
        tail = (so_far.tail + piece[-EDGE_BYTES:])[-EDGE_BYTES:]
        self._skipped = Oversize(so_far.size, head, tail)
        if not self._left:
            yield self._skipped
            self._skipped = None

    def _grow(self, piece: bytes) -> Iterator[bytearray]:
        if self._body is None:
            self._body = bytearray()
        self._body += piece
        if not self._left:
            body, self._body = self._body, None
            yield body

    def _take_line(self, line: bytes) -> Iterator[Frame]:
        if line:
            self._take_field(line)
            return
        if self._header_bytes <= 2:  # a stray blank line between frames, as `echo` leaves
            self._header_bytes = 0
            return
        if self._length is None:
            raise FramingError("a header without Content-Length")
        self._header_bytes, self._left, self._length = 0, self._length, None
        if self._left > self._max_body:
            self._skipped = Oversize(self._left)
        elif not self._left:
            yield b""

    def _take_field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name.strip().lower() != b"content-length":
            return
        value = value.strip()
        digits = value.lstrip(b"0") or value[-1:]
        if not value.isdigit() or len(digits) > len(str(ABSURD_LENGTH)) or int(digits) > ABSURD_LENGTH:
            shown = value[:40].decode("ascii", "replace")
            raise FramingError(f"no usable Content-Length: {shown!r}")
        if self._length not in (None, int(digits)):
            raise FramingError("two different Content-Length fields in one header")
        self._length = int(digits)

    def _count_header(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > MAX_HEADER_BYTES:
            raise FramingError(f"a header of more than {MAX_HEADER_BYTES} bytes")


def request_id_from_edges(head: bytes, tail: bytes) -> str | int | None:
    """The id of a request that was too large, from the first or last bytes of its body; None if unknown.

    Its sender is waiting for an answer.
    """
    for found in (_HEAD.match(head), _TAIL.search(tail)):
        if found and (member := _ID.search(found.group(1))):
            try:
                value = json.loads(member.group(1))
            except ValueError:
                continue
            if isinstance(value, str | int):
                return value
    return None
