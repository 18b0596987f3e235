"""Does the edits of `context/fit` to an array of messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context import FitEdit


def edited_messages(messages: Sequence[Mapping[str, Any]], edits: Sequence[FitEdit]) -> list[Mapping[str, Any]]:
    """The array that `answer: "messages"` gives. Messages that stay are the very same objects; none is changed."""
    array = list(messages)
    for edit in reversed(edits):
        if edit.op == "insert":
            array.insert(edit.index, edit.message or {"role": edit.role, "text": edit.text})
        elif edit.op == "remove":
            del array[edit.index : edit.end]
        else:
            array[edit.index] = _with_value(
                array[edit.index], edit.place or [], edit.text if edit.value is None else edit.value
            )
    return array


def _with_value(value: Any, place: Sequence[int | str], new: Any) -> Any:
    """A copy with another value at a place."""
    if not place:
        return new
    copy: Any = dict(value) if isinstance(value, Mapping) else list(value)
    step = place[0]
    inner = copy[step] if len(place) > 1 else None
    copy[step] = _with_value(inner, place[1:], new)
    return copy
