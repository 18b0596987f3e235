"""In which order parts become coarser: always the same one, whatever the limit, the least value for a token first.

A fit takes as many steps as it needs. So a larger limit takes the beginning of what a smaller one takes, and keeps all
that the smaller one keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import NamedTuple

from ctxbudget_server.fit.draft import ABOUT, Draft, StandIn
from ctxbudget_server.fit.lines import said_briefly, tells_words
from ctxbudget_server.fit.markers import NAMES as NAMES_LINE
from ctxbudget_server.fit.material import BRIEF_FRAME, VERDICT, LineKey, Material, lead_tokens
from ctxbudget_server.fit.model import START, Key, Reason
from ctxbudget_server.fit.saying_less import Said, saying_less
from ctxbudget_server.fit.stale import stale_results

LARGE = 150
"""Tokens from which a result is worth a marker."""
NAMES, FEW_NAMES = 150, 60
"""Tokens that are held free for the names of a reduced result: first, and when it gets tight."""
NAMES_PER_TURN = 80
"""Tokens that are held free for the names of each turn that goes."""
SHARE_OF_NAMES = 0.15
"""Of the limit: what is held free for names that earlier records have."""
TOLD = 8
"""Turns that went of which a line tells; of older ones the id stays, and the room is for names."""
WORTH = 16
"""Tokens that a turn must win to go for its own sake."""
JOINED = 3
"""Turns that win less, and go along with the next one because one record is cheaper than two."""


class Phase(IntEnum):
    """What a step takes."""

    RESULTS = 0
    TURNS = 1
    LINES = 2
    WORDS = 3


class Step(NamedTuple):
    """One part becomes coarser."""

    phase: Phase
    message: int
    """Index of the message with the part."""
    take: Callable[[Draft], None]
    of_results: bool = False
    """Whether it only takes what tools answered, with the turns that asked for it, and nothing that people said."""
    give: Callable[[Draft, int], None] | None = None
    """Gives the part back up to so many tokens."""
    whole: int | None = None
    """Tokens of the part where it is given back whole or not at all."""


class Scope(NamedTuple):
    """Which part of an array may change, and how."""

    since: Key = START
    """The first part that may."""
    last: Phase = Phase.WORDS
    """What may be taken last."""

    @property
    def is_whole(self) -> bool:
        """Whether anything may change."""
        return self == Scope()


def steps(draft: Draft, scope: Scope) -> Iterator[Step]:
    """All steps in a scope. Each is taken, or not, before the next one is asked for."""
    yield from _results(draft, scope.since)
    told: list[LineKey] = []
    if scope.is_whole:
        yield from _old_records(draft)
        told = [key for key, line in _told_lines(draft) if not (tells_words(line) or VERDICT in line)]
    if scope.last >= Phase.TURNS:
        yield from _turns(draft, scope.since, told, whole=scope.is_whole)
    if scope.is_whole:
        yield from _last_steps(draft)


def _last_steps(draft: Draft) -> Iterator[Step]:
    """Steps that also take from what earlier cuts wrote, and from what people said."""
    yield from _lines(draft, Phase.LINES)
    yield from _markers_alone(draft)
    yield from _words(draft)
    yield from _lines(draft, Phase.WORDS)


def old_results(draft: Draft, least: int) -> dict[Key, Reason]:
    """Results of more than so many tokens, in the order in which they go, and why."""
    over = dict.fromkeys(draft.material.results_over(least))
    stale = {key: why[0] for key, why in stale_results(draft.talk).items() if key in over}
    return stale | {key: "oldResult" for key in over if key not in stale}


def _results(draft: Draft, since: Key) -> Iterator[Step]:
    """Results that later ones have made worthless, then the oldest; all with room for names, then with less."""
    order = {key: reason for key, reason in old_results(draft, LARGE).items() if key >= since}
    for names in (NAMES, FEW_NAMES):
        for key, reason in order.items():
            size = draft.material.result_tokens(key)
            lead = lead_tokens(size) if reason == "oldResult" else 0
            room = draft.material.names_tokens(key.message)
            stand_in = StandIn(reason, lead, min(names, room, size // 4 if names == NAMES else size // 8))
            yield Step(Phase.RESULTS, key.message, _reducing(key, stand_in), True, _giving_lead(key))


def _reducing(key: Key, stand_in: StandIn) -> Callable[[Draft], None]:
    return lambda draft: draft.reduce(key, stand_in)


def _giving_lead(key: Key) -> Callable[[Draft, int], None]:
    def give(draft: Draft, tokens: int) -> None:
        old = draft.reduced.get(key)
        if old is None or draft.is_gone(key.message):
            return
        most = draft.material.result_tokens(key) * 9 // 10 - draft.material.stand_in_tokens(key, old.reason)
        draft.reduce(key, old._replace(lead=max(0, min(most, old.lead + tokens))))

    return give


def _turns(draft: Draft, since: Key, told: list[LineKey], *, whole: bool) -> Iterator[Step]:
    """Old turns; what people said in them stays, word for word.

    Of the whole array only the latest are told of in a line, beside test runs; `told` are such lines of earlier
    records. Where those stay as they are, a new record has a line for each turn.
    """
    talk = draft.talk
    small: list[int] = []
    for number in talk.droppable_turns:
        turn = talk.turns[number]
        if Key(turn.start, 0) < since or turn.end <= talk.start or talk.is_short(turn) or number in draft.dropped:
            continue
        if small and small[-1] != number - 1:
            small = []
        own = all(talk.is_ours(index) for index in range(turn.start, turn.end))
        of_results = any(part.kind == "result" for i in range(turn.start, turn.end) for part in talk.parts[i])
        names = NAMES_PER_TURN if of_results else 0
        if draft.gain(number) < WORTH + names or own:
            small.append(number)
            continue
        joined = small if len([one for one in small if not _is_ours(draft, one)]) <= JOINED else []
        joined, small = [*joined, number], []
        yield Step(Phase.TURNS, turn.start, _dropping(joined, names), of_results, _giving_line(number))
        joint = [talk.turns[one] for one in joined]
        told += [(one.start, ABOUT) for one in joint if not draft.material.verdicts(one.start, one.end)]
        while whole and len(told) > TOLD:
            yield Step(Phase.TURNS, turn.start, _shortening(told.pop(0)), of_results)
    yield from _turns_in_rows(draft, since, told, whole=whole)


def _turns_in_rows(draft: Draft, since: Key, told: list[LineKey], *, whole: bool) -> Iterator[Step]:
    """Turns that are too small to go on their own: many in a row win room all the same, before people's words go."""
    talk = draft.talk
    rows: list[list[int]] = []
    for number in sorted(talk.droppable_turns):
        turn = talk.turns[number]
        is_free = Key(turn.start, 0) >= since and turn.end > talk.start and number not in draft.dropped
        calls = any(part.kind == "call" for index in turn.indexes for part in talk.parts[index])
        if not is_free or not calls or talk.is_short(turn):
            continue
        if rows and rows[-1][-1] == number - 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    for row in rows:
        first, last = talk.turns[row[0]], talk.turns[row[-1]]
        around = 0 if draft.is_gone(first.start - 1) or draft.is_gone(last.end) else draft.material.record_tokens
        if sum(map(draft.gain, row)) < WORTH + around:
            continue
        for number in row:
            turn = talk.turns[number]
            yield Step(Phase.TURNS, turn.start, _dropping([number], 0), True, _giving_line(number))
            told.append((turn.start, ABOUT))
            while whole and len(told) > TOLD:
                yield Step(Phase.TURNS, turn.start, _shortening(told.pop(0)), True)


