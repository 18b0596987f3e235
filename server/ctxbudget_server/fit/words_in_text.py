"""What people said in a conversation that is given as one text, of which less stands where there is less room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ctxbudget_server.fit.lines import beginning
from ctxbudget_server.fit.material import BRIEF_FRAME
from ctxbudget_server.fit.model import Tools
from ctxbudget_server.fit.saying_less import IDLE, Less, Said, saying_less
from ctxbudget_server.fit.statements import brief, replaced, sentences, stated, telling, without
from ctxbudget_server.fit.summary import Words, quoted

LAST_WORDS = (1 / 3, 60, 24, 10)
"""What is left of a person's last words where the room for words is not enough for them: a share of it, then tokens."""


class WordsInText:
    """What people said, of which less and less is told; the last words stay longest."""

    def __init__(self, said: Sequence[Words], tools: Tools, note_unkept: Callable[[Words], None]) -> None:
        self._said = said
        self._tools = tools
        self._note_unkept = note_unkept
        self._told: list[Words | None] = [*said]
        self._cost = [self._tokens(one) for one in said]
        gone = replaced([one.text for one in said], tools.check)
        last = {" ".join(one.text.split()): number for number, one in enumerate(said)}
        self._left_out = [
            frozenset(sentences(one.text)) if last[" ".join(one.text.split())] > number else gone[number]
            for number, one in enumerate(said)
        ]
        self._brief = [self._in_brief(number) for number in range(len(said))]
        order = [self._of(number) for number in range(len(said) - 1)]
        self._steps = saying_less(order)
        self._last = iter(LAST_WORDS if said else ())
        self._room = 0

    @property
    def told(self) -> tuple[Words, ...]:
        """What is told now."""
        return tuple(one for one in self._told if one is not None)

    def within(self, room: int) -> None:
        """Tell so much that it has so many tokens."""
        self._room = room
        taken: list[Less] = []
        while sum(self._cost) > room and (step := self._next()) is not None:
            taken.append(step)
        for step in reversed(taken):
            if step.whole is not None and self._told[step.number] is None and sum(self._cost) + step.whole <= room:
                self._set(step.number, self._brief[step.number])

    def say_less(self, tokens: int) -> bool:
        """Tell so many tokens less, or as much less as can be; False where that is nothing."""
        goal = sum(self._cost) - tokens
        before = self._told.copy()
        while sum(self._cost) > goal and self._next() is not None:
            pass
        return self._told != before

    def _next(self) -> Less | None:
        """One step, taken; None where there is none left."""
        step = next(self._steps, None)
        if step is None:
            share = next(self._last, None)
            if share is None:
                return None
            step = Less(len(self._said) - 1, int(share if share >= 1 else share * self._room))
            self._set(step.number, self._lead(step.number, step.left))
            return step
        told = self._told[step.number]
        if step.whole is None and told is not None and told.is_brief and step.left:
            return step
        brief = self._brief[step.number]
        if brief is not None and step.left and self._tokens(brief) <= step.left:
            self._set(step.number, brief)
        else:
            self._set(step.number, self._lead(step.number, step.left))
        return step

    def _set(self, number: int, told: Words | None) -> None:
        if told is None or told.is_short:
            self._note_unkept(self._said[number])
        self._told[number] = told
        self._cost[number] = 0 if told is None else self._tokens(told)

    def _lead(self, number: int, tokens: int) -> Words | None:
        """The sentences that state most, or else the first words, within so many tokens."""
        one, count = self._said[number], self._tools.count
        if tokens <= 0:
            return None
        if count(one.text) <= tokens or one.is_brief:
            return one
        left_out = self._left_out[number]
        text = without(one.text, left_out) if left_out else one.text
        if not text:
            return None
        lead = telling(text, tokens, count, left_out) or beginning(text, tokens, count)
        return one._replace(text=lead, is_short=True)

    def _in_brief(self, number: int) -> Words | None:
        one, left_out = self._said[number], self._left_out[number]
        if one.is_short or one.is_brief:
            return one if one.is_brief else None
        text = without(one.text, left_out) if left_out else one.text
        said = brief(text) if text else None
        return one._replace(text=said, is_brief=True) if said else None

    def _of(self, number: int) -> Said:
        one, in_brief = self._said[number], self._brief[number]
        weights = stated(one.text, self._left_out[number])
        return Said(
            tokens=self._tools.count(one.text),
            weights=weights if number else [*weights, IDLE],
            in_brief=None if in_brief is None else self._tokens(in_brief),
            place=number / len(self._said),
            is_replaced=bool(self._left_out[number]),
            has_lead=lambda tokens: bool(telling(one.text, tokens, self._tools.count, self._left_out[number])),
        )

    def _tokens(self, words: Words) -> int:
        if words.is_brief:
            return self._tools.count(words.text) + BRIEF_FRAME
        return self._tools.count(quoted(words)) + 2
