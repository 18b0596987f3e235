"""Decides what is removed from an array that is too long, and how much of what was sent before stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ctxbudget_server.fit.choice import Aim
from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.cutter import Cut, Cutter
from ctxbudget_server.fit.draft import Draft, StandIn
from ctxbudget_server.fit.markers import is_marker
from ctxbudget_server.fit.material import Material
from ctxbudget_server.fit.measuring import Sizes
from ctxbudget_server.fit.model import START, Edit, Fitted, Key, Message, Options, Removal, Tools, composed, edited
from ctxbudget_server.fit.money import FIRST_RECLAIM, MIN_RECLAIM, cost_per_turn, reclaim_that_pays
from ctxbudget_server.fit.newest import Newest
from ctxbudget_server.fit.shape import shared_beginning
from ctxbudget_server.fit.shapes import SHAPES
from ctxbudget_server.fit.steps import Phase, Scope
from ctxbudget_server.fit.writer import Id, Writer

TOLD = 1
"""Times the limit that records tell of from which on names are worth more than a deeper cut saves."""
HISTORY = 2
"""Turns since the last cut from which on it is known how much a turn adds."""


def fit(
    messages: Sequence[Message],
    shape: str,
    options: Options,
    tools: Tools,
    item_id: Id,
    *,
    earlier: Fitted | None = None,
    is_allowed: bool = False,
) -> Fitted:
    """The array within `max_tokens`, always legal; the very same array where nothing needs to go, or nothing can.

    `earlier` is what was decided when the conversation was shorter. It holds while it is enough, unless it would touch
    what must stay now; where it is not enough, what it left is cut. `is_allowed`: the caller
    knows already that it touches nothing.
    """
    given = list(messages)
    scale = Sizes(tools, SHAPES[shape])
    sent = edited(given, earlier.edits) if earlier else given
    if earlier is not None and not is_allowed and _touches(given, shape, options, earlier):
        earlier = None
    before = sent if earlier else given
    held = _held(given, before, scale, options.max_tokens, earlier)
    if held.fits and not options.spent:
        return held
    pins = frozenset(_moved(options.pins, earlier.edits)) if earlier else options.pins
    material = Material.of(Conversation(SHAPES[shape], before, replace(options, pins=pins)), tools, scale)
    cut, of_before = _without_spent(material, item_id), True
    if cut is None and held.fits:
        return held
    fresh = Material.of(Conversation(SHAPES[shape], given, options), tools, scale) if earlier else material
    if cut is None:
        cut, of_before = _Choice(material, fresh, item_id).best()
    untouchable = _untouchable(fresh)
    if cut is None or cut.tokens >= held.tokens or _only_shortens_records(cut, material if of_before else fresh):
        return replace(held, untouchable=untouchable)
    known = material if before is sent else Material.of(Conversation(SHAPES[shape], sent, options), tools, scale)
    return _fitted(cut, _Ground(given, before, held, known, earlier if of_before else None), untouchable)


def _only_shortens_records(cut: Cut, material: Material) -> bool:
    """Whether a cut of this does not fit, and only writes its records in fewer words: that would recur at each call."""
    talk = material.talk
    touched = (index for edit in cut.edits for index in range(edit.start, edit.end))
    return cut.tokens > talk.options.max_tokens and all(
        talk.is_ours(index) or 0 < len(talk.parts[index]) == len(talk.records(index)) for index in touched
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a cut was made of."""

    given: list[Message]
    before: list[Message]
    """What was cut."""
    held: Fitted
    """What stood before the cut."""
    known: Material
    """Of what was sent before."""
    earlier: Fitted | None
    """What made `before` of `given`; None: they are the same."""


def _without_spent(material: Material, item_id: Id) -> Cut | None:
    """The array without results that are no longer needed; None: there are none, or it is still too long."""
    talk = material.talk
    if not talk.options.spent:
        return None
    draft = Draft(material)
    for part in talk.results:
        is_spent = part.named_id in talk.options.spent and talk.is_open(part)
        if is_spent and material.result_tokens(part.key) > material.stand_in_tokens(part.key, "requested"):
            draft.reduce(part.key, StandIn("requested", 0, 0))
    if not draft.reduced:
        return None
    writer = Writer(draft, item_id)
    edits = writer.edits({})
    array = writer.write(edits)
    tokens = material.scale.total(array)
    return Cut(array, tokens, writer, {}, edits) if tokens <= talk.options.max_tokens else None


