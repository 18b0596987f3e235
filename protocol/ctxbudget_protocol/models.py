"""The pydantic models of records, made on demand: importing pydantic takes longer than a hook's whole work."""

from __future__ import annotations

import types
from functools import reduce
from operator import or_
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PlainValidator,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ctxbudget_protocol.fields import MAX_MESSAGES, Messages
from ctxbudget_protocol.meanings import MEANINGS
from ctxbudget_protocol.records import Constraint, Meaning, Record, camel, type_name

_CONFIG = ConfigDict(alias_generator=camel, extra="forbid", strict=True, frozen=True)

EXACTLY_ONE, BESIDE = "exactlyOne", "beside"
"""Members of a model's JSON Schema: the fields of which exactly one must be given, and those that may accompany one."""

_MODELS: dict[type[Record], type[BaseModel]] = {}


def model_of(record: type[Record]) -> type[BaseModel]:
    """The pydantic model of a record: its fields under their wire names, with constraints and descriptions."""
    if record not in _MODELS:
        _MODELS[record] = _make_model(record)
    return _MODELS[record]


def _make_model(record: type[Record]) -> type[BaseModel]:
    hints = get_type_hints(record, include_extras=True)
    definitions: dict[str, Any] = {}
    for name in record.names:
        field = Field(_default(record, name), description=_description(record, name, hints[name]))
        definitions[name] = (_modelled(hints[name]), field)
    model: type[BaseModel] = create_model(
        type_name(record),
        __config__=_config(record),
        __doc__=record.__doc__,
        __validators__={"exactly_one": _exactly_one(record)} if record.exactly_one else {},
        **definitions,
    )
    return model


def _description(record: type[Record], name: str, hint: Any) -> str | None:
    """A field's own description, else that of its type, else that of its name."""
    if (own := record.descriptions.get(name)) is not None:
        return own
    return _meaning(hint) or MEANINGS.get(name)


def _meaning(hint: Any) -> str | None:
    if get_origin(hint) is Annotated:
        return next((extra.text for extra in hint.__metadata__ if isinstance(extra, Meaning)), None)
    if get_origin(hint) in (Union, types.UnionType):
        return next(filter(None, map(_meaning, get_args(hint))), None)
    return None


def _config(record: type[Record]) -> ConfigDict:
    if not record.exactly_one:
        return _CONFIG
    names: list[JsonValue] = [camel(name) for name in record.exactly_one]
    beside: dict[str, JsonValue] = {camel(name): camel(other) for name, other in record.beside.items()}
    return ConfigDict(**_CONFIG, json_schema_extra={EXACTLY_ONE: names, BESIDE: beside})


def _default(record: type[Record], name: str) -> Any:
    default = getattr(record, name, ...)
    return model_of(type(default))() if isinstance(default, Record) else default


def _exactly_one(record: type[Record]) -> Any:
    def check(value: BaseModel) -> BaseModel:
        named = [name for name in record.exactly_one if getattr(value, name) is not None]
        given = [camel(name) for name in named if record.beside.get(name) not in named]
        if len(given) != 1:
            *most, last = map(camel, record.exactly_one)
            raise PydanticCustomError(
                "exactly_one",
                "exactly one of {names} must be given, not {given}",
                {"names": f"{', '.join(most)} and {last}", "given": " and ".join(given) or "none"},
            )
        return value

    return model_validator(mode="after")(check)


def _modelled(hint: Any) -> Any:
    """A type for pydantic: records become their models, and our constraints pydantic's."""
    if isinstance(hint, type) and issubclass(hint, Record):
        return model_of(hint)
    if hint == Messages:
        return Annotated[list[dict[str, Any]], PlainValidator(_messages), WithJsonSchema(_MESSAGES_SCHEMA)]
    origin = get_origin(hint)
    if origin is Annotated:
        return Annotated[
            (_modelled(hint.__origin__), *(part for extra in hint.__metadata__ for part in _extras(extra)))
        ]
    arguments = tuple(_modelled(argument) for argument in get_args(hint))
    if origin in (Union, types.UnionType):
        return reduce(or_, arguments)
    return origin[arguments] if origin in (list, dict, tuple) else hint


def _extras(extra: Any) -> list[Any]:
    if not isinstance(extra, Constraint):  # a meaning is the field's, not the value's
        return []
    if extra.any_characters:
        return [PlainValidator(_any_string), WithJsonSchema({"type": "string"})]
    limits: dict[str, Any] = {
        name: value for name, value in extra._asdict().items() if value is not None and name not in _SWITCHES
    }
    if extra.finite:
        limits["allow_inf_nan"] = False
    return [Field(**limits)]


_SWITCHES = ("finite", "any_characters")
_MESSAGES_SCHEMA = {
    "type": "array",
    "maxItems": MAX_MESSAGES,
    "items": {"type": "object", "additionalProperties": True},
}


def _any_string(value: Any) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Input should be a valid string")
    return value


def _messages(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > MAX_MESSAGES or not all(isinstance(one, dict) for one in value):
        raise PydanticCustomError("messages_type", "Input should be a list of at most 100000 objects")
    return value
