"""How a fitted array comes from the one that was given, told so that a host can do it to its own objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from ctxbudget_server.fit.model import Edit, Message
from ctxbudget_server.fit.shape import Place, Shape, value_at


class ReplaceResult(NamedTuple):
    """A text replaces a result."""

    at: int
    call_id: str
    text: str
    place: Place
    """Where in the message the result's content stands."""
    value: Any
    """What replaces it."""


class Insert(NamedTuple):
    """A record goes before a message, or to the end."""

    at: int
    role: Literal["user", "assistant"]
    text: str
    message: Message


class Remove(NamedTuple):
    """Messages `at` to `end` (excluded) go."""

    at: int
    end: int


Step: TypeAlias = ReplaceResult | Insert | Remove
"""One edit. Indexes are of the given array: done from the last to the first, none moves another."""


def edit_steps(shape: Shape, given: Sequence[Message], edits: Sequence[Edit]) -> list[Step]:
    """The steps of all edits, in order."""
    return [step for edit in edits for step in _steps(shape, given, edit)]


def _steps(shape: Shape, given: Sequence[Message], edit: Edit) -> Iterator[Step]:
    if reduced := list(reduced_results(shape, given, edit)):
        yield from reduced
        return
    at = edit.start
    for message in edit.messages:
        same = next((index for index in range(at, edit.end) if given[index] == message), None)
        if same is None:
            yield _insert(shape, at, message)
            continue
        if same > at:
            yield Remove(at, same)
        at = same + 1
    if at < edit.end:
        yield Remove(at, edit.end)


def reduced_results(shape: Shape, given: Sequence[Message], edit: Edit) -> Iterator[ReplaceResult]:
    """How an edit changes the results of one message, if it changes nothing else in it."""
    if not edit.end - edit.start == len(edit.messages) == 1:
        return
    index, new = edit.start, edit.messages[0]
    old = given[index]
    was, now = shape.parts(index, old), shape.parts(index, new)
    if [part.key for part in was] != [part.key for part in now] or shape.role(old) != shape.role(new):
        return
    for before, after in zip(was, now, strict=True):
        if before.kind != "result" or after.kind != "result" or before.original == after.original:
            continue
        place = shape.place(old, before.key.slot)
        yield ReplaceResult(index, before.call_id or before.tool, after.text, place, value_at(new, place))


def _insert(shape: Shape, index: int, message: Message) -> Insert:
    texts = [part.text for part in shape.parts(0, message) if part.kind == "text"]
    role: Literal["user", "assistant"] = "assistant" if shape.role(message) == "assistant" else "user"
    return Insert(index, role, "\n\n".join(texts), message)
