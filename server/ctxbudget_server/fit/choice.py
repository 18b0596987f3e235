"""Which steps a limit needs: as few as can be, then more of those that win room from results alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ctxbudget_server.fit.draft import Draft
from ctxbudget_server.fit.material import Material
from ctxbudget_server.fit.newest import Newest
from ctxbudget_server.fit.steps import Phase, Scope, Step, steps

NAMES_OF_ROOM = 0.2
"""Of the room that is won for money: what names of the results that went for it have."""
BACK = 8
"""Steps that may be spared once it is known what is left costs."""


class Aim(NamedTuple):
    """What a cut may change, and the tokens that it should win below the limit."""

    scope: Scope
    reclaim: int
    least: int
    """The same where whole turns go for it."""


@dataclass(frozen=True)
class Choice:
    """Steps that are taken, and what the array is to be filled up to."""

    taken: tuple[Step, ...]
    goal: int
    needed: int
    """How many of the steps the limit needs; the rest is taken to win room."""
    newest: int
    """Tokens for the newest results."""
    reclaims: bool = False
    """Whether results were taken to win room below the limit."""

    @property
    def takes_words(self) -> bool:
        """Whether less stands of what people said."""
        return any(step.phase is Phase.WORDS for step in self.taken)


class Chooser:
    """Chooses for one array."""

    def __init__(self, material: Material, newest: Newest, aim: Aim, least: Callable[[Draft], int]) -> None:
        self._least = least
        """What a draft costs without names, exactly."""
        self._material = material
        self._newest = newest
        self._aim = aim

    def choose(self, limit: int) -> Choice | None:
        """The fewest steps, by what drafts cost at most; None where all of them are not enough."""
        draft = Draft(self._material)
        taken: list[Step] = []
        queue = steps(draft, self._aim.scope)
        following = None
        for step in queue:
            if self._rest(draft) + self._newest.held(step.phase) <= limit:
                following = step
                break
            step.take(draft)
            taken.append(step)
        held = self._newest.held(following.phase) if following else self._last_held
        rest = self._rest(draft)
        if rest + held > limit:
            return None
        needed = len(taken)
        phase = _phase_of(taken)
        newest = min(self._newest.held(phase), limit - rest)
        if newest < self._newest.held(phase):
            newest = min(self._newest.held(phase), limit - self._least_rest(draft))
        if phase is Phase.WORDS:
            return Choice(tuple(taken), limit, needed, newest)
        if newest == self._newest.whole:
            held = newest
        goal = limit - (self._aim.reclaim if phase is Phase.RESULTS else self._aim.least)
        while following is not None and following.phase <= phase and self._rest(draft) + held > goal:
            if following.of_results:
                following.take(draft)
                taken.append(following)
            following = next(queue, None)
        if newest == self._newest.whole and not any(step.of_results for step in taken):
            return Choice(tuple(taken), limit, needed, newest)
        rest = self._rest(draft)
        goal = max(goal, min(limit - self._aim.least, rest + held))
        newest = max(held, min(newest, goal - rest))
        goal += int(NAMES_OF_ROOM * max(0, self._aim.reclaim - self._aim.least))
        goal = min(limit, max(goal, rest - draft.free_for_names + newest))
        return Choice(tuple(taken), goal, needed, newest, goal < limit)

    @property
    def _last_held(self) -> int:
        """What the newest results have in any case: where more could go than is in scope, their usual share."""
        return self._newest.floor if self._aim.scope.is_whole else self._newest.held(Phase.TURNS)

    def fewer(self, choice: Choice, limit: int) -> Choice:
        """The same without the last steps, where what is left costs less than it was thought to.

        Whether a step can be spared does not depend on how many are: so a larger limit never takes more of them. Where
        room is won below the limit, a little more of it does no harm.
        """
        for _ in range(0 if choice.reclaims else min(BACK, len(choice.taken))):
            taken = choice.taken[:-1]
            rest = self._least_rest(self.draft(taken, self._newest.whole))
            held = self._newest.held(choice.taken[-1].phase)
            if rest + held > limit:
                break
            choice = replace(choice, taken=taken, needed=len(taken), newest=held)
        return choice

    def draft(self, taken: Sequence[Step], newest: int) -> Draft:
        """The steps, taken, with so many tokens for the newest results."""
        draft = Draft(self._material)
        for step in taken:
            step.take(draft)
        self._newest.take(draft, newest)
        return draft

    def _rest(self, draft: Draft) -> int:
        """What all but the newest results cost."""
        return draft.total - self._newest.whole

    def _least_rest(self, draft: Draft) -> int:
        """The same, as it turns out when the draft is written; the newest results are whole in it."""
        return self._least(draft) + draft.free_for_names - self._newest.whole


def _phase_of(taken: Sequence[Step]) -> Phase:
    """How far steps have come."""
    return taken[-1].phase if taken else Phase.RESULTS
