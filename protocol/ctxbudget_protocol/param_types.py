"""Types of valid params, for a process that has no time for models: the contract's types without descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.generated import COMMAND, Schema, read
from ctxbudget_protocol.methods import METHODS
from ctxbudget_protocol.records import type_name

FILE_NAME = "param_types.json"
PROSE = ("description", "title")


def published_types(name: str) -> dict[str, Schema]:
    """All types of params as published with the package; reads one file and imports no models.

    Raises `internalError` if the file is missing, or does not have a type with this name yet.
    """
    types = _published_types()
    if name not in types:
        raise ProtocolError("internalError", f"{FILE_NAME} is stale, it has no type {name}: run {COMMAND}")
    return types


@cache
def _published_types() -> dict[str, Schema]:
    return read(FILE_NAME)


def render() -> str:
    """The text of `param_types.json`."""
    from ctxbudget_protocol.contract import contract

    types = contract()["$defs"]
    needed: dict[str, Schema] = {}
    waiting = [type_name(method.params) for method in METHODS.values()]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = _without_prose(types[name])
            waiting += _references(needed[name])
    return json.dumps(needed, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"


def _without_prose(schema: Schema) -> Schema:
    """A schema without text for people; names of properties are not treated as keywords."""
    kept = {key: value for key, value in schema.items() if key not in PROSE}
    for key, value in kept.items():
        if key == "properties":
            kept[key] = {name: _without_prose(part) for name, part in value.items()}
        elif key in ("anyOf", "oneOf", "allOf"):
            kept[key] = [_without_prose(part) for part in value]
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            kept[key] = _without_prose(value)
    return kept


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(name := value.get("$ref"), str):
            yield name.rpartition("/")[2]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)
