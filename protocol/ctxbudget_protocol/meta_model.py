"""The contract in the form of LSP's meta-model, for the generators of clients and servers that read that form.

`requests`, `notifications`, `structures`, `enumerations` and `typeAliases` have all that the method table has, and
nothing of LSP itself. What the form has no words for stays in `contract.json`: bounds, patterns, lengths and defaults,
which errors may be retried, and that a type is closed. An `integer` here may exceed 32 bits.
"""

from __future__ import annotations

import json
from typing import Any

from ctxbudget_protocol.contract import contract
from ctxbudget_protocol.generated import Schema
from ctxbudget_protocol.limits import PROTOCOL_VERSION

Json = dict[str, Any]

ANY = "Json"
"""The alias of any JSON value."""
BASE = {"string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean", "null": "null"}


def meta_model() -> Json:
    """The meta-model, generated from the method table."""
    made = contract()
    methods: dict[str, Schema] = made["methods"]
    types: dict[str, Schema] = made["$defs"]
    data = {name: _name_in(spec["data"]) for name, spec in made["errors"].items()}
    common = [data[name] for name in made["commonErrors"]]
    return {
        "metaData": {"version": PROTOCOL_VERSION},
        "requests": [
            _message(name, row, "Request")
            | {"result": _type(row["result"]), "errorData": _errors([data[error] for error in row["errors"]], common)}
            for name, row in methods.items()
            if row["result"] is not None
        ],
        "notifications": [
            _message(name, row, "Notification") for name, row in methods.items() if row["result"] is None
        ],
        "structures": [_structure(name, schema) for name, schema in types.items() if _is_structure(schema)],
        "enumerations": [_enumeration(name, schema) for name, schema in types.items() if "enum" in schema],
        "typeAliases": [
            *(
                _alias(name, schema)
                for name, schema in types.items()
                if not _is_structure(schema) and "enum" not in schema
            ),
            _any_value(),
        ],
    }


def render() -> str:
    """The text of `metaModel.json`."""
    return json.dumps(meta_model(), indent=1, ensure_ascii=False) + "\n"


def _message(name: str, row: Schema, kind: str) -> Json:
    namespace, _, verb = name.partition("/")
    return {
        "method": name,
        "typeName": f"{namespace.capitalize()}{verb[:1].upper()}{verb[1:]}{kind}",
        "messageDirection": row["direction"],
        "params": _type(row["params"]),
        "documentation": row["doc"],
    }


def _errors(own: list[str], common: list[str]) -> Json:
    return {"kind": "or", "items": [_reference(name) for name in dict.fromkeys([*own, *common])]}


def _name_in(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _reference(name: str) -> Json:
    return {"kind": "reference", "name": name}


def _is_structure(schema: Schema) -> bool:
    return "properties" in schema or (schema.get("type") == "object" and schema.get("additionalProperties") is False)


def _structure(name: str, schema: Schema) -> Json:
    return {"name": name, "properties": _properties(schema), **_about(schema)}


def _properties(schema: Schema) -> list[Json]:
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "type": _type(each),
            **({} if name in required else {"optional": True}),
            **_about(each),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _enumeration(name: str, schema: Schema) -> Json:
    values = [{"name": value, "value": value} for value in schema["enum"]]
    return {"name": name, "type": {"kind": "base", "name": "string"}, "values": values, **_about(schema)}


def _alias(name: str, schema: Schema) -> Json:
    return {"name": name, "type": _type(schema), **_about(schema)}


def _any_value() -> Json:
    items = [{"kind": "base", "name": name} for name in BASE.values()]
    of_any = [
        {"kind": "array", "element": _reference(ANY)},
        {"kind": "map", "key": {"kind": "base", "name": "string"}, "value": _reference(ANY)},
    ]
    return {"name": ANY, "type": {"kind": "or", "items": [*items, *of_any]}, "documentation": "Any JSON value."}


def _about(schema: Schema) -> Json:
    return {"documentation": schema["description"]} if schema.get("description") else {}


def _type(schema: Schema) -> Json:
    """A type for a schema."""
    if "$ref" in schema:
        return _reference(_name_in(schema))
    if options := schema.get("anyOf") or schema.get("oneOf"):
        made = [_type(option) for option in options]
        return made[0] if len(made) == 1 else {"kind": "or", "items": made}
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return {"kind": "or", "items": [_literal(value) for value in schema["enum"]]}
    if schema.get("type") == "array":
        return {"kind": "array", "element": _type(schema.get("items", {}))}
    if _is_structure(schema):
        return {"kind": "literal", "value": {"properties": _properties(schema)}}
    if schema.get("type") == "object":
        others = schema.get("additionalProperties")
        value = _type(others) if isinstance(others, dict) else _reference(ANY)
        return {"kind": "map", "key": {"kind": "base", "name": "string"}, "value": value}
    return {"kind": "base", "name": BASE[schema["type"]]} if "type" in schema else _reference(ANY)


def _literal(value: Any) -> Json:
    kinds = {bool: "booleanLiteral", int: "integerLiteral", str: "stringLiteral"}
    return {"kind": kinds[type(value)], "value": value}
