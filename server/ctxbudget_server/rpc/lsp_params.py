"""Converts the params of standard LSP methods from JSON to lsprotocol's classes, locating every fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cattrs import BaseValidationError, Converter
from cattrs.errors import ClassValidationError, IterableValidationError, IterableValidationNote
from lsprotocol import types

from ctxbudget_protocol.errors import ProtocolError

MAX_FAULTS = 20


def is_notification(method: str) -> bool:
    """Whether LSP defines the method as a notification."""
    return method in types.METHOD_TO_TYPES and types.METHOD_TO_TYPES[method][1] is None


def is_request(method: str) -> bool:
    """Whether LSP defines the method as a request."""
    return method in types.METHOD_TO_TYPES and types.METHOD_TO_TYPES[method][1] is not None


def structure(converter: Converter, method: str, params: dict[str, Any]) -> object:
    """The params object that pygls' handlers expect; raises `invalidParams` if it cannot be built.

    Methods unknown to LSP get the params unchanged; methods without params get None.
    """
    if method not in types.METHOD_TO_TYPES:
        return params
    params_type: Any = types.METHOD_TO_TYPES[method][2]
    if params_type is None:
        return None
    if method == types.INITIALIZE:
        params = {"processId": None, "capabilities": {}, **params}  # clients other than editors omit these
    try:
        return converter.structure(params, params_type)
    except Exception as exc:  # lsprotocol's hooks raise whatever the input provokes
        faults = list(_faults(exc, ()))[:MAX_FAULTS]
        raise ProtocolError.invalid_params(faults) from None


def _faults(exc: BaseException, loc: tuple[str | int, ...]) -> Iterator[dict[str, Any]]:
    if isinstance(exc, ClassValidationError | IterableValidationError):
        noted, others = exc.group_exceptions()
        for inner, note in noted:
            part = note.index if isinstance(note, IterableValidationNote) else camel(note.name)
            yield from _faults(inner, (*loc, part))
        for inner in others:
            yield from _faults(inner, loc)
    elif isinstance(exc, BaseValidationError):
        for inner in exc.exceptions:
            yield from _faults(inner, loc)
    elif isinstance(exc, KeyError):
        yield {"loc": list(loc), "msg": "is required", "type": "missing"}
    else:
        yield {"loc": list(loc), "msg": f"is not a valid value ({type(exc).__name__})", "type": "value_error"}


def camel(name: str) -> str:
    """The name of a member on the wire."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name.rstrip("_"))
