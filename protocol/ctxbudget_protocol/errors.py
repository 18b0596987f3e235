"""Every error that can cross the wire: its stable name, its code, and what it carries.

Programs switch on ``data.name``, which never changes. The code distinguishes JSON-RPC's own errors from ours
(1001-1099). ``data.retryable`` says whether the same request may succeed later unchanged, by waiting alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ctxbudget_protocol.values import NamedTuple

Location = Sequence[str | int]


class ErrorSpec(NamedTuple):
    """One error: its code, whether a retry may help, a sentence for the reference page, its members.

    `retryable` is None if it depends on the case; then each error says it. `data` has the JSON types of the guaranteed
    members of `data`; `?` marks one that may be absent or null.
    """

    code: int
    retryable: bool | None
    doc: str
    data: Mapping[str, str] = MappingProxyType({})


ERRORS: dict[str, ErrorSpec] = {
    "parseError": ErrorSpec(-32700, False, "The bytes are not valid JSON, or the frame has no usable length."),
    "invalidRequest": ErrorSpec(-32600, False, "Not a valid request, or not allowed in the current state."),
    "methodNotFound": ErrorSpec(-32601, False, "There is no such method."),
    "invalidParams": ErrorSpec(
        -32602, False, "The params are not valid; `errors[]` has a location for each fault.", {"phase": "integer?"}
    ),
    "internalError": ErrorSpec(-32603, False, "An internal error of the server; its log has the details."),
    "serverNotInitialized": ErrorSpec(-32002, False, "A request came before `initialize`."),
    "requestCancelled": ErrorSpec(-32800, False, "The client cancelled the request; nothing of it remains."),
    "contentModified": ErrorSpec(-32801, False, "The document changed before the answer was ready; ask again."),
    "budgetExceeded": ErrorSpec(
        1001,
        None,
        "The tokens asked for do not fit. Retryable if they would without the leases in flight (`leased` tokens), "
        "which end by themselves; otherwise prune first, or ask for less than `budget`.",
        {"requested": "integer", "available": "integer", "leased": "integer?", "budget": "integer?"},
    ),
    "unknownSession": ErrorSpec(1002, False, "No session has this id.", {"sessionId": "string"}),
    "sessionClosed": ErrorSpec(
        1003, False, "The session is closed or archived; `session/open` resumes it.", {"sessionId": "string"}
    ),
    "unknownItem": ErrorSpec(1004, False, "No item of the session has this id.", {"itemId": "string"}),
    "unknownPhase": ErrorSpec(
        1005, False, "The session has no such phase or wave.", {"phase": "integer", "wave": "integer?"}
    ),
    "phaseOrder": ErrorSpec(
        1006,
        False,
        "Not allowed in the current state of the phase.",
        {"phase": "integer", "wave": "integer?", "state": "string?", "open": "object"},
    ),
    "conflict": ErrorSpec(
        1007,
        False,
        "Something changed in the meantime, or prevents the request.",
        {"revision": "integer?", "items": "object[]?", "phases": "object[]?"},
    ),
    "payloadTooLarge": ErrorSpec(
        1008, False, "Over an advertised limit, in bytes.", {"limit": "integer", "size": "integer"}
    ),
    "pathNotAllowed": ErrorSpec(
        1009, False, "The path is outside the allowed roots, or not a regular file.", {"path": "string"}
    ),
    "pathUnreadable": ErrorSpec(
        1010, False, "The file is missing or cannot be read.", {"path": "string", "reason": "string"}
    ),
    "notText": ErrorSpec(1011, False, "The content is binary or not UTF-8.", {"offset": "integer", "path": "string?"}),
    "noContent": ErrorSpec(
        1012, False, "The item was added as a token figure only: it has no content.", {"itemId": "string"}
    ),
    "unknownSection": ErrorSpec(
        1013, False, "No section, or several, match.", {"section": "string", "candidates": "object[]"}
    ),
    "protectedItem": ErrorSpec(
        1014, False, "The item is pinned or permanent.", {"itemId": "string", "reason": "string"}
    ),
    "unknownLease": ErrorSpec(1015, False, "The session has no such lease.", {"leaseId": "string"}),
    "leaseClosed": ErrorSpec(
        1016, False, "The lease has already been settled or released.", {"leaseId": "string", "state": "string?"}
    ),
    "unknownUndo": ErrorSpec(1017, False, "The session has no such undo.", {"undo": "string"}),
    "requestKeyReused": ErrorSpec(
        1018, False, "The request key belongs to another method's call.", {"requestKey": "string", "method": "string"}
    ),
    "contentDropped": ErrorSpec(
        1019,
        False,
        "The item's content was dropped: by the user's retention setting, when the session was archived, or because it "
        "did not come with an import. Its figures remain.",
        {"itemId": "string", "at": "string"},
    ),
    "storeBusy": ErrorSpec(1020, True, "Another process kept the store locked for too long.", {"waitedMs": "integer"}),
    "storeFull": ErrorSpec(1021, True, "The disk, or the store's own limit, is full.", {"path": "string?"}),
    "storeUnavailable": ErrorSpec(
        1022, True, "The store cannot be read or written.", {"path": "string", "reason": "string"}
    ),
    "storeTooNew": ErrorSpec(
        1023, False, "A newer version wrote the store.", {"path": "string", "found": "integer", "supported": "any"}
    ),
    "contentDamaged": ErrorSpec(
        1025, False, "An item's content was damaged in the store.", {"itemId": "string", "hash": "string"}
    ),
    "storeUnsafe": ErrorSpec(
        1026, False, "Other users could change the store.", {"path": "string", "reason": "string", "remedy": "string"}
    ),
    "unknownFormat": ErrorSpec(
        1027,
        False,
        "A message is not of the named format, or no format reads them all; `errors[]` has its location. `formats` are "
        "those that read all messages, or those before this one if none was named.",
        {"format": "string?", "index": "integer", "member": "string", "formats": "string[]"},
    ),
    "unknownBase": ErrorSpec(
        1028,
        False,
        "The messages before those that were sent are not known, for example since the server was restarted: send the "
        "whole conversation. `known` are known of it.",
        {"conversation": "string", "known": "integer"},
    ),
    "costExceeded": ErrorSpec(
        1029,
        False,
        "The session has spent its `maxCost`, or what it has spent is unknown although something was billed (`spent` "
        "is null). `session/open` raises or removes the limit.",
        {"spent": "number?", "limit": "number", "currency": "string?"},
    ),
    "unknownRecording": ErrorSpec(
        1030, False, "No host has recorded a session of this id on this machine.", {"session": "string"}
    ),
    "notRecording": ErrorSpec(
        1031, False, "The content is not a recording of a known form.", {"reason": "string", "path": "string?"}
    ),
    "sessionExists": ErrorSpec(1032, False, "The workspace has a session of this id already.", {"sessionId": "string"}),
    "invalidExport": ErrorSpec(
        1033,
        False,
        "A line is not that of an export, or does not agree with the lines before it. Nothing was kept.",
        {"line": "integer", "reason": "string"},
    ),
    "unsupportedVersion": ErrorSpec(
        1024, False, "The server does not support the requested protocol version.", {"supported": "any"}
    ),
}


class ProtocolError(Exception):
    """An error with a name from `ERRORS`, ready for the wire.

    `fields` are the guaranteed members of `data`; `loc` points at the faulty field of the params. `retryable` is for
    errors of which their entry in `ERRORS` does not say it.
    """

    def __init__(
        self, name: str, message: str, *, loc: Location | None = None, retryable: bool = False, **fields: Any
    ) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        spec = ERRORS[name]
        self.code = spec.code
        self.retryable = retryable if spec.retryable is None else spec.retryable
        self.fields = fields
        self.errors: list[dict[str, Any]] = []
        if loc is not None:
            self.errors.append({"loc": list(loc), "msg": message, "type": name})

    @classmethod
    def invalid_params(cls, errors: list[dict[str, Any]]) -> ProtocolError:
        """An `invalidParams` error from entries of `{loc, msg, type}`; the first one makes the message."""
        first = errors[0]
        where = ".".join(str(part) for part in first["loc"]) or "params"
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        error = cls("invalidParams", f"{where}: {first['msg']}{more}")
        error.errors = errors
        return error

    def data(self) -> dict[str, Any]:
        """The `data` member: name, retryable, the guaranteed fields, and the locations if there are any."""
        data: dict[str, Any] = {"name": self.name, "retryable": self.retryable, **self.fields}
        if self.errors:
            data["errors"] = self.errors
        return data

    def wire(self) -> dict[str, Any]:
        """The JSON-RPC error object."""
        return {"code": self.code, "message": self.message, "data": self.data()}


def invalid(loc: Location, message: str, kind: str = "value_error") -> ProtocolError:
    """An `invalidParams` error about one field, for rules that a model cannot express."""
    return ProtocolError.invalid_params([{"loc": list(loc), "msg": message, "type": kind}])