def _fitted(cut: Cut, ground: _Ground, untouchable: int) -> Fitted:
    """The outcome of a cut, as changes of what was given."""
    earlier, held = ground.earlier, ground.held
    edits = tuple(cut.edits)
    removals = tuple(cut.writer.removals(cut.names))
    held_out = cut.held_out
    if earlier is not None:
        came_from = _origins(earlier.edits, len(ground.before))
        placed = (replace(what, index=came_from[what.index]) for what in removals)
        removals = (*placed, *_numbered(earlier.removals, len(removals)))
        held_out = None if held_out is None else came_from[held_out]
        edits = composed(earlier.edits, edits)
    changed, stable = _change(ground.known, cut.array)
    return Fitted(
        messages=cut.array,
        tokens=cut.tokens,
        source_tokens=held.source_tokens,
        fits=cut.tokens <= ground.known.talk.options.max_tokens,
        removals=tuple(sorted(removals, key=lambda what: what.index)),
        first_changed=changed,
        stable_prefix=stable,
        untouchable=untouchable,
        reclaimed=cut.reclaimed,
        held_out=held_out,
        edits=edits,
        is_estimated=held.is_estimated,
        uncut=held.tokens,
        rewrites=_rewrites(ground.known.talk, cut.array, changed),
    )


def _touches(given: list[Message], shape: str, options: Options, earlier: Fitted) -> bool:
    """Whether what was decided would touch what must stay now."""
    talk = Conversation(SHAPES[shape], given, options)
    turned = {what.index for what in earlier.removals if what.kind == "turn"}
    reduced = {(what.index, what.call_id) for what in earlier.removals if what.index not in turned}
    inside = {index for index, _ in reduced}

    def must_stay(index: int) -> bool:
        if index not in inside:
            return talk.is_pinned(index) or index in talk.untouchable
        pinned = filter(talk.is_pinned_part, talk.parts[index])
        return index in options.pins or any((index, part.named_id) in reduced for part in pinned)

    return any(must_stay(index) for edit in earlier.edits for index in range(edit.start, edit.end))


def _held(given: list[Message], before: list[Message], scale: Sizes, limit: int, earlier: Fitted | None) -> Fitted:
    """What was decided before, or nothing."""
    tokens = scale.total(before)
    source = tokens if earlier is None else scale.total(given)
    held = earlier or Fitted(given, tokens, source, True, (), None, tokens, tokens)
    return replace(
        held,
        messages=before,
        tokens=tokens,
        source_tokens=source,
        fits=tokens <= limit,
        removals=tuple(_numbered(held.removals, 0)),
        reclaimed=max(0, min(held.reclaimed, limit - tokens)),
        is_estimated=scale.is_estimated(given),
        uncut=source,
        rewrites=False,
    )


def _moved(pins: Iterable[int | str], edits: Sequence[Edit]) -> Iterator[int | str]:
    """Pins as they are in the array after these edits, none of which touches one."""
    for pin in pins:
        passed = [edit for edit in edits if isinstance(pin, int) and edit.end <= pin]
        yield pin if isinstance(pin, str) else pin + sum(len(e.messages) - (e.end - e.start) for e in passed)


def _numbered(removals: Sequence[Removal], first: int) -> Iterator[Removal]:
    """Removals of an earlier cut, numbered from there on."""
    return (replace(what, number=first + n, original="", is_earlier=True) for n, what in enumerate(removals))


def _origins(edits: Sequence[Edit], length: int) -> list[int]:
    """Where each message of an array of this length was before these edits; what they wrote, where it replaced."""
    origins: list[int] = []
    index = 0
    for edit in edits:
        origins += [*range(index, edit.start), *[edit.start] * len(edit.messages)]
        index = edit.end
    return [*origins, *range(index, index + length - len(origins))]


def _end_of_earlier(talk: Conversation) -> Key:
    """The first part behind what earlier cuts wrote. It may be in the last message: that one may have grown."""
    last = len(talk.messages) - 1
    for index in range(last, -1, -1):
        slots = [part.key.slot for part in talk.parts[index] if part.kind == "result" and is_marker(part.text)]
        if slots and index == last and not talk.records(index):
            return Key(index, max(slots) + 1)
        if slots or talk.records(index):
            return Key(index + 1, 0)
    return START


def _rewrites(talk: Conversation, array: list[Message], changed: int) -> bool:
    """Whether an array has something else than before in front of the end of earlier cuts."""
    end = _end_of_earlier(talk)
    if changed != end.message or not end.slot:
        return changed < end.message
    parts = talk.shape.parts(changed, array[changed]) if changed < len(array) else []
    now = {part.key: part for part in parts}
    before = (part for part in talk.parts[changed] if part.kind == "result" and part.key < end)
    return any(part.key not in now or now[part.key].original != part.original for part in before)


def _end_of_records(material: Material) -> int:
    """Index of the first message behind the records, and behind what people said that they have brought along."""
    talk = material.talk
    last = next((i for i in range(len(talk.messages) - 1, -1, -1) if talk.records(i)), -1) + 1
    while last and last in material.brought_along:
        last += 1
    return last


def _untouchable(material: Material) -> int:
    """Tokens of what no fit may touch."""
    newest = Newest.of(material, START)
    stays = sum(material.sizes[i] for i in material.talk.untouchable) - newest.whole + newest.floor
    old = (key for key in material.open_results if key.message in material.talk.untouchable)
    return stays - sum(max(0, material.result_tokens(key) - material.stand_in_tokens(key, "oldResult")) for key in old)


