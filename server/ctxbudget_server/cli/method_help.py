"""What `ctxbudget call` says of methods: a list of all, and the fields, errors and an example of one."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from textwrap import wrap
from typing import Any, Final

from ctxbudget_protocol.contract import definitions
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.methods import requests
from ctxbudget_protocol.records import Record, type_name

Schema = dict[str, Any]

MAX_WIDTH: Final = 100
"""Columns of running text at most, however wide the terminal is: longer lines are hard to read."""


def listed(width: int) -> list[str]:
    """All methods that a client may call, by what they act on, and what each does; at most `width` columns wide."""
    methods = requests()
    column = max(len(method.name) for method in methods) + 4
    lines: list[str] = []
    before = ""
    for method in methods:
        if method.namespace != before and lines:
            lines.append("")
        before = method.namespace
        first, *more = wrap(method.doc, max(20, min(width, MAX_WIDTH) - column))
        lines += [f"  {method.name:{column - 2}}{first}", *(" " * column + text for text in more)]
    return [*lines, "", "ctxbudget call METHOD --help shows what a method takes and returns."]


def described(method: Method, width: int) -> list[str]:
    """One method: what it does, its params and result with types, its errors and an example."""
    width = min(width, MAX_WIDTH)
    types = definitions()
    writes = "It writes to the session." if method.mutates else "It changes nothing."
    lines = [f"usage: ctxbudget call {method.name} [JSON]", "", *wrap(f"{method.doc} {writes}", width), ""]
    lines += ["params:", *_fields(method.params, types, width), ""]
    if method.result is not None:
        lines += ["result:", *_fields(method.result, types, width), ""]
    for name in _objects_within(method.params, types):
        lines += [f"{name}:", *_fields_of(types[name], types, width), ""]
    if method.errors:
        names = wrap(", ".join(method.errors), width - 2)
        lines += ["errors, besides those of every request:", *(f"  {text}" for text in names), ""]
    if method.example is not None:
        params = json.dumps(method.example.params, ensure_ascii=False)
        lines += ["example:", f"  ctxbudget call {method.name} {shlex.quote(params)}"]
    return lines


def _fields(record: type[Record], types: dict[str, Schema], width: int) -> Iterator[str]:
    return _fields_of(types[type_name(record)], types, width)


def _objects_within(record: type[Record], types: dict[str, Schema]) -> list[str]:
    """Names of the objects that the fields of a record hold, and of those that these hold."""
    found: dict[str, None] = {}
    waiting: list[Any] = [types[type_name(record)]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in found and types[name].get("properties"):
                found[name] = None
                waiting.append(types[name])
            waiting += reversed(node.values())
        elif isinstance(node, list):
            waiting += reversed(node)
    return list(found)


def _fields_of(schema: Schema, types: dict[str, Schema], width: int) -> Iterator[str]:
    fields = schema.get("properties", {})
    required = schema.get("required", ()) if fields else ()
    if not fields:
        yield "  none"
    for name in sorted(fields, key=lambda name: name not in required):
        field = fields[name]
        kind = _type(field, types)
        yield from wrap(
            f"{name}  {kind}{', required' if name in required else _default(field)}",
            width - 2,
            initial_indent="  ",
            subsequent_indent="      ",
            break_long_words=False,
        )
        for text in wrap(field.get("description", ""), width - 6, break_long_words=False):
            yield f"      {text}"


def _default(field: Schema) -> str:
    value = field.get("default")
    return "" if value is None or isinstance(value, dict) else f", default {json.dumps(value)}"


def _type(field: Schema, types: dict[str, Schema], depth: int = 1) -> str:
    if name := field.get("$ref"):
        plain = str(name).rpartition("/")[2]
        schema = types[plain]
        if "enum" in schema:
            return " | ".join(schema["enum"])
        members = schema.get("properties", {})
        if not members or not depth:
            return plain
        inside = ", ".join(f"{member}{'' if member in schema.get('required', ()) else '?'}" for member in members)
        return f"{plain} {{{inside}}}"
    if options := field.get("anyOf"):
        return " | ".join(_type(option, types, depth) for option in options if option.get("type") != "null")
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    if "const" in field:
        return json.dumps(field["const"])
    if field.get("type") == "array":
        return f"list of {_type(field['items'], types, depth)}"
    return str(field.get("type", "any"))
