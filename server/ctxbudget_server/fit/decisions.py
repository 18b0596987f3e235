"""What a fit decided, as JSON to be kept: only what it wrote, since the caller sends the conversation again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from ctxbudget_server.fit.edits import reduced_results
from ctxbudget_server.fit.model import Edit, Fitted, Message, Removal
from ctxbudget_server.fit.shape import Shape, to_json, value_at, with_value

REMOVAL = (
    "index", "kind", "reason", "call_id", "title", "stand_in", "is_json", "tokens_before", "tokens_after", "item_id",
)  # fmt: skip
"""What is kept of a removal, in this order."""
FIGURES = ("first_changed", "stable_prefix", "untouchable", "reclaimed", "held_out")
"""What is kept of a fit beside its edits and removals."""


def decision_of(shape: Shape, given: Sequence[Message], fitted: Fitted) -> dict[str, Any]:
    """A fit of these messages, without them and without what it removed."""
    decision = {
        **{name: getattr(fitted, name) for name in FIGURES},
        "removals": [[getattr(what, name) for name in REMOVAL] for what in fitted.removals],
        "edits": [_told(shape, given, edit) for edit in fitted.edits],
    }
    if _reaches_last(fitted.edits, decision["edits"], len(given)):
        last = len(given) - 1
        decision["last"] = [last, _held_of(given[last], _results_in(decision["edits"], last))]
    return decision


def touched_by(fitted: Fitted, decision: Mapping[str, Any], length: int) -> int:
    """How many messages must be as they were for a decision to hold: those that it changed, and the one after them.

    The last message of all may grow. What must be as it was there, the decision tells itself.
    """
    if "last" in decision:
        return int(decision["last"][0])
    return min(length, 1 + max((edit.end for edit in fitted.edits), default=0))


def decided(decision: Mapping[str, Any], given: Sequence[Message]) -> Fitted:
    """The fit of these messages that was kept. Raises ValueError if it is not one of them."""
    try:
        if last := decision.get("last"):
            index, held = last
            if _held_of(given[index], _results_in(decision["edits"], index)) != held:
                raise ValueError("the last message that it is about is another one now")
        removals = tuple(
            Removal(number=number, original="", is_earlier=True, **dict(zip(REMOVAL, row, strict=True)))
            for number, row in enumerate(decision["removals"])
        )
        edits = tuple(_read(edit, given) for edit in decision["edits"])
        figures = {name: decision[name] for name in FIGURES}
    except (KeyError, TypeError, IndexError, AttributeError) as fault:
        raise ValueError(f"not a decision about these messages: {fault!r}") from fault
    return Fitted(messages=[], tokens=0, source_tokens=0, fits=True, removals=removals, edits=edits, **figures)


def _told(shape: Shape, given: Sequence[Message], edit: Edit) -> list[Any]:
    """An edit: what replaces results of one message; or messages, those that were there before by their indexes."""
    results = [[list(step.place), step.value] for step in reduced_results(shape, given, edit)]
    if results and _with_values(given[edit.start], results) == edit.messages[0]:
        return [edit.start, results]
    return [edit.start, edit.end, list(_by_index(given, edit))]


def _reaches_last(edits: Sequence[Edit], told: Sequence[Sequence[Any]], length: int) -> bool:
    """Whether edits reach up to the last message, or replace results in it and nothing else of it."""
    if not edits or edits[-1].end < length - 1:
        return False
    return edits[-1].end == length - 1 or len(told[-1]) == 2


def _results_in(edits: Sequence[Sequence[Any]], index: int) -> list[list[Any]]:
    """Places and values of the results of a message that edits replace."""
    return next((edit[1] for edit in edits if len(edit) == 2 and edit[0] == index), [])


def _held_of(message: Message, results: Sequence[Sequence[Any]]) -> str:
    """The digest of what must be as it was in a message that may have grown: who speaks, and what is replaced."""
    blocks = [value_at(message, tuple(place[:2])) for place, _ in results]
    named = [message.get(name) for name in ("role", "type", "tool_call_id", "call_id")]
    return blake2b(to_json([*named, *blocks]).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _by_index(given: Sequence[Message], edit: Edit) -> Iterator[int | Message]:
    at = edit.start
    for message in edit.messages:
        same = next((index for index in range(at, edit.end) if given[index] == message), None)
        if same is not None:
            at = same + 1
        yield message if same is None else same


def _read(told: list[Any], given: Sequence[Message]) -> Edit:
    if len(told) == 2:
        index, results = told
        return Edit(index, index + 1, (_with_values(given[index], results),))
    start, end, messages = told
    return Edit(start, end, tuple(given[one] if isinstance(one, int) else one for one in messages))


def _with_values(message: Message, results: Sequence[Sequence[Any]]) -> Message:
    for place, value in results:
        message = with_value(message, tuple(place), value)
    return message