def _change(material: Material, array: list[Message]) -> tuple[int, int]:
    """Index of the first message that is another than before, and the tokens before it that the model is shown."""
    talk = material.talk
    pairs = enumerate(zip(talk.messages, array, strict=False))
    changed = next((i for i, (old, new) in pairs if old is not new and old != new), len(array))
    stable = sum(material.sizes[talk.start : changed])
    end = _end_of_earlier(talk)
    if end.slot and changed == end.message < len(array):
        stable += material.scale.of_message(shared_beginning(talk.messages[changed], array[changed]))
    return changed, stable


@dataclass(frozen=True)
class _Choice:
    """The cut that costs least a turn: of what was sent before, or of all that there is."""

    before: Material
    """What would be sent without a cut."""
    whole: Material
    """The same where nothing was decided before, or else the conversation without what was decided."""
    item_id: Id

    def best(self) -> tuple[Cut | None, bool]:
        """The cut, and whether it is one of what was sent before. None where nothing can be cut."""
        best: Cut | None = None
        rate = 0.0
        for scope in self._scopes():
            if best is not None and rate <= self._hoped(scope):
                continue
            cut = Cutter(self.before, self.item_id, self._aim(scope)).best()
            if cut is None or cut.tokens > self._limit:
                continue
            cost = self._rate(cut.tokens, cut.tokens - _change(self.before, cut.array)[1])
            if best is None or cost < rate:
                best, rate = cut, cost
        if best is not None and (self._lasts(best) or rate <= self._hoped(Scope())):
            return best, True
        cut = Cutter(self.whole, self.item_id, self._aim(Scope())).best()
        if cut is None or (best is not None and cut.tokens > self._limit):
            return best, True
        if best is not None and rate <= self._rate(cut.tokens, cut.tokens - _change(self.before, cut.array)[1]):
            return best, True
        return cut, self.whole is self.before

    def _lasts(self, cut: Cut) -> bool:
        """Whether a cut has won room that is worth having, where more of it is not to be bought with a rewrite."""
        options = self.before.talk.options
        return options.holds and self._limit - cut.tokens >= min(self._reclaim(Scope()), self._limit * MIN_RECLAIM) / 2

    def _scopes(self) -> Iterator[Scope]:
        """Scopes that leave what earlier cuts wrote: all of it, or their records."""
        if (end := _end_of_earlier(self.before.talk)) > START:
            yield Scope(end, Phase.RESULTS)
        if records := _end_of_records(self.before):
            yield Scope(Key(records, 0), Phase.TURNS)

    @property
    def _limit(self) -> int:
        return self.before.talk.options.max_tokens

    @cached_property
    def _growth(self) -> float | None:
        """Tokens that a turn adds, by those since the last cut, or by all; None where it is not known to grow."""
        talk = self.before.talk
        end = _end_of_earlier(talk)
        for since in (end, START) if end > START or talk.options.grows else ():
            starts = [turn.start for turn in talk.turns if Key(turn.start, 0) >= since]
            number = sum(max(1, len(talk.steps(start))) if talk.shape.grows else 1 for start in starts)
            if number >= HISTORY:
                return sum(self.before.sizes[starts[0] :]) / number
        return None

    def _behind(self, scope: Scope) -> int:
        """Tokens behind what stays in a scope."""
        return sum(self.before.sizes[max(scope.since.message, self.before.talk.start) :])

    def _aim(self, scope: Scope) -> Aim:
        reclaim = self._reclaim(scope)
        is_given = self.before.talk.options.min_reclaim is not None
        return Aim(scope, reclaim, reclaim if is_given else min(reclaim, int(self._limit * self._least)))

    def _reclaim(self, scope: Scope) -> int:
        """Tokens that a cut in this scope should win below the limit."""
        options = self.before.talk.options
        if options.min_reclaim is not None:
            return options.min_reclaim
        return reclaim_that_pays(self._limit, self._behind(scope), self._growth, options.prices, self._least)

    @cached_property
    def _least(self) -> float:
        """The least share of the limit that a cut wins once growth is known: less where most is in records already."""
        talk = self.before.talk
        told = sum(record.tokens for index in range(len(talk.messages)) for record in talk.records(index))
        return FIRST_RECLAIM if told > TOLD * self._limit else MIN_RECLAIM

    def _hoped(self, scope: Scope) -> float:
        """What a turn costs at least with a cut in this scope."""
        won = self._reclaim(scope)
        return self._rate(self._limit - won, max(0, self._behind(scope) - won))

    def _rate(self, tokens: int, behind: int) -> float:
        growth = self._growth or max(1.0, self._limit * FIRST_RECLAIM)
        return cost_per_turn(self._limit, tokens, behind, growth, self.before.talk.options.prices)
