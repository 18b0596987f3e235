"""How a record looks in a console or a log: its values, short. Imported when one is shown."""

from __future__ import annotations

from typing import Any

MAX_CHARACTERS = 60
"""Characters of a text that are shown."""
MAX_ELEMENTS = 3
"""Elements of a list or an object that are shown."""
DEPTH = 2
"""How many records within each other show their values."""


def short_repr(record: Any, depth: int = DEPTH) -> str:
    """The name and values of a `Record`, which imports this module. Null and empty values are left out."""
    values = [(name, getattr(record, name, None)) for name in record.names]
    if record.unknown:
        values.append(("unknown", record.unknown))
    shown = [f"{name}={_value(value, depth - 1)}" for name, value in values if value is not None and value not in EMPTY]
    return f"{type(record).__name__}({', '.join(shown)})"


EMPTY: tuple[Any, ...] = ("", [], (), {})


def _value(value: Any, depth: int) -> str:
    if hasattr(value, "to_dict"):
        return short_repr(value, depth) if depth else f"{type(value).__name__}(...)"
    if isinstance(value, str):
        return repr(value if len(value) <= MAX_CHARACTERS else value[:MAX_CHARACTERS] + "...")
    if isinstance(value, list | tuple):
        inner = depth if len(value) == 1 else 0
        return f"[{_first([_value(each, inner) for each in value[:MAX_ELEMENTS]], len(value))}]"
    if isinstance(value, dict):
        first = [f"{key!r}: {_value(value[key], 0)}" for key in list(value)[:MAX_ELEMENTS]]
        return f"{{{_first(first, len(value))}}}"
    return repr(value)


def _first(shown: list[str], count: int) -> str:
    more = [f"... {count - len(shown)} more"] if count > len(shown) else []
    return ", ".join([*shown, *more])
