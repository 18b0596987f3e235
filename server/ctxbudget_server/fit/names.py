"""Which names of what went are kept: those that later work is likely to use, and that stand nowhere else any more."""

from __future__ import annotations

import re

from ctxbudget_server.fit.draft import Draft
from ctxbudget_server.fit.model import Message

_WORD = re.compile(r"\w+")


class NameOrder:
    """The names of what a draft removes, the most useful first; `bare` is the draft written out without any."""

    def __init__(self, draft: Draft, bare: list[Message]) -> None:
        self._draft = draft
        self._ranked = _ranked(draft, bare)
        self._order = sorted((-worth, name) for name, (worth, _) in self._ranked.items())

    def within(self, room: int) -> dict[int, list[str]]:
        """As many as `room` tokens hold, roughly, by the message where their replacement begins."""
        taken = [name for _, name in self._order[: room // 2]]
        count = self._draft.material.tools.count
        free = room
        chosen: list[str] = []
        for start in range(0, len(taken), 200):
            block = taken[start : start + 200]
            cost = count(" ".join(block))
            if cost > free:
                chosen += block[: max(0, int(len(block) * free / cost) - 4)]
                break
            chosen += block
            free -= cost
        found: dict[int, list[str]] = {}
        for name in chosen:
            found.setdefault(self._ranked[name][1], []).append(name)
        return found


def _ranked(draft: Draft, bare: list[Message]) -> dict[str, tuple[float, int]]:
    """Worth and place of each name."""
    material = draft.material
    talk = draft.talk
    kept = {id(message) for message in bare}
    present: set[str] = set()
    reduced = {key.message for key in draft.reduced if not draft.is_gone(key.message)}
    owners = [(index, range(index, index + 1)) for index in sorted(reduced)]
    owners += [(gap[0].start, range(gap[0].start, gap[-1].end)) for gap in draft.gaps()]
    spoken: dict[str, int] = {}
    for index, message in enumerate(talk.messages):
        names = material.names(index)
        if id(message) in kept:
            present.update(names)
        if talk.roles[index] == "assistant":
            for name in names:
                spoken[name] = spoken.get(name, 0) + 1
    focus = {word.lower() for word in _WORD.findall(talk.options.focus or "") if len(word) > 2}
    ranked: dict[str, tuple[float, int]] = {}
    last = len(talk.messages)
    for owner, indexes in owners:
        for index in indexes:
            recency = 0.5 + 0.5 * index / last
            for rank, name in enumerate(material.names(index)):
                if name in present:
                    continue
                worth = recency / (rank + 12)
                if name in spoken:
                    worth *= 4
                if focus and focus & {word.lower() for word in _WORD.findall(name)}:
                    worth *= 8
                if name not in ranked or worth > ranked[name][0]:
                    ranked[name] = (worth, owner)
    return ranked
