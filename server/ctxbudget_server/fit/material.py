"""What all drafts of one fit share: the conversation, its figures, and texts that take long to make."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from .conversation import Conversation
from .measuring import Sizes
from .model import Key, Part, Tools
from .shapes import to_json

LEAD_TOKENS = 60
"""Of what a reduced result says beside its names."""


@dataclass
class Material:
    """What all drafts of one fit share: the conversation, its figures, and texts that take long to make."""

    talk: Conversation
    tools: Tools
    scale: Sizes
    sizes: list[int]
    _leads: dict[Key, str] = field(default_factory=dict)
    _names: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, talk: Conversation, tools: Tools, scale: Sizes) -> Material:
        """Count all messages."""
        return cls(talk, tools, scale, scale.each(talk.messages))

    @cached_property
    def result_tokens(self) -> dict[Key, int]:
        """Tokens of each open result, as its message's JSON holds it."""
        found = {}
        for part in self.talk.results:
            index, slot = part.key
            if not self.talk.is_open(part):
                continue
            if len([p for p in self.talk.parts[index] if p.kind == "result"]) == 1:
                rest = self.talk.shape.replace(self.talk.messages[index], {slot: ""})
                found[part.key] = max(0, self.sizes[index] - self.scale.each([rest])[0])
            else:
                found[part.key] = self.scale.of_result(part)
        return found

    @cached_property
    def open_results(self) -> dict[int, list[Key]]:
        """Open results by message."""
        found: dict[int, list[Key]] = {}
        for key in self.result_tokens:
            found.setdefault(key.message, []).append(key)
        return found

    @cached_property
    def person_tokens(self) -> dict[int, int]:
        """Tokens of what people said, by message."""
        return {
            i: sum(self.tools.count(to_json(self.talk.parts[i][slot].text)) + 8 for slot in slots)
            for i in range(len(self.talk.messages))
            if (slots := self.talk.words(i))
        }

    def part(self, key: Key) -> Part:
        """A part by its place."""
        return next(part for part in self.talk.parts[key.message] if part.key == key)

    def lead(self, part: Part) -> str:
        """What a reduced result says beside its names."""
        if part.key not in self._leads:
            self.tools.check()
            self._leads[part.key] = self.tools.lead(part.text, LEAD_TOKENS) if part.text.strip() else ""
        return self._leads[part.key]

    def names(self, index: int) -> list[str]:
        """The names in a message, the most useful first."""
        if index not in self._names:
            self.tools.check()
            texts = [part.said for part in self.talk.parts[index]]
            self._names[index] = self.tools.names("\n".join(texts))
        return self._names[index]
