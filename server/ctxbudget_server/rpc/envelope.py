"""The JSON-RPC envelope: what kind of message a JSON value is, or why it is not one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeGuard

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_server.rpc.codec import Json, MessageId


@dataclass(frozen=True, slots=True)
class Request:
    """Wants exactly one response."""

    id: MessageId
    method: str
    params: Json


@dataclass(frozen=True, slots=True)
class Notification:
    """Gets no response, whatever happens."""

    method: str
    params: Json


@dataclass(frozen=True, slots=True)
class Response:
    """The client's answer to one of our requests; `message` is as received."""

    id: Json
    message: dict[str, Any]


Envelope = Request | Notification | Response


class BadEnvelopeError(Exception):
    """The value is not a message; `id` is its id, if it has a usable one."""

    def __init__(self, message_id: MessageId | None, reason: str) -> None:
        super().__init__(reason)
        self.id = message_id
        self.error = ProtocolError("invalidRequest", reason)


def classify(message: Json) -> Envelope:
    """Classify a decoded message. Extra members are tolerated; params are not examined."""
    if isinstance(message, list):
        raise BadEnvelopeError(None, "batches are not part of this protocol: send the requests one by one")
    if not isinstance(message, dict):
        raise BadEnvelopeError(None, "a message must be a JSON object")
    if "method" not in message and ("result" in message or "error" in message):
        return Response(message.get("id"), message)
    message_id = message.get("id")
    if "id" in message and not is_message_id(message_id):
        raise BadEnvelopeError(None, "the id of a request must be a string or an integer")
    if message.get("jsonrpc") != "2.0":
        raise BadEnvelopeError(message_id, 'the member jsonrpc must be "2.0"')
    method = message.get("method")
    if not isinstance(method, str):
        raise BadEnvelopeError(message_id, "the member method must be a string")
    if message_id is None:
        return Notification(method, message.get("params"))
    return Request(message_id, method, message.get("params"))


def is_message_id(value: object) -> TypeGuard[MessageId]:
    """Whether a value can be the id of a request."""
    return isinstance(value, str | int) and not isinstance(value, bool)


def object_params(params: Json) -> dict[str, Any]:
    """Params as an object. Absent, null and `[]` mean `{}`: real clients send all three for "none"."""
    if params is None or params == []:
        return {}
    if not isinstance(params, dict):
        from ctxbudget_protocol.fault_messages import shown

        raise invalid([], f"must be an object, not {shown(params)}", "dict_type")
    return params
