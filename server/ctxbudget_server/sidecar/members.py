"""Prints members of a JSON value by path, in a form that is easy to read in a shell."""

from __future__ import annotations

from ctxbudget_server.presentation.terminal import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:  # scripts call `ctxbudget get` often, so imports must be few
    from collections.abc import Iterator
    from typing import Any

EACH = "*"
"""In a path: each element of an array."""


class MissingMemberError(LookupError):
    """A path that leads nowhere."""

    def __init__(self, path: str) -> None:
        super().__init__(f"no member {path!r}")
        self.path = path


def printed_members(value: Any, paths: list[str]) -> bytes:
    """A line for each value that the paths lead to: strings as they are, everything else as JSON.

    A path is member names and array indexes joined by full stops; the empty path is the value itself. Raises
    `MissingMemberError`.
    """
    return b"".join(
        _raw(found) + b"\n" for path in paths for found in _found(value, path.split(".") if path else [], path)
    )


def _found(value: Any, steps: list[str], path: str) -> Iterator[Any]:
    if not steps:
        yield value
        return
    step, *rest = steps
    if isinstance(value, list) and step == EACH:
        for element in value:
            yield from _found(element, rest, path)
    elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 10 and int(step) < len(value):
        yield from _found(value[int(step)], rest, path)
    elif isinstance(value, dict) and step in value:
        yield from _found(value[step], rest, path)
    else:
        raise MissingMemberError(path)


def _raw(value: Any) -> bytes:
    if not isinstance(value, str):
        return json_text(value).encode()
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair
        return b"".join(map(_raw_character, value))


def _raw_character(character: str) -> bytes:
    return character.encode("utf-8", "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass")
