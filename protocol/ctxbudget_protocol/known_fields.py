"""Which fields an object in the params may have, by the model of the params."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel


def known_fields(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The fields of the object at `place`, as on the wire. Of alternatives, those of all; empty if it has no fields."""
    found = [model]
    for part in place:
        if isinstance(part, str):
            found = [inner for outer in found for inner in _models_of(outer, part)]
    return list(dict.fromkeys(_wire_name(name, field) for each in found for name, field in each.model_fields.items()))


def _wire_name(name: str, field: Any) -> str:
    return str(field.alias or name)


def _models_of(model: type[BaseModel], wire_name: str) -> Iterator[type[BaseModel]]:
    for name, field in model.model_fields.items():
        if _wire_name(name, field) == wire_name:
            yield from _models_in(field.annotation)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
