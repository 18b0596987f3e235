"""Reads JSON values by their JSON Schema, quickly: what is not clearly valid is left to the pydantic models.

Importing pydantic takes longer than a hook's whole request, so params and settings are first checked here.
"""

from __future__ import annotations

import math
import re
from types import SimpleNamespace
from typing import Any

from ctxbudget_protocol.records import attribute

Schema = dict[str, Any]


class NotClearlyValid(Exception):  # noqa: N818 (not an error: the models decide)
    """The schema does not clearly allow the value."""


class SchemaReader:
    """Reads values according to the part of JSON Schema that the contract uses. `definitions` are named types."""

    def __init__(self, definitions: dict[str, Schema]) -> None:
        self._definitions = definitions

    def read(self, schema: Schema, value: Any) -> Any:
        """The value that a model would give; raises `NotClearlyValid`."""
        if name := schema.get("$ref"):
            schema = self._definitions[name.rpartition("/")[2]]
        if options := schema.get("anyOf") or schema.get("oneOf"):
            return self._any(options, value)
        if ("const" in schema and value != schema["const"]) or ("enum" in schema and value not in schema["enum"]):
            raise NotClearlyValid
        if "const" in schema and type(value) is not type(schema["const"]):
            raise NotClearlyValid
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
            except NotClearlyValid:
                continue
        raise NotClearlyValid

    def _object(self, schema: Schema, value: Any) -> Any:
        properties: dict[str, Schema] = schema.get("properties", {})
        if schema.get("additionalProperties") is True and isinstance(value, dict):
            return value
        if not isinstance(value, dict) or not value.keys() <= properties.keys():
            raise NotClearlyValid
        if not value.keys() >= set(schema.get("required", ())):
            raise NotClearlyValid
        return SimpleNamespace(
            **{
                attribute(name): self.read(part, value[name]) if name in value else part.get("default")
                for name, part in properties.items()
            }
        )

    def _array(self, schema: Schema, value: Any) -> Any:
        if not isinstance(value, list) or not _within(len(value), schema, "minItems", "maxItems"):
            raise NotClearlyValid
        return [self.read(schema["items"], element) for element in value]


def _string(schema: Schema, value: Any) -> Any:
    if not isinstance(value, str) or not _within(len(value), schema, "minLength", "maxLength"):
        raise NotClearlyValid
    pattern = schema.get("pattern")
    if pattern is not None and not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value):
        raise NotClearlyValid
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise NotClearlyValid from None
    return value


def _integer(schema: Schema, value: Any) -> Any:
    if type(value) is not int or not _within(value, schema, "minimum", "maximum"):
        raise NotClearlyValid
    return value


def _number(schema: Schema, value: Any) -> Any:
    if type(value) not in (int, float) or not math.isfinite(value) or not _within(value, schema, "minimum", "maximum"):
        raise NotClearlyValid
    if value <= schema.get("exclusiveMinimum", -math.inf):
        raise NotClearlyValid
    return float(value)


def _boolean(_: Schema, value: Any) -> Any:
    if not isinstance(value, bool):
        raise NotClearlyValid
    return value


def _null(_: Schema, value: Any) -> Any:
    if value is not None:
        raise NotClearlyValid
    return None


def _within(value: float, schema: Schema, low: str, high: str) -> bool:
    return bool(schema.get(low, -math.inf) <= value <= schema.get(high, math.inf))
