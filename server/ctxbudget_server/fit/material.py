"""What all drafts of one fit share: the conversation, its figures, and texts that take long to make."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.measuring import Sizes
from ctxbudget_server.fit.model import Key, Part, Tools
from ctxbudget_server.fit.shapes import to_json

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
    _results: dict[Key, int] = field(default_factory=dict)

    @classmethod
    def of(cls, talk: Conversation, tools: Tools, scale: Sizes) -> Material:
        """Count all messages."""
        return cls(talk, tools, scale, scale.each(talk.messages))

    @cached_property
    def open_results(self) -> dict[Key, Part]:
        """The results that may be reduced, by their place."""
        return {part.key: part for part in self.talk.results if self.talk.is_open(part)}

    def result_tokens(self, key: Key) -> int:
        """Tokens of an open result, as its message's JSON holds it."""
        if key not in self._results:
            index, slot = key
            if len([part for part in self.talk.parts[index] if part.kind == "result"]) == 1:
                rest = self.talk.shape.replace(self.talk.messages[index], {slot: ""})
                self._results[key] = max(0, self.sizes[index] - self.scale.each([rest])[0])
            else:
                self._results[key] = self.scale.of_result(self.open_results[key])
        return self._results[key]

    def results_over(self, least: int) -> list[Key]:
        """Open results of more than so many tokens. Where a whole message has no more, none is looked at."""
        return [key for key in self.open_results if self.sizes[key.message] > least and self.result_tokens(key) > least]

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
        return self.open_results[key]

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
