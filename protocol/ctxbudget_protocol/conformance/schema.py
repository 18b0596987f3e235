"""Holds JSON values against the published contract, in the part of JSON Schema that it uses; imports nothing else.

This is separate code on purpose: a server should not be judged by the code that it validates with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from ctxbudget_protocol.conformance.client import MisbehaviourError
from ctxbudget_protocol.contract import published
from ctxbudget_protocol.limits import PROTOCOL_VERSION

Schema = dict[str, Any]
MAX_SHOWN = 200
"""Characters of a value in a message."""


class Fault(NamedTuple):
    """One place where a value is not what a schema says."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'the value'}: {self.message}"


@cache
def contract() -> Schema:
    """The published contract, read once."""
    return published()


def definitions() -> dict[str, Schema]:
    """Every type of the contract by name."""
    types: dict[str, Schema] = contract()["$defs"]
    return types


def type_of_params(method: str) -> Schema:
    """The type of a method's params."""
    return definitions()[contract()["methods"][method]["params"]["$ref"].rpartition("/")[2]]


def faults(schema: Schema, value: Any, path: tuple[str | int, ...] = (), *, additions: bool = False) -> Iterator[Fault]:
    """What is wrong with a value; `additions` allows members that the schema does not know."""
    if "$ref" in schema:
        schema = definitions()[schema["$ref"].rpartition("/")[2]]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        found = [list(faults(option, value, path, additions=additions)) for option in options]
        if all(found):
            yield from max(found, key=lambda each: max(len(one.path) for one in each))
        return
    if told := _no_member(schema, value):
        yield Fault(path, f"must be {told}, not {shown(value)}")
    elif isinstance(value, dict):
        yield from _object(schema, value, path, additions)
    elif isinstance(value, list):
        yield from _within(len(value), schema, ("minItems", "maxItems"), path, "entries")
        for place, each in enumerate(value):
            yield from faults(schema.get("items", {}), each, (*path, place), additions=additions)
    elif isinstance(value, str):
        yield from _string(schema, value, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _within(value, schema, ("minimum", "maximum"), path, "")
        if value <= schema.get("exclusiveMinimum", float("-inf")):
            yield Fault(path, f"must be above {schema['exclusiveMinimum']}, not {value}")


def _no_member(schema: Schema, value: Any) -> str | None:
    """What a value should be, if it is not one of those that a schema names, or not of its type."""
    if "const" in schema and not _same(value, schema["const"]):
        return json.dumps(schema["const"])
    if "enum" in schema and not any(_same(value, each) for each in schema["enum"]):
        return f"one of {json.dumps(schema['enum'])}"
    if "type" in schema and not _is(schema["type"], value):
        return f"of the type {schema['type']}"
    return None


def _string(schema: Schema, value: str, path: tuple[str | int, ...]) -> Iterator[Fault]:
    yield from _within(len(value), schema, ("minLength", "maxLength"), path, "characters")
    if "pattern" in schema and not re.search(schema["pattern"].removesuffix("$") + r"\Z", value):
        yield Fault(path, f"must match {schema['pattern']}, not be {shown(value)}")


def _object(schema: Schema, value: dict[str, Any], path: tuple[str | int, ...], additions: bool) -> Iterator[Fault]:
    known: dict[str, Schema] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield Fault((*path, name), "is missing")
    others = schema.get("additionalProperties", True)
    for name, each in value.items():
        if name in known:
            yield from faults(known[name], each, (*path, name), additions=additions)
        elif isinstance(others, dict):
            yield from faults(others, each, (*path, name), additions=additions)
        elif not others and not additions:
            yield Fault((*path, name), f"is not a member that protocol {PROTOCOL_VERSION} knows")


def _within(
    size: float, schema: Schema, ends: tuple[str, str], path: tuple[str | int, ...], unit: str
) -> Iterator[Fault]:
    low, high = ends
    if size < schema.get(low, size):
        yield Fault(path, f"must be at least {schema[low]} {unit}".rstrip() + f", not {size}")
    if size > schema.get(high, size):
        yield Fault(path, f"must be at most {schema[high]} {unit}".rstrip() + f", not {size}")


def _is(kind: str, value: Any) -> bool:
    if kind == "integer":
        return (isinstance(value, int) or (isinstance(value, float) and value.is_integer())) and not isinstance(
            value, bool
        )
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    return isinstance(value, kinds[kind])


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def shown(value: Any) -> str:
    """A value for a message."""
    text = json.dumps(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + " …"


def check(schema: Schema, value: Any, what: str, *, additions: bool = False) -> None:
    """Raise `MisbehaviourError` unless a value is what a schema says."""
    if found := list(faults(schema, value, additions=additions)):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise MisbehaviourError(f"{what}: {found[0]}{more}")


def check_result(method: str, result: Any, *, additions: bool = False) -> None:
    """Raise `MisbehaviourError` unless a result is what the contract says of the method."""
    check(contract()["methods"][method]["result"], result, f"the result of {method}", additions=additions)


def check_error(error: dict[str, Any], method: str | None = None, *, additions: bool = False) -> None:
    """Raise `MisbehaviourError` unless an error is one that the contract allows, of this method if there is one."""
    data = error["data"]
    spec = contract()["errors"].get(data["name"])
    if spec is None:
        raise MisbehaviourError(f"the contract has no error {data['name']!r}: {shown(error)}")
    if error["code"] != spec["code"]:
        raise MisbehaviourError(f"{data['name']} has the code {spec['code']}, not {error['code']}")
    check(spec["data"], data, f"the data of {data['name']}", additions=additions)
    if not additions:
        unknown = data.keys() - definitions()[spec["data"]["$ref"].rpartition("/")[2]]["properties"].keys()
        if unknown:
            raise MisbehaviourError(f"the data of {data['name']} has members of its own: {sorted(unknown)}")
    if method is not None:
        allowed = (*contract()["methods"][method]["errors"], *contract()["commonErrors"])
        if data["name"] not in allowed:
            raise MisbehaviourError(f"{method} may not answer {data['name']}: {shown(error)}")


def misfit(schemas: list[Schema]) -> tuple[bool, Any]:
    """A value that none of these schemas allows, if there is one: (whether, the value)."""
    for candidate in ({"of": "another type"}, [["another type"]], "another type", 0.5, True):
        if all(any(True for _ in faults(schema, candidate)) for schema in schemas):
            return True, candidate
    return False, None
