"""The LSP base protocol: JSON messages, each behind a header with its length in bytes."""

from __future__ import annotations

import json
from typing import Any, Protocol

from ctxbudget_client.errors import FramingError

Message = dict[str, Any]

MAX_HEADER_BYTES = 8192
"""A longer one is not a header: the server printed something else."""


class Readable(Protocol):
    """The part of a blocking binary stream that reading takes."""

    def readline(self, limit: int = -1, /) -> bytes: ...
    def read(self, size: int = -1, /) -> bytes: ...


def encode(message: Message) -> bytes:
    """The frame of a message. ASCII only, so that any string, lone surrogates included, can cross.

    Raises `TypeError` or `ValueError` for what is not JSON.
    """
    body = json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii")
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def read_message(stream: Readable) -> Message | None:
    """The next message, or None at the end of the stream. Raises `FramingError`."""
    length = _read_header(stream)
    if length is None:
        return None
    body = stream.read(length)
    if len(body) < length:
        raise FramingError(f"the stream ended {length - len(body)} bytes before the end of a message")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise FramingError(f"a message that is not valid JSON: {body[:80]!r}") from fault
    if not isinstance(message, dict):
        raise FramingError(f"a message that is not a JSON object: {body[:80]!r}")
    return message


def _read_header(stream: Readable) -> int | None:
    length = None
    size = 0
    while line := stream.readline(MAX_HEADER_BYTES):
        size += len(line)
        if line in (b"\r\n", b"\n") and length is not None:
            return length
        name, colon, value = line.partition(b":")
        if not colon or not line.endswith(b"\n") or size > MAX_HEADER_BYTES:
            raise FramingError(f"not a header: {line[:80]!r}")
        if name.strip().lower() == b"content-length":
            if not value.strip().isdigit():
                raise FramingError(f"no length: {line[:80]!r}")
            length = int(value)
    if size:
        raise FramingError("the stream ended inside a header")
    return None