def _old_records(draft: Draft) -> Iterator[Step]:
    """Records of earlier fits, written again: what they tell may become less."""
    for number in draft.talk.droppable_turns:
        turn = draft.talk.turns[number]
        stands = number not in draft.dropped and turn.end > draft.talk.start
        if stands and _is_ours(draft, number) and not draft.talk.is_short(turn):
            yield Step(Phase.TURNS, turn.start, _dropping([number], _names_kept(draft, turn.indexes)), True)
    for index in range(draft.talk.start, len(draft.talk.messages)):
        if _stands_alone(draft, index) and any(not record.short for record in draft.talk.records(index)):
            yield Step(Phase.TURNS, index, _leaving(index, _names_kept(draft, range(index, index + 1))), True)


def _stands_alone(draft: Draft, index: int) -> bool:
    """Whether a message is a record that belongs to no turn that could go with it."""
    number = draft.talk.turn_of.get(index)
    is_free = (number is None or number in draft.talk.fixed_turns) and index not in draft.talk.untouchable
    return is_free and draft.talk.is_ours(index)


def _leaving(index: int, names: int) -> Callable[[Draft], None]:
    def take(draft: Draft) -> None:
        draft.leave(index)
        draft.names_of_turns += names

    return take


def _names_kept(draft: Draft, indexes: range) -> int:
    """Tokens that are held free for the names of an old record: as many as it has, within their share."""
    texts = [part.text for index in indexes if draft.talk.records(index) for part in draft.talk.parts[index]]
    names = [line for text in texts for line in text.split("\n") if line.startswith(NAMES_LINE)]
    most = int(SHARE_OF_NAMES * draft.talk.options.max_tokens)
    return max(0, min(sum(map(draft.material.count_json, names)), most - draft.names_of_turns))


