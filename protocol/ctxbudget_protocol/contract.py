"""The contract as one JSON Schema: methods, errors, notifications and every type once under `$defs`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from ctxbudget_protocol import words
from ctxbudget_protocol.errors import ERRORS, ErrorSpec
from ctxbudget_protocol.generated import Schema, read
from ctxbudget_protocol.limits import PROTOCOL_VERSION, Limits
from ctxbudget_protocol.meanings import MEANINGS
from ctxbudget_protocol.method import COMMON_ERRORS, Method
from ctxbudget_protocol.methods import METHODS
from ctxbudget_protocol.records import type_name

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE_NAME = "contract.json"


def published() -> Schema:
    """The contract as published with the package; reads one file and imports no models."""
    return read(FILE_NAME)


def contract() -> Schema:
    """The contract, generated from the method table."""
    expanded = {name: _with_bare_references(_with_variants(schema)) for name, schema in definitions().items()}
    return {
        "$schema": DIALECT,
        "title": "ctxbudget",
        "description": "The protocol of ctxbudget: requests, results, notifications and errors.",
        "protocolVersion": PROTOCOL_VERSION,
        "methods": {method.name: _method(method) for method in METHODS.values()},
        "initialize": {"experimental": _reference("Advertisement")},
        "commonErrors": list(COMMON_ERRORS),
        "errors": {name: _error(name, spec) for name, spec in ERRORS.items()},
        "$defs": dict(sorted(expanded.items())),
    }


def render() -> str:
    """The text of `contract.json`."""
    return json.dumps(contract(), indent=1, ensure_ascii=False) + "\n"


def _method(method: Method) -> Schema:
    return {
        "doc": method.doc,
        "direction": method.direction,
        "mutates": method.mutates,
        "repeatable": method.repeatable,
        "errors": list(method.errors),
        "params": _reference(type_name(method.params)),
        "result": _reference(type_name(method.result)) if method.result else None,
    }


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _error(name: str, spec: ErrorSpec) -> Schema:
    return {"code": spec.code, "retryable": spec.retryable, "doc": spec.doc, "data": _reference(_data_name(name))}


def _data_name(error: str) -> str:
    return f"{error[0].upper()}{error[1:]}Data"


def definitions() -> dict[str, Schema]:
    """Every type of the contract by name; a type with alternatives names them under `exactlyOne`."""
    from pydantic.json_schema import models_json_schema

    from ctxbudget_protocol.models import model_of

    records = [record for method in METHODS.values() for record in (method.params, method.result) if record]
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model_of(record), "validation") for record in dict.fromkeys(records)
    ]
    _, schema = models_json_schema(models, by_alias=True, ref_template="#/$defs/{model}")
    made: dict[str, Schema] = {name: _tidied(each) for name, each in schema["$defs"].items()}
    made |= {name: {"enum": list(values), "type": "string"} for values, name in WORDS.items()}
    made |= {_data_name(name): _error_data(name, spec) for name, spec in ERRORS.items()}
    made |= {"FieldFault": _FIELD_FAULT, "Limits": _limits(), "Advertisement": _ADVERTISEMENT}
    return made


def _with_variants(schema: Schema) -> Schema:
    """A type in JSON Schema: if exactly one of several fields must be given, one variant for each of them."""
    names = schema.get("exactlyOne")
    if names is None:
        return schema
    own = ("exactlyOne", "beside", "description", "required")
    shared = {key: value for key, value in schema.items() if key not in own}
    variants = []
    for chosen in names:
        properties = {
            name: _not_null(value)
            if name == chosen
            else {"type": "null", "default": None}
            if name in names and schema["beside"].get(name) != chosen
            else value
            for name, value in schema["properties"].items()
        }
        required = [name for name in properties if name == chosen or name in schema.get("required", ())]
        variants.append({**shared, "properties": properties, "required": required})
    return {"description": schema.get("description", ""), "oneOf": variants}


def _with_bare_references(schema: Any) -> Any:
    """A schema in which references have no sibling members, since type generators would copy the type otherwise."""
    if isinstance(schema, list):
        return [_with_bare_references(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    beside = {key: _with_bare_references(value) for key, value in schema.items() if key != "$ref"}
    if "$ref" in schema:
        reference = {"$ref": schema["$ref"]}
        return {"anyOf": [reference], **beside} if beside else reference
    return beside


def _not_null(schema: Schema) -> Schema:
    options = [option for option in schema["anyOf"] if option.get("type") != "null"]
    about = {key: value for key, value in schema.items() if key == "description"}
    return {**(options[0] if len(options) == 1 else {"anyOf": options}), **about}


WORDS = {get_args(value): name for name, value in vars(words).items() if get_origin(value) is Literal}
"""The names of the contract's closed sets of values."""


