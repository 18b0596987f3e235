"""What the generated methods rest on: params out in their wire form, results in as records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from types import NoneType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from ctxbudget_protocol.records import Record, camel

R = TypeVar("R", bound=Record)
Ask = Callable[[str, dict[str, Any]], Any]
"""Sends a request and waits for the result."""
AsyncAsk = Callable[[str, dict[str, Any]], Awaitable[Any]]


class Namespace:
    """The methods of one namespace."""

    def __init__(self, ask: Ask) -> None:
        self._request = ask

    def _ask(self, method: str, params: Mapping[str, Any], result: type[R]) -> R:
        return decode(result, self._request(method, wire_params(params)))


class AsyncNamespace:
    """The methods of one namespace, to be awaited."""

    def __init__(self, ask: AsyncAsk) -> None:
        self._request = ask

    async def _ask(self, method: str, params: Mapping[str, Any], result: type[R]) -> R:
        return decode(result, await self._request(method, wire_params(params)))


def wire_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments under their wire names; what lies inside them is in its wire form already."""
    return {camel(name): value for name, value in params.items()}


def decode(record: type[R], value: Mapping[str, Any]) -> R:
    """The record of a JSON object; members that it has no field for are kept in its `unknown`."""
    hints = _hints(cast("Any", record))
    known = {camel(name): name for name in record.names}
    values = {name: _value(hints[name], value[wire]) for wire, name in known.items() if wire in value}
    if unknown := {wire: member for wire, member in value.items() if wire not in known}:
        values["unknown"] = unknown
    return record(**values)


@cache
def _hints(record: Any) -> dict[str, Any]:
    return get_type_hints(record)


def _value(hint: Any, value: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, Record):
        return decode(hint, value) if isinstance(value, dict) else value
    arguments = get_args(hint)
    match get_origin(hint):
        case origin if origin is list and isinstance(value, list):
            return [_value(arguments[0], element) for element in value]
        case origin if origin is dict and isinstance(value, dict):
            return {key: _value(arguments[1], element) for key, element in value.items()}
        case origin if _is_union(origin) and value is not None:
            options = [option for option in arguments if option is not NoneType]
            return _value(options[0], value) if len(options) == 1 else value
    return value


def _is_union(origin: Any) -> bool:
    return origin is Union or getattr(origin, "__name__", "") == "UnionType"
