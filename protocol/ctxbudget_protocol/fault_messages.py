"""Messages about faulty params in our own words: what was expected, and what came instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.limits import SESSION_ID
from ctxbudget_protocol.suggestions import did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_FIELD_NAME = re.compile(r"(?!(?:str|int|float|bool)$)[a-z]\w*")

MAX_SHOWN_CHARACTERS = 40
"""Maximum length of a received value in a message."""

_EXPECTED = {
    "string_type": "must be a string",
    "string_unicode": "must be text without lone surrogates",
    "int_type": "must be an integer",
    "int_from_float": "must be an integer",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "messages_type": "must be a list of at most 100,000 objects",
    "greater_than": "must be above {gt:,}",
    "greater_than_equal": "must be at least {ge:,}",
    "less_than": "must be below {lt:,}",
    "less_than_equal": "must be at most {le:,}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}
"""Message by pydantic's error type; figures come from the error's context."""

_LENGTHS = {
    "string_too_short": ("at least", "min_length", "character", "characters"),
    "string_too_long": ("at most", "max_length", "character", "characters"),
    "too_short": ("at least", "min_length", "entry", "entries"),
    "too_long": ("at most", "max_length", "entry", "entries"),
}

_PATTERNS = {SESSION_ID: "must be 1 to 128 letters, digits, dots, hyphens, underscores or colons"}


def entries(
    errors: Iterable[ErrorDetails], fields_at: Callable[[list[str | int]], Iterable[str]] = lambda _place: ()
) -> list[dict[str, Any]]:
    """An entry `{loc, msg, type}` for each fault. A field that allows several types or sets of words has one fault.

    `fields_at` names the fields that the object at a place may have. Where a field is missing, mistyped ones come
    first: it may be missing for that reason.
    """
    mistyped: list[dict[str, Any]] = []
    made: list[dict[str, Any]] = []
    choices: dict[tuple[str | int, ...], tuple[dict[str, Any], list[str]]] = {}
    for error in errors:
        kind, place = error["type"], location(error)
        entry: dict[str, Any] = {"loc": place, "msg": sentence(error), "type": kind}
        meant = did_you_mean(str(place[-1]), fields_at(place[:-1])) if kind == "extra_forbidden" and place else ""
        if meant:
            entry["msg"] += meant
            mistyped.append(entry)
        if kind == "literal_error" or (kind.endswith("_type") and kind in _EXPECTED):
            first, words = choices.setdefault(tuple(place), (entry, []))
            words += _choices(error)
            first["msg"] = f"must be {_alternatives(list(dict.fromkeys(words)))}, not {shown(error['input'])}"
            if first is not entry:
                continue
        made.append(entry)
    if any(entry["type"] == "missing" for entry in made):
        made.sort(key=lambda entry: entry not in mistyped)
    return made


def _choices(error: ErrorDetails) -> list[str]:
    """What a field may be, according to one fault: words or a type."""
    if error["type"] == "literal_error":
        return ["true" if word == "True" else word for word in re.split(r", | or ", error["ctx"]["expected"])]
    return [_EXPECTED[error["type"]].removeprefix("must be ")]


def _alternatives(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def location(error: ErrorDetails) -> list[str | int]:
    """The path to the faulty field, without the names of alternatives that pydantic inserts."""
    return [part for part in error["loc"] if isinstance(part, int) or _FIELD_NAME.fullmatch(part)]


def sentence(error: ErrorDetails) -> str:
    """What is wrong with one field, without its location, e.g. `must be an integer, not a string`."""
    kind = error["type"]
    context = {name: _whole(value) for name, value in error.get("ctx", {}).items()}
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return "is not a known field"
    if kind in _LENGTHS:
        bound, figure, one, many = _LENGTHS[kind]
        limit = context[figure]
        return f"must have {bound} {limit:,} {one if limit == 1 else many}, not {_length(error['input'], context)}"
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return f"{_PATTERNS.get(pattern, f'must match {pattern}')}, not {shown(error['input'])}"
    if wanted := _EXPECTED.get(kind):
        return f"{wanted.format_map(context)}, not {shown(error['input'])}"
    return error["msg"]


def _whole(value: Any) -> Any:
    """A limit as people write it: 1 for 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _length(value: object, context: Mapping[str, Any]) -> str:
    length = context.get("actual_length", len(value) if isinstance(value, str | list) else 0)
    return f"{length:,}" if isinstance(length, int) else str(length)


def shown(value: object) -> str:
    """A received value for a message: scalars by value, everything else by its JSON type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        text = str(value)
        return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…"
    if isinstance(value, str):
        return repr(value if len(value) <= MAX_SHOWN_CHARACTERS else f"{value[:MAX_SHOWN_CHARACTERS]}…")
    return "a list" if isinstance(value, list) else "an object"
