"""Which names of what went are kept: those that later work is likely to use, and that stand nowhere else any more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ctxbudget_server.fit.draft import Draft
from ctxbudget_server.fit.model import Edit

SHARE = 0.8
"""Of the tokens that a replacement wins: what its names may take."""

BLOCK = 16
"""Names that are counted at once."""

_WORD = re.compile(r"\w+")


class NameOrder:
    """The names of what a draft removes, the most useful first; `edits` are those of the draft without any."""

    def __init__(self, draft: Draft, edits: Sequence[Edit]) -> None:
        self._draft = draft
        self._ranked, self._most = _ranked(draft, edits)
        self._order = sorted((-worth, name) for name, (worth, _) in self._ranked.items())

    def within(self, room: int) -> dict[int, list[str]]:
        """As many as `room` tokens hold, roughly, by the message where their replacement begins."""
        found: dict[int, list[str]] = {}
        left = dict(self._most)
        free = room
        count = self._draft.material.tools.count
        for start in range(0, len(self._order), BLOCK):
            block = [name for _, name in self._order[start : start + BLOCK]]
            cost = count(" ".join(["", *block]))
            if cost > free:
                block = list(self._first(block, free))
            for name in block:
                owner = self._ranked[name][1]
                left[owner] -= 1 + len(name) // 3
                if left[owner] >= 0:
                    found.setdefault(owner, []).append(name)
            free -= cost
            if free <= 0:
                break
        return found

    def _first(self, names: list[str], room: int) -> Iterator[str]:
        """Those that have room, the most useful first."""
        for name in names:
            room -= self._draft.material.tools.count(" " + name)
            if room < 0:
                return
            yield name


class _Owner:
    """What was removed from a place, and what is there now without an index of names."""

    def __init__(self, draft: Draft, edit: Edit) -> None:
        material = draft.material
        self.indexes = range(edit.start, edit.end)
        parts = [part for message in edit.messages for part in material.talk.shape.parts(0, message)]
        self.text = "\n".join(part.said for part in parts)
        keys = [key for key in material.keys_of(edit.start) if key in draft.reduced]
        if keys and not draft.is_gone(edit.start):
            named = max(keys, key=material.result_tokens)
            stand_in = draft.reduced[named]
            now = material.stand_in_tokens(named, stand_in.reason) + stand_in.lead
            self.room = int(SHARE * (material.result_tokens(named) - now))
        else:
            before = sum(material.sizes[edit.start : edit.end])
            self.room = int(SHARE * (before - sum(map(material.scale.of_message, edit.messages))))


def _ranked(draft: Draft, edits: Sequence[Edit]) -> tuple[dict[str, tuple[float, int]], dict[int, int]]:
    """Worth and place of each name, and how many tokens of names each place may have."""
    material = draft.material
    talk = draft.talk
    owners = {edit.start: _Owner(draft, edit) for edit in edits if edit.messages}
    edited = {index for edit in edits for index in range(edit.start, edit.end)}
    present: set[str] = set()
    for owner in owners.values():
        present.update(material.tools.names(owner.text))
    spoken: dict[str, int] = {}
    for index in range(len(talk.messages)):
        names = material.names(index)
        if index not in edited:
            present.update(names)
        if talk.roles[index] == "assistant":
            for name in names:
                spoken[name] = spoken.get(name, 0) + 1
    focus = {word.lower() for word in _WORD.findall(talk.options.focus or "") if len(word) > 2}
    ranked: dict[str, tuple[float, int]] = {}
    last = len(talk.messages)
    for start, owner in owners.items():
        for index in owner.indexes:
            recency = 0.5 + 0.5 * index / last
            for rank, name in enumerate(material.names(index)):
                if name in present or _stands_in(name, owner.text):
                    continue
                worth = recency / (rank + 12)
                if name in spoken:
                    worth *= 4
                if focus and focus & {word.lower() for word in _WORD.findall(name)}:
                    worth *= 8
                if name not in ranked or worth > ranked[name][0]:
                    ranked[name] = (worth, start)
    return ranked, {start: owner.room for start, owner in owners.items()}


def _stands_in(name: str, text: str) -> bool:
    """Whether a text contains a name, and not only as a part of a longer word."""
    if name not in text:
        return False
    before, after = (r"(?<!\w)" if name[0].isalnum() else ""), (r"(?!\w)" if name[-1].isalnum() else "")
    return bool(re.search(before + re.escape(name) + after, text))
