"""JSON on the wire, strict in both directions."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any, NoReturn

from ctxbudget_protocol.errors import ProtocolError

log = logging.getLogger(__name__)

MessageId = str | int


class TooDeepError(ProtocolError):
    """The value may be JSON, but has too many objects and arrays within each other to be read."""


Json = Any
"""A value as the `json` module reads and writes it."""
Serializer = Callable[[Any], Any]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed in JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_ENCODER = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":"))
"""Made once: `json.loads` and `json.dumps` make one for each message."""


def decode(body: bytes | bytearray, object_hook: Callable[[dict[str, Any]], Json] | None = None) -> Json:
    """The JSON value of a body; anything else, including NaN and encodings other than UTF-8, is a `parseError`."""
    try:
        text = str(body, "utf-8")
        if object_hook is None and not text.startswith("\ufeff"):
            return _DECODER.decode(text)
        return json.loads(text, parse_constant=_refuse_constant, object_hook=object_hook)
    except UnicodeDecodeError as exc:
        raise ProtocolError("parseError", f"the message is not UTF-8: bad byte at {exc.start}") from None
    except RecursionError:
        raise TooDeepError("parseError", "the message is nested too deeply") from None
    except ValueError as exc:
        raise ProtocolError("parseError", f"the message is not JSON: {exc}") from None


def decode_large(body: bytes | bytearray) -> Json:
    """Like `decode`, for a worker thread: lets other threads run at each object."""
    return decode(body, lambda value: value)


def encode(data: object, default: Serializer | None = None) -> bytes:
    """The frame of a message, header included.

    Raises TypeError, ValueError or RecursionError if `data` is not JSON, and whatever `default` raises.
    """
    if default is None:
        text = _ENCODER.encode(data)
    else:
        text = json.dumps(data, default=default, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    try:
        body = text.encode()
    except UnicodeEncodeError:  # lone surrogates, which JSON can only carry escaped
        body = json.dumps(data, default=default, allow_nan=False, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def encode_result(message_id: MessageId, result: object, default: Serializer | None = None) -> bytes:
    """The response with a result; if that cannot be encoded, an error response saying so."""
    try:
        return encode({"jsonrpc": "2.0", "id": message_id, "result": result}, default)
    except Exception as exc:  # `default` may raise anything
        log.exception("the result of request %r cannot be encoded as JSON", message_id)
        return encode_error(
            message_id, ProtocolError("internalError", f"the result cannot be encoded as JSON: {type(exc).__name__}")
        )


def encode_error(message_id: MessageId | None, error: ProtocolError) -> bytes:
    """The response with an error; `message_id` is None if the request's id is unknown."""
    try:
        return encode({"jsonrpc": "2.0", "id": message_id, "error": error.wire()})
    except (TypeError, ValueError, RecursionError):
        log.exception("the error %s for request %r cannot be encoded as JSON", error.name, message_id)
        return encode_error(message_id, ProtocolError(error.name, error.message))