def _tidied(schema: Any) -> Any:
    """A schema that refers to closed sets of values by name, without titles that only repeat names.

    A property called title is an object and is kept.
    """
    if isinstance(schema, list):
        return [_tidied(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if (name := WORDS.get(tuple(schema.get("enum", ())))) is not None:
        return _reference(name) | {key: value for key, value in schema.items() if key in ("description", "default")}
    if "$ref" in schema:  # the type referred to has its own defaults
        schema = {key: value for key, value in schema.items() if key != "default"}
    return {key: _tidied(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}


_FAULTS: Schema = {
    "type": "array",
    "description": "The fields at fault, if any.",
    "items": {"$ref": "#/$defs/FieldFault"},
}
_FIELD_FAULT: Schema = {
    "description": "One field at fault.",
    "type": "object",
    "properties": {
        "loc": {
            "type": "array",
            "description": "The path to the field: names of members and positions in lists.",
            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "msg": {"type": "string", "description": "What was expected, for people."},
        "type": {"type": "string", "description": "The kind of fault, for programs."},
    },
    "required": ["loc", "msg", "type"],
}


def _error_data(name: str, spec: ErrorSpec) -> Schema:
    members = {member: {**_member(kind), "description": _meaning(member)} for member, kind in spec.data.items()}
    required = [member for member, kind in spec.data.items() if not kind.endswith("?")]
    return {
        "description": f"`data` of the error `{name}`.",
        "type": "object",
        "properties": {
            "name": {"const": name, "description": "The name of the error, for programs."},
            "retryable": {
                **({"type": "boolean"} if spec.retryable is None else {"const": spec.retryable}),
                "description": _meaning("retryable"),
            },
            "errors": _FAULTS,
            **members,
        },
        "required": ["name", "retryable", *required],
    }


def _meaning(wire_name: str) -> str:
    return MEANINGS[re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), wire_name)]


def _member(kind: str) -> Schema:
    """The schema of a member of an error's `data`; see `ErrorSpec.data`."""
    plain = kind.removesuffix("?")
    if plain == "any":
        return {}
    if plain.endswith("[]"):
        schema: Schema = {"type": "array", "items": {"type": plain.removesuffix("[]")}}
    else:
        schema = {"type": plain}
    return {"anyOf": [schema, {"type": "null"}]} if kind.endswith("?") else schema


_LIMITS = {
    "maxMessageBytes": "The largest message, in bytes.",
    "maxDocumentBytes": "The largest document, in bytes of UTF-8.",
    "maxRequestsInFlight": "Maximum number of one client's requests that are processed at the same time.",
    "maxTokens": "The largest token figure that params may contain.",
    "maxDepth": "Maximum nesting of objects and arrays in a message of `context/fit`; deeper ones are `invalidParams`.",
}


def _limits() -> Schema:
    figures = Limits().wire()
    return {
        "description": "The limits of what the server accepts, as advertised by `initialize`.",
        "type": "object",
        "properties": {
            name: {"type": "integer", "default": figure, "description": _LIMITS[name]}
            for name, figure in figures.items()
        },
        "required": list(figures),
    }


_ADVERTISEMENT: Schema = {
    "description": "`capabilities.experimental.ctxbudget` of the result of `initialize`.",
    "type": "object",
    "properties": {
        "protocolVersion": {"type": "string", "description": MEANINGS["protocol_version"]},
        "methods": {"type": "array", "items": {"type": "string"}, "description": MEANINGS["methods"]},
        "limits": {"$ref": "#/$defs/Limits", "description": MEANINGS["limits"]},
    },
    "required": ["protocolVersion", "methods", "limits"],
}
