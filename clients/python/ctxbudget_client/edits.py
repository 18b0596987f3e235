"""Does the edits of `context/fit` to an array of messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.fit import FitEdit


def edited_messages(
    messages: Sequence[Mapping[str, Any]], edits: Sequence[FitEdit | Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The array that `answer: "messages"` gives. Messages that stay are the very same objects; none is changed.

    The edits are records, as the typed methods give them, or plain objects, as `client.request` does.
    """
    array = list(messages)
    for edit in reversed(edits):
        step = edit if isinstance(edit, Mapping) else edit.to_dict()
        index, op = step["index"], step["op"]
        if op == "insert":
            array.insert(index, step.get("message") or {"role": step["role"], "text": step["text"]})
        elif op == "remove":
            del array[index : step["end"]]
        else:
            value = step.get("value")
            array[index] = _with_value(array[index], step.get("place") or [], step["text"] if value is None else value)
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