def _is_ours(draft: Draft, number: int) -> bool:
    turn = draft.talk.turns[number]
    return any(draft.talk.is_ours(index) for index in range(turn.start, turn.end))


def _dropping(numbers: list[int], names: int) -> Callable[[Draft], None]:
    def take(draft: Draft) -> None:
        for number in numbers:
            if number not in draft.dropped:
                draft.drop(number)
        draft.names_of_turns += names

    return take


def _giving_line(number: int) -> Callable[[Draft, int], None]:
    return lambda draft, tokens: draft.lengthen(number, max(0, draft.longest_line(number) + 3 * tokens))


def _markers_alone(draft: Draft) -> Iterator[Step]:
    """Markers without a word on what the result was about."""
    for key in list(draft.reduced):
        old = draft.reduced[key]
        if not draft.is_gone(key.message) and (old.lead or old.names):
            yield Step(Phase.LINES, key.message, _reducing(key, StandIn(old.reason, 0, 0)), True, _giving_lead(key))
    if draft.names_of_turns:
        last = max((*(draft.talk.turns[number].start for number in draft.dropped), *draft.gone), default=0)
        yield Step(Phase.WORDS, last, _no_names, True)


def _no_names(draft: Draft) -> None:
    draft.names_of_turns = 0


def _lines(draft: Draft, phase: Phase) -> Iterator[Step]:
    """Lines of records, of which the ids stay; those that tell what people said go last."""
    for key, line in list(_told_lines(draft)):
        if tells_words(line) == (phase is Phase.WORDS):
            messages = draft.unit(key[0])
            of_results = phase is Phase.LINES and any(p.kind == "result" for i in messages for p in draft.talk.parts[i])
            yield Step(phase, key[0], _shortening(key), of_results)


def _told_lines(draft: Draft) -> Iterator[tuple[LineKey, str]]:
    """Lines of records that are more than an id."""
    for piece in (piece for gap in draft.gaps() for piece in gap if piece.start >= draft.talk.start):
        for key, line in draft.lines(piece, draft.material.any_id):
            if not draft.is_in_short(key, line):
                yield key, line


def _shortening(key: tuple[int, int]) -> Callable[[Draft], None]:
    return lambda draft: draft.shorten(key)


