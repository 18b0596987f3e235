"""JSON of any length, written and read in steps that a cancellation can stop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ctxbudget_server.store.cancellation import ITEMS_PER_CHECK, Check

LONG_TEXT_CHARACTERS = 64 * 1024
"""Shorter texts are parsed in one step; longer ones call `check` at each object."""


_encode = json.JSONEncoder(separators=(",", ":")).encode


def dump(value: Any) -> str:
    """Compact JSON of a small value."""
    return _encode(value)


def chunks(value: dict[str, Any], check: Check) -> Iterator[str]:
    """Compact JSON of an object in chunks: no cancellation and no other thread has to wait for a long list."""
    before = "{"
    for name, member in value.items():
        yield f"{before}{dump(name)}:"
        before = ","
        if isinstance(member, list) and len(member) > ITEMS_PER_CHECK:
            yield from _slices(member, check)
        else:
            yield dump(member)
    yield "}" if value else "{}"


def _slices(values: list[Any], check: Check) -> Iterator[str]:
    for start in range(0, len(values), ITEMS_PER_CHECK):
        check()
        yield ("," if start else "[") + dump(values[start : start + ITEMS_PER_CHECK])[1:-1]
    yield "]"


def load(text: str, check: Check) -> Any:
    """The value of a JSON text. In a long one, each object gives other threads a turn and can be cancelled."""
    if len(text) < LONG_TEXT_CHARACTERS:
        return json.loads(text)

    def seen(value: dict[str, Any]) -> dict[str, Any]:
        check()
        return value

    return json.loads(text, object_hook=seen)
