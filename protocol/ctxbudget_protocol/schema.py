"""Pydantic models of the records, and the JSON Schema of the whole contract."""

from __future__ import annotations

import json
import types
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel

from ctxbudget_protocol.errors import ERRORS
from ctxbudget_protocol.limits import PROTOCOL_VERSION
from ctxbudget_protocol.methods import METHODS
from ctxbudget_protocol.results.record import Record

_CONFIG = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, frozen=True)


_MODELS: dict[type[Record], type[BaseModel]] = {}


def model_of(record: type[Record]) -> type[BaseModel]:
    """The pydantic model of a record: the same fields under their wire names, with their descriptions."""
    if record not in _MODELS:
        _MODELS[record] = _make_model(record)
    return _MODELS[record]


def _make_model(record: type[Record]) -> type[BaseModel]:
    hints = get_type_hints(record)
    definitions: dict[str, Any] = {}
    for name in record.names:
        default = getattr(record, name, ...)
        definitions[name] = (_modelled(hints[name]), Field(default, description=record.descriptions.get(name)))
    model: type[BaseModel] = create_model(record.__name__, __config__=_CONFIG, __doc__=record.__doc__, **definitions)
    return model


def _modelled(hint: Any) -> Any:
    """A type with the records in it replaced by their models."""
    if isinstance(hint, type) and issubclass(hint, Record):
        return model_of(hint)
    origin, arguments = get_origin(hint), tuple(_modelled(argument) for argument in get_args(hint))
    if origin in (Union, types.UnionType):
        return reduce(or_, arguments)
    return origin[arguments] if origin in (list, dict, tuple) else hint


def contract() -> dict[str, Any]:
    """The contract as one JSON document: methods with the schemas of their params and results, and errors."""
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "methods": {
            method.name: {
                "doc": method.doc,
                "direction": method.direction,
                "mutates": method.mutates,
                "errors": list(method.errors),
                "params": method.params_model().model_json_schema(by_alias=True),
                "result": model.model_json_schema(by_alias=True) if (model := method.result_model()) else None,
            }
            for method in METHODS.values()
        },
        "errors": {
            name: {"code": spec.code, "retryable": spec.retryable, "doc": spec.doc} for name, spec in ERRORS.items()
        },
    }


def render() -> str:
    """The text of `contract.json`, the published form of the contract."""
    return json.dumps(contract(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("contract.json").write_text(render(), encoding="utf-8")
