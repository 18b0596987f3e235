"""Decides what goes from an array that is too long, and writes what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.draft import MARKER_TOKENS, Draft, Telling
from ctxbudget_server.fit.material import Material
from ctxbudget_server.fit.measuring import Sizes
from ctxbudget_server.fit.model import Fitted, Key, Message, Options, Reason, Tools, edited
from ctxbudget_server.fit.shapes import SHAPES
from ctxbudget_server.fit.writer import Id, Names, Writer

NAMES_PER_RESULT = (150, 60)
"""Tokens that are held free for the names of each reduced result: first, and when it gets tight."""
NAMES_PER_TURN = 40
"""Tokens that are held free for the names of each turn that goes."""
LARGE = 150
"""Tokens from which a result is worth a marker."""
SMALL = 24
"""Tokens of a marker that names no id, roughly."""
NAMES_MARGIN = 8
"""Tokens that are held free when names took more room than they seemed to."""
TRIES = 4
"""How often a draft is written out for one aim: what it costs is known roughly before."""

Order: TypeAlias = Mapping[Key, tuple[Reason, bool]]
"""Results in the order in which they go: why, and whether a lead is worth saying."""


def fit(messages: Sequence[Message], shape: str, options: Options, tools: Tools, item_id: Id) -> Fitted:
    """The array within `max_tokens`, always legal; the very same array where nothing needs to go, or nothing can."""
    given = list(messages)
    scale = Sizes(tools, SHAPES[shape])
    source = scale.total(given)
    estimated = scale.is_estimated(given)
    if source <= options.max_tokens:
        return _unchanged(given, source, source, options, estimated)
    talk = Conversation(SHAPES[shape], given, options)
    material = Material.of(talk, tools, scale)
    best = _smallest_step(material, item_id)
    untouchable = sum(material.sizes[i] for i in talk.untouchable)
    if best is None or best.tokens >= source:
        return _unchanged(given, source, untouchable, options, estimated)
    array, tokens, writer, names = best
    changed = next((i for i, (old, new) in enumerate(zip(given, array, strict=False)) if old is not new), len(array))
    return Fitted(
        messages=array,
        tokens=tokens,
        source_tokens=source,
        fits=tokens <= options.max_tokens,
        removals=tuple(writer.removals(names)),
        first_changed=changed,
        stable_prefix=_stable(material, array),
        untouchable=untouchable,
        edits=tuple(writer.edits(names)),
        is_estimated=estimated,
    )


def _stable(material: Material, array: list[Message]) -> int:
    """Tokens of the beginning that the provider's cache still holds: from where it shows the model anything."""
    talk = material.talk
    start = talk.start
    first = next((i for i, message in enumerate(array) if message is talk.messages[start]), None) if array else None
    if first is None:
        return 0
    pairs = zip(talk.messages[start:], array[first:], strict=False)
    same = next((i for i, (old, new) in enumerate(pairs) if old is not new), len(array) - first)
    return sum(material.sizes[start : start + same])


def repeat(messages: Sequence[Message], shape: str, options: Options, tools: Tools, earlier: Fitted) -> Fitted | None:
    """What was decided when the conversation was shorter, so that what a provider has cached stays as it is.

    None where that is not enough any more, or would touch what must stay now.
    """
    scale = Sizes(tools, SHAPES[shape])
    array = edited(messages, earlier.edits)
    tokens = scale.total(array)
    if tokens > options.max_tokens:
        return None
    given = list(messages)
    talk = Conversation(SHAPES[shape], given, options)
    if any(index in talk.untouchable for edit in earlier.edits for index in range(edit.start, edit.end)):
        return None
    return replace(
        earlier,
        messages=array,
        tokens=tokens,
        source_tokens=scale.total(given),
        untouchable=sum(scale.each([given[i] for i in sorted(talk.untouchable)])),
        is_estimated=scale.is_estimated(given),
    )


