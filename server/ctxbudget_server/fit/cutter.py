"""Makes one cut: takes the steps that a limit needs, and writes out what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxbudget_server.fit.choice import Aim, Choice, Chooser
from ctxbudget_server.fit.draft import Draft, StandIn, Telling
from ctxbudget_server.fit.material import Material
from ctxbudget_server.fit.model import Edit, Message
from ctxbudget_server.fit.names import NameOrder
from ctxbudget_server.fit.newest import Newest
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
SAID_MORE = 12
"""How many statements are tried where there is room for some of them."""
LABEL_TOKENS = 3
"""Of a statement in brief that others share a label with, at most: what it may cost less."""
GIVEN = 0.95
"""Of the room that is left: what is given back at once, so that no name has to go for it."""
NAMES_SHARE = 0.25
"""Of the room beside what people said: what names have before more of that is said."""
MIN_GIVEN = 24
"""Tokens of room that are worth giving back."""


@dataclass
class Cut:
    """A draft, written out."""

    array: list[Message]
    tokens: int
    writer: Writer
    names: Names
    edits: list[Edit]
    reclaimed: int = 0
    held_out: int | None = None
    says_how: bool = True
    """Whether what is left says how to reach what went."""


class Cutter:
    """Cuts one array, with one aim."""

    def __init__(self, material: Material, item_id: Id, aim: Aim) -> None:
        self._material = material
        self._options = material.talk.options
        self._item_id = item_id
        self._aim = aim
        self._newest = Newest.of(material, aim.scope.since)
        self._chooser = Chooser(material, self._newest, aim, lambda draft: self._written(draft, 0).tokens)

    def best(self) -> Cut | None:
        """The mildest steps that are enough; failing that, where anything may change, the smallest legal array."""
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
        for cut in self._smallest() if self._aim.scope.is_whole else ():
            fits = cut.tokens <= limit
            if fits or best is None or (cut.says_how and cut.tokens < best.tokens):
                best = cut
            if fits:
                break
        return best

    def _filled(self, choice: Choice) -> Cut:
        """The steps, written out; what room is left is for names, and for more of what was taken last."""
        goal = choice.goal
        draft = self._chooser.draft(choice.taken, choice.newest)
        if choice.takes_words:
            bare = self._say_more(draft, choice.taken, goal)
            self._give_back(draft, choice.taken, bare, goal - int((goal - bare.tokens) * NAMES_SHARE))
        cut = self._written(draft, goal)
        if cut.tokens < (1 + FILLED) / 2 * goal:
            cut = self._give_back(draft, choice.taken, cut, goal)
        if choice.reclaims:
            cut.reclaimed = max(0, min(self._aim.reclaim, self._options.max_tokens - cut.tokens))
        if cut.tokens < FILLED * (self._options.max_tokens - cut.reclaimed):
            taken = choice.taken[: choice.needed]
            largest = max(self._newest.sizes, key=self._newest.sizes.__getitem__, default=None)
            cut.held_out = taken[-1].message if taken else largest.message if largest else None
        return cut

    def _say_more(self, draft: Draft, taken: Sequence[Step], goal: int) -> Cut:
        """What people stated, in brief, where there is room for all of it: what states most for its tokens first."""
        cut = self._written(draft, 0)
        tries = 0
        for step in reversed(taken):
            if step.give is None or step.whole is None or step.whole - LABEL_TOKENS > goal - cut.tokens:
                continue
            step.give(draft, step.whole)
            more = self._written(draft, 0)
            if more.tokens <= goal:
                cut = more
            else:
                step.give(draft, 0)
            tries += 1
            if tries == SAID_MORE:
                break
        return cut

    def _give_back(self, draft: Draft, taken: Sequence[Step], cut: Cut, goal: int) -> Cut:
        """More of the parts that were taken last, where there is room."""
        given = [step.give for step in reversed(taken) if step.give and step.whole is None]
        gives = [*given[:TRIES], self._newest.give]
        for give in gives:
            room = goal - cut.tokens
            if room < MIN_GIVEN:
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
        tellings: tuple[Telling, ...] = ("ids", "index", "pointer", "figures")
        for telling in tellings:
            draft = Draft(self._material, telling=telling, bare=True)
            for key, reason in old_results(draft, SMALL if telling == "figures" else MARKER_TOKENS).items():
                if key.message in draft.talk.needed:
                    draft.reduce(key, StandIn(reason, 0, 0))
            self._newest.take(draft, self._newest.floor)
            if draft.reduced or draft.gaps():
                is_lost = telling == "figures" and self._options.retrieval is not None
                cut = self._written(draft, 0 if is_lost else self._options.max_tokens)  # no names without a way back
                cut.says_how = telling in ("ids", "index")
                if cut.tokens < FILLED * self._options.max_tokens:
                    largest = max(cut.writer.removals({}), key=lambda what: what.tokens_before, default=None)
                    cut.held_out = largest.index if largest else None
                yield cut

    def _written(self, draft: Draft, room: int) -> Cut:
        """The draft as an array, with as many names of what went as there is room for."""
        writer = Writer(draft, self._item_id)
        total = self._material.scale.total
        edits = writer.edits({})
        bare = writer.write(edits)
        cut = Cut(bare, total(bare), writer, {}, edits)
        free = room - cut.tokens
        order = NameOrder(draft, edits) if free > 0 else None
        while order and free > 0:
            names = order.within(free)
            edits = writer.edits(names)
            array = writer.write(edits)
            tokens = total(array)
            if tokens <= room:
                return Cut(array, tokens, writer, names, edits)
            free -= tokens - room + NAMES_MARGIN
        return cut
