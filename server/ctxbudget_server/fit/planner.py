"""Decides what goes from an array that is too long, and writes what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from .conversation import Conversation
from .draft import Draft, Id, Material, Writer
from .measuring import Sizes
from .model import Fitted, Key, Message, Options, Removal, Tools
from .shapes import SHAPES

NAMES_PER_RESULT = (150, 60)
"""Tokens that are held free for the names of each reduced result: first, and when it gets tight."""
NAMES_PER_TURN = 40
"""Tokens that are held free for the names of each turn that goes."""
LARGE = 150
"""Tokens from which a result is worth a marker."""


def fit(messages: Sequence[Message], shape: str, options: Options, tools: Tools, item_id: Id) -> Fitted:
    """The array within `max_tokens`, always legal; the very same array where nothing needs to go, or nothing can."""
    given = list(messages)
    scale = Sizes(tools)
    source = scale.total(given)
    if source <= options.max_tokens:
        return _unchanged(given, source, source, options)
    talk = Conversation(SHAPES[shape], given, options)
    material = Material.of(talk, tools, scale)
    best = _smallest_step(material, item_id)
    untouchable = sum(material.sizes[i] for i in talk.protected)
    if best is None or best[1] >= source:
        return _unchanged(given, source, untouchable, options)
    array, tokens, removals = best
    changed = next(i for i, (old, new) in enumerate(zip(given, array, strict=False)) if old is not new)
    return Fitted(
        messages=array,
        tokens=tokens,
        source_tokens=source,
        fits=tokens <= options.max_tokens,
        removals=tuple(removals),
        first_changed=changed,
        stable_prefix=sum(material.sizes[:changed]),
        untouchable=untouchable,
    )


def _unchanged(given: list[Message], source: int, untouchable: int, options: Options) -> Fitted:
    return Fitted(given, source, source, source <= options.max_tokens, (), None, source, untouchable)


def _smallest_step(material: Material, item_id: Id) -> tuple[list[Message], int, list[Removal]] | None:
    """The mildest draft that is under the target; failing that under the limit; failing that the smallest."""
    options = material.talk.options
    best = None
    for aim in (options.max_tokens - options.min_reclaim, options.max_tokens):
        room = aim
        for _ in range(4):
            draft = _choose(material, room)
            if not (draft.reduced or draft.dropped):
                return best
            array, removals = _written(draft, room, item_id)
            tokens = material.scale.total(array)
            if best is None or tokens < best[1]:
                best = array, tokens, removals
            if tokens <= aim:
                return array, tokens, removals
            room -= tokens - aim + 8
            if draft.mute:
                break
        if best is not None and best[1] <= options.max_tokens:
            return best
    return best


def _choose(material: Material, room: int) -> Draft:
    """The mildest draft whose estimate leaves `room` for its names."""
    draft = Draft(material)
    for step, reserve in _steps(material, draft):
        step()
        if draft.estimate() + reserve() <= room:
            return draft
    return draft


Step = tuple[Callable[[], None], Callable[[], int]]


def _steps(material: Material, draft: Draft) -> chain[Step]:
    from .stale import stale_results

    talk = material.talk
    stale = {key: why[0] for key, why in stale_results(talk).items() if material.result_tokens[key] > LARGE}
    large = [key for key, tokens in material.result_tokens.items() if tokens > LARGE and key not in stale]

    def reserve(per_result: int) -> Callable[[], int]:
        return lambda: per_result * len(draft.reduced) + NAMES_PER_TURN * len(draft.dropped)

    def reduce(key: Key) -> Callable[[], None]:
        def step() -> None:
            draft.reduced[key] = (stale.get(key, "oldResult"), key not in stale)

        return step

    def drop(number: int) -> Callable[[], None]:
        def step() -> None:
            draft.dropped.add(number)
            turn = talk.turns[number]
            for key in [key for key in draft.reduced if turn.start <= key.message < turn.end]:
                del draft.reduced[key]

        return step

    def mute() -> None:
        draft.mute = True

    many, few = NAMES_PER_RESULT
    turns = [n for n, turn in enumerate(talk.turns) if n not in talk.fixed_turns and not talk.is_short(turn)]
    return chain(
        ((reduce(key), reserve(many)) for key in [*stale, *large]),
        [(lambda: None, reserve(few))],
        ((drop(number), reserve(few)) for number in turns),
        [(lambda: None, lambda: 0), (mute, lambda: 0)],
    )


def _written(draft: Draft, room: int, item_id: Id) -> tuple[list[Message], list[Removal]]:
    """The draft as an array, with as many names of what went as there is room for."""
    from .names import choose_names

    writer = Writer(draft, item_id)
    bare, _ = writer.write({})
    free = room - draft.material.scale.total(bare)
    return writer.write(choose_names(draft, bare, free) if free > 0 else {})