def _unchanged(given: list[Message], source: int, untouchable: int, options: Options, estimated: bool) -> Fitted:
    fits = source <= options.max_tokens
    return Fitted(given, source, source, fits, (), None, source, untouchable, is_estimated=estimated)


class Cut(NamedTuple):
    """A draft, written out."""

    array: list[Message]
    tokens: int
    writer: Writer
    names: Names


def _smallest_step(material: Material, item_id: Id) -> Cut | None:
    """The mildest draft that is under the target; failing that under the limit; failing that the smallest."""
    options = material.talk.options
    best: Cut | None = None
    order = _order(material, LARGE)
    for aim in (options.max_tokens - options.min_reclaim, options.max_tokens):
        for cut in _tries(material, order, aim, item_id):
            if best is None or cut.tokens < best.tokens:
                best = cut
            if cut.tokens <= aim:
                return cut
        if best is not None and best.tokens <= options.max_tokens:
            return best
    for telling in ("ids", "figures"):
        draft = _bare(material, telling)
        if not (draft.reduced or draft.gaps()):
            continue
        cut = _written(draft, options.max_tokens, item_id)
        if best is None or cut.tokens < best.tokens:
            best = cut
        if cut.tokens <= options.max_tokens:
            return cut
    return best


def _tries(material: Material, order: Order, aim: int, item_id: Id) -> Iterator[Cut]:
    """Drafts whose estimates are ever further below the aim, each written out."""
    room = aim
    for _ in range(TRIES):
        draft = _choose(material, order, room)
        if not (draft.reduced or draft.dropped):
            return
        cut = _written(draft, room, item_id)
        yield cut
        if draft.telling == "ids":
            return
        room -= cut.tokens - aim + 8


def _bare(material: Material, telling: Telling) -> Draft:
    """What must stay, and records as short as can be: for legality alone."""
    talk = material.talk
    draft = Draft(material, telling=telling, bare=True)
    for key, (reason, _) in _order(material, SMALL if telling == "figures" else MARKER_TOKENS).items():
        if key.message in talk.needed:
            draft.reduce(key, reason, lead=False)
    return draft


def _order(material: Material, least: int) -> Order:
    """Results of more than so many tokens."""
    from ctxbudget_server.fit.stale import stale_results

    over = dict.fromkeys(material.results_over(least))
    stale = {key: why[0] for key, why in stale_results(material.talk).items() if key in over}
    large = [key for key in over if key not in stale]
    first: dict[Key, tuple[Reason, bool]] = {key: (reason, False) for key, reason in stale.items()}
    return first | dict.fromkeys(large, ("oldResult", True))


def _choose(material: Material, order: Order, room: int) -> Draft:
    """The mildest draft whose estimate leaves `room` for its names."""
    draft = Draft(material)
    talk = material.talk
    many, few = NAMES_PER_RESULT

    def is_enough(per_result: int, per_turn: int = NAMES_PER_TURN) -> bool:
        return draft.estimate() + per_result * len(draft.reduced) + per_turn * len(draft.dropped) <= room

    for key, (reason, lead) in order.items():
        draft.reduce(key, reason, lead=lead)
        if is_enough(many):
            return draft
    if is_enough(few):
        return draft
    for number in talk.droppable_turns:
        if talk.is_short(talk.turns[number]):
            continue
        draft.drop(number)
        if is_enough(few):
            return draft
    if not is_enough(0, 0):
        draft.tell_ids()
    return draft


def _written(draft: Draft, room: int, item_id: Id) -> Cut:
    """The draft as an array, with as many names of what went as there is room for."""
    from ctxbudget_server.fit.names import NameOrder

    writer = Writer(draft, item_id)
    total = draft.material.scale.total
    bare = writer.write({})
    cut = Cut(bare, total(bare), writer, {})
    free = room - cut.tokens
    order = NameOrder(draft, bare) if free > 0 else None
    while order and free > 0:
        names = order.within(free)
        array = writer.write(names)
        tokens = total(array)
        if tokens <= room:
            return Cut(array, tokens, writer, names)
        free -= tokens - room + NAMES_MARGIN
    return cut