def _words(draft: Draft) -> Iterator[Step]:
    """What people said, of which less and less stands."""
    yield from _small_turns(draft)
    material = draft.material
    told = {key: said_briefly(line) for key, line in _told_lines(draft) if key[1] >= 0}
    briefs = {key: text for key, text in told.items() if text is not None}
    keys = [key for index in range(len(draft.talk.messages)) for key in _open_words(draft, index)]
    places: list[Key | LineKey] = sorted(
        [*briefs, *keys], key=lambda place: (place[0], isinstance(place, Key), place[1])
    )
    said = [
        _said(material, place) if isinstance(place, Key) else _told(material, place, briefs[place]) for place in places
    ]
    for less in saying_less(said):
        place = places[less.number]
        if not isinstance(place, Key):
            if less.left == 0:
                yield _telling_nothing(place, said[less.number].tokens)
        elif less.whole is None:
            yield _saying_less(place, less.left)
        else:
            yield _saying_nothing(place, less.whole)


def _told(material: Material, line: LineKey, text: str) -> Said:
    """What stands in brief in a record: it stays as it is, or goes."""
    from ctxbudget_server.fit.statements import stated

    is_replaced = line in material.replaced_lines
    weights = [] if is_replaced else stated(text, frozenset())
    tokens = material.count_json(text) + BRIEF_FRAME
    place = line[0] / max(1, len(material.talk.messages))
    return Said(tokens, weights, tokens, place, is_replaced, lambda _: False)


def _said(material: Material, key: Key) -> Said:
    return Said(
        tokens=material.count_json(material.said(key)),
        weights=material.stated(key),
        in_brief=material.brief_tokens(key) if material.brief(key) else None,
        place=key.message / max(1, len(material.talk.messages)),
        is_replaced=key in material.replaced,
        has_lead=lambda tokens: material.has_lead(key, tokens),
    )


def _small_turns(draft: Draft) -> Iterator[Step]:
    """What the agent said in turns that were not worth a line: one record is cheaper than many."""
    talk = draft.talk
    for number in talk.droppable_turns:
        turn = talk.turns[number]
        parts = [part for index in turn.indexes for part in talk.parts[index]]
        if number in draft.dropped or turn.end <= talk.start or any(part.kind != "text" for part in parts):
            continue
        stand = [
            0 <= index < len(talk.messages) and index not in talk.protected for index in (turn.start - 1, turn.end)
        ]
        if any(stand) and not any(talk.records(index) for index in turn.indexes):
            yield Step(Phase.WORDS, turn.start, _without_a_line(number, turn.start))


def _without_a_line(number: int, start: int) -> Callable[[Draft], None]:
    def take(draft: Draft) -> None:
        draft.drop(number)
        draft.shorten((start, ABOUT))

    return take


def _open_words(draft: Draft, index: int) -> list[Key]:
    """What people said in a message, where it may go into a record."""
    talk = draft.talk
    slots = talk.words(index) if index >= talk.start and index not in talk.untouchable else []
    number = talk.turn_of.get(index)
    if number is None or number in talk.fixed_turns:
        slots = slots if all(part.kind == "text" for part in talk.parts[index]) else []
    elif talk.is_short(talk.turns[number]):
        slots = []
    return [Key(index, slot) for slot in slots]


def _saying_less(key: Key, tokens: int) -> Step:
    def give(draft: Draft, more: int) -> None:
        draft.say_less(key, max(0, draft.leads[key] + more))

    return Step(Phase.WORDS, key.message, lambda draft: draft.say_less(key, tokens), False, give)


def _saying_nothing(key: Key, in_brief: int) -> Step:
    def give(draft: Draft, more: int) -> None:
        draft.say_less(key, in_brief if more >= in_brief else 0)

    return Step(Phase.WORDS, key.message, lambda draft: draft.say_less(key, 0), False, give, in_brief)


def _telling_nothing(line: LineKey, in_brief: int) -> Step:
    def give(draft: Draft, more: int) -> None:
        (draft.tell if more >= in_brief else draft.shorten)(line)

    return Step(Phase.WORDS, line[0], lambda draft: draft.shorten(line), False, give, in_brief)
