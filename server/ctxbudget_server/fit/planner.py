"""Decides what goes from an array that is too long, and writes what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ctxbudget_server.fit.choice import Choice, Chooser
from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.draft import Draft, StandIn, Telling
from ctxbudget_server.fit.material import Material
from ctxbudget_server.fit.measuring import Sizes
from ctxbudget_server.fit.model import Fitted, Message, Options, Tools, edited
from ctxbudget_server.fit.names import NameOrder
from ctxbudget_server.fit.newest import Newest
from ctxbudget_server.fit.shapes import SHAPES
from ctxbudget_server.fit.steps import Step, old_results
from ctxbudget_server.fit.writer import Id, Names, Writer

FILLED = 0.9
"""Of what an array may be: what it should fill."""
NAMES_MARGIN = 8
"""Tokens that are held free when names took more room than they seemed to."""
MARKER_TOKENS, SMALL = 64, 24
"""Tokens of a marker that names an id, and of one that names none, roughly."""
TRIES = 4
"""How often steps are chosen, or parts given back: what a draft costs is known roughly before it is written."""
GIVEN = 0.95
"""Of the room that is left: what is given back at once, so that no name has to go for it."""
NAMES_SHARE = 0.25
"""Of the room beside what people said: what names have before more of that is said."""
LEAST_GIVEN = 24
"""Tokens of room that are worth giving back."""


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
    planner = _Planner(material, item_id)
    best = planner.best()
    if best is None or best.tokens >= source:
        return _unchanged(given, source, planner.untouchable, options, estimated)
    changed = next((i for i, (old, new) in enumerate(zip(given, best.array, strict=False)) if old is not new), None)
    changed = len(best.array) if changed is None else changed
    return Fitted(
        messages=best.array,
        tokens=best.tokens,
        source_tokens=source,
        fits=best.tokens <= options.max_tokens,
        removals=tuple(best.writer.removals(best.names)),
        first_changed=changed,
        stable_prefix=_stable(material, best.array),
        untouchable=planner.untouchable,
        reclaimed=best.reclaimed,
        held_out=best.held_out,
        edits=tuple(best.writer.edits(best.names)),
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
    turned = {what.index for what in earlier.removals if what.kind == "turn"}
    reduced = {what.index for what in earlier.removals} - turned
    if any(
        talk.is_pinned(index) or (index in talk.untouchable and index not in reduced)
        for edit in earlier.edits
        for index in range(edit.start, edit.end)
    ):
        return None
    return replace(
        earlier,
        messages=array,
        tokens=tokens,
        source_tokens=scale.total(given),
        reclaimed=min(earlier.reclaimed, options.max_tokens - tokens),
        is_estimated=scale.is_estimated(given),
    )


def _unchanged(given: list[Message], source: int, untouchable: int, options: Options, estimated: bool) -> Fitted:
    fits = source <= options.max_tokens
    return Fitted(given, source, source, fits, (), None, source, untouchable, is_estimated=estimated)


@dataclass
class Cut:
    """A draft, written out."""

    array: list[Message]
    tokens: int
    writer: Writer
    names: Names
    reclaimed: int = 0
    held_out: int | None = None


class _Planner:
    def __init__(self, material: Material, item_id: Id) -> None:
        self._material = material
        self._options = material.talk.options
        self._item_id = item_id
        self._newest = Newest.of(material)
        self._chooser = Chooser(material, self._newest, lambda draft: self._written(draft, 0).tokens)

    @property
    def untouchable(self) -> int:
        """Tokens of what no fit may touch."""
        sizes = self._material.sizes
        return sum(sizes[i] for i in self._material.talk.untouchable) - self._newest.whole + self._newest.floor

    def best(self) -> Cut | None:
        """The mildest steps that are enough; failing that the smallest legal array."""
        limit = self._options.max_tokens
        best: Cut | None = None
        room = limit
        for number in range(2 * TRIES):
            choice = self._chooser.choose(room)
            if choice is None:
                break
            cut = self._filled(self._chooser.fewer(choice, room))
            if best is None or cut.tokens < best.tokens:
                best = cut
            if cut.tokens <= limit:
                return cut
            room -= (1 + number) * (cut.tokens - limit + NAMES_MARGIN)
        for cut in self._smallest():
            if best is None or cut.tokens < best.tokens:
                best = cut
            if cut.tokens <= limit:
                break
        return best

    def _filled(self, choice: Choice) -> Cut:
        """The steps, written out; what room is left is for names, and for more of what was taken last."""
        goal = choice.goal
        draft = self._chooser.draft(choice.taken, choice.newest)
        if choice.takes_words:
            bare = self._written(draft, 0)
            self._give_back(draft, choice.taken, bare, goal - int((goal - bare.tokens) * NAMES_SHARE))
        cut = self._written(draft, goal)
        if cut.tokens < (1 + FILLED) / 2 * goal:
            cut = self._give_back(draft, choice.taken, cut, goal)
        if choice.reclaims:
            cut.reclaimed = max(0, min(self._options.min_reclaim, self._options.max_tokens - cut.tokens))
        if cut.tokens < FILLED * (self._options.max_tokens - cut.reclaimed):
            taken = choice.taken[: choice.needed]
            largest = max(self._newest.sizes, key=self._newest.sizes.__getitem__, default=None)
            cut.held_out = taken[-1].message if taken else largest.message if largest else None
        return cut

    def _give_back(self, draft: Draft, taken: Sequence[Step], cut: Cut, goal: int) -> Cut:
        """More of the parts that were taken last, where there is room."""
        gives = [*[step.give for step in reversed(taken) if step.give][:TRIES], self._newest.give]
        for give in gives:
            room = goal - cut.tokens
            if room < LEAST_GIVEN:
                break
            give(draft, int(room * GIVEN) - NAMES_MARGIN)
            for _ in range(TRIES):
                more = self._written(draft, goal)
                if more.tokens <= goal:
                    cut = more
                    break
                give(draft, goal - more.tokens - NAMES_MARGIN)
            else:
                break
        return cut

    def _smallest(self) -> Iterator[Cut]:
        """What must stay, and records as short as can be: for legality alone."""
        tellings: tuple[Telling, ...] = ("ids", "figures")
        for telling in tellings:
            draft = Draft(self._material, telling=telling, bare=True)
            for key, reason in old_results(draft, SMALL if telling == "figures" else MARKER_TOKENS).items():
                if key.message in draft.talk.needed:
                    draft.reduce(key, StandIn(reason, 0, 0))
            self._newest.take(draft, self._newest.floor)
            if draft.reduced or draft.gaps():
                cut = self._written(draft, self._options.max_tokens)
                if cut.tokens < FILLED * self._options.max_tokens:
                    cut.held_out = max(cut.writer.removals({}), key=lambda what: what.tokens_before).index
                yield cut

    def _written(self, draft: Draft, room: int) -> Cut:
        """The draft as an array, with as many names of what went as there is room for."""
        writer = Writer(draft, self._item_id)
        total = self._material.scale.total
        bare = writer.write({})
        cut = Cut(bare, total(bare), writer, {})
        free = room - cut.tokens
        order = NameOrder(draft, writer.edits({})) if free > 0 else None
        while order and free > 0:
            names = order.within(free)
            array = writer.write(names)
            tokens = total(array)
            if tokens <= room:
                return Cut(array, tokens, writer, names)
            free -= tokens - room + NAMES_MARGIN
        return cut
