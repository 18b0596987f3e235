"""Which names of what went are kept: those that later work is likely to use, and that stand nowhere else any more."""

from __future__ import annotations

import re

from .draft import Draft
from .model import Message

_WORD = re.compile(r"\w+")


def choose_names(draft: Draft, bare: list[Message], room: int) -> dict[int, list[str]]:
    """Names for each thing that stands for something, by the message where it begins, within `room` tokens."""
    material = draft.material
    talk = draft.talk
    kept = {id(message) for message in bare}
    present: set[str] = set()
    owners: list[tuple[int, range]] = [
        (index, range(index, index + 1)) for index in sorted({key.message for key in draft.reduced})
    ] + [(span.start, span) for span in map(draft.messages_of, draft.spans())]
    spoken: dict[str, int] = {}
    for index, message in enumerate(talk.messages):
        names = material.names(index)
        if id(message) in kept:
            present.update(names)
        if talk.shape.role(message) == "assistant":
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
    return _within(draft, ranked, room)


def _within(draft: Draft, ranked: dict[str, tuple[float, int]], room: int) -> dict[int, list[str]]:
    order = sorted(ranked, key=lambda name: (-ranked[name][0], name))
    count = draft.material.tools.count
    taken = order[: room // 2]
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
        found.setdefault(ranked[name][1], []).append(name)
    return found
