"""Validates params: with the pydantic models, or with a fast check that leaves only doubtful cases to the models.

Importing pydantic takes longer than a hook's whole request. So `ctxbudget call`, and a server that has just started,
check the params against the published contract, which is generated from the models. Only what that does not clearly
allow goes to the models themselves, so all errors are theirs, word for word. What the contract cannot express (a rule
in code) must not be decided here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.param_types import published_types
from ctxbudget_protocol.records import type_name

if TYPE_CHECKING:
    from pydantic import BaseModel

Schema = dict[str, Any]
Validate = Callable[[Method, dict[str, Any]], object]
"""Returns the params as attributes, or raises `invalidParams` with a location for each fault."""


class NeedsFullValidation(Exception):  # noqa: N818 (not an error: the models decide)
    """The contract does not clearly allow the value."""


def validate(row: Method, given: dict[str, Any]) -> BaseModel:
    """The params as a model; raises `invalidParams` with a location for each fault."""
    from pydantic import ValidationError

    from ctxbudget_protocol.models import model_of
    from ctxbudget_server.service.fault_messages import entries

    try:
        return model_of(row.params).model_validate(given)
    except ValidationError as fault:
        raise ProtocolError.invalid_params(entries(fault.errors(include_url=False))) from fault


def fast_validate(row: Method, given: dict[str, Any]) -> object:
    """The params with their defaults as attributes; raises the same errors as `validate`."""
    name = type_name(row.params)
    types = published_types(name)
    try:
        return _Reader(types).read(types[name], given)
    except NeedsFullValidation:
        return validate(row, given)


class _Reader:
    """Reads values according to the part of JSON Schema that the contract uses."""

    def __init__(self, definitions: dict[str, Schema]) -> None:
        self._definitions = definitions

    def read(self, schema: Schema, value: Any) -> Any:
        """The value that a model would give; raises `NeedsFullValidation`."""
        if name := schema.get("$ref"):
            schema = self._definitions[name.rpartition("/")[2]]
        if options := schema.get("anyOf") or schema.get("oneOf"):
            return self._any(options, value)
        if ("const" in schema and value != schema["const"]) or ("enum" in schema and value not in schema["enum"]):
            raise NeedsFullValidation
        if "const" in schema and type(value) is not type(schema["const"]):
            raise NeedsFullValidation
        readers = {
            "object": self._object,
            "array": self._array,
            "string": _string,
            "integer": _integer,
            "number": _number,
            "boolean": _boolean,
            "null": _null,
        }
        return readers[schema["type"]](schema, value)

    def _any(self, options: list[Schema], value: Any) -> Any:
        for option in options:
            try:
                return self.read(option, value)
            except NeedsFullValidation:
                continue
        raise NeedsFullValidation

    def _object(self, schema: Schema, value: Any) -> Any:
        properties: dict[str, Schema] = schema.get("properties", {})
        if schema.get("additionalProperties") is True and isinstance(value, dict):
            return value
        if not isinstance(value, dict) or not value.keys() <= properties.keys():
            raise NeedsFullValidation
        if not value.keys() >= set(schema.get("required", ())):
            raise NeedsFullValidation
        return SimpleNamespace(
            **{
                _snake(name): self.read(part, value[name]) if name in value else part.get("default")
                for name, part in properties.items()
            }
        )

    def _array(self, schema: Schema, value: Any) -> Any:
        if not isinstance(value, list) or not _within(len(value), schema, "minItems", "maxItems"):
            raise NeedsFullValidation
        return [self.read(schema["items"], element) for element in value]


def _string(schema: Schema, value: Any) -> Any:
    if not isinstance(value, str) or not _within(len(value), schema, "minLength", "maxLength"):
        raise NeedsFullValidation
    pattern = schema.get("pattern")
    if pattern is not None and not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value):
        raise NeedsFullValidation
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise NeedsFullValidation from None
    return value


def _integer(schema: Schema, value: Any) -> Any:
    if type(value) is not int or not _within(value, schema, "minimum", "maximum"):
        raise NeedsFullValidation
    return value


def _number(schema: Schema, value: Any) -> Any:
    if type(value) not in (int, float) or not math.isfinite(value) or not _within(value, schema, "minimum", "maximum"):
        raise NeedsFullValidation
    if value <= schema.get("exclusiveMinimum", -math.inf):
        raise NeedsFullValidation
    return float(value)


def _boolean(_: Schema, value: Any) -> Any:
    if not isinstance(value, bool):
        raise NeedsFullValidation
    return value


def _null(_: Schema, value: Any) -> Any:
    if value is not None:
        raise NeedsFullValidation
    return None


def _within(value: float, schema: Schema, low: str, high: str) -> bool:
    return bool(schema.get(low, -math.inf) <= value <= schema.get(high, math.inf))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
