"""The newest results: they stay while older ones can yield, and while they have their share of the limit."""

from __future__ import annotations

from dataclasses import dataclass

from ctxbudget_server.fit.draft import Draft, StandIn
from ctxbudget_server.fit.material import Material
from ctxbudget_server.fit.model import Key
from ctxbudget_server.fit.steps import Phase

SHARES = {Phase.TURNS: 0.75, Phase.LINES: 0.75, Phase.WORDS: 0.25}
"""Of the limit: what the newest results have before something else has to go for them, by what that is. Older results
go for them in any case. The last of all that yields is this share of theirs."""
NAMES_SHARE = 0.3
"""Of what replaces a newest result: what is held free for names that what is said of it does not have."""
MIN_GIVEN = 16
"""Tokens below which a lead says too little."""


@dataclass(frozen=True)
class Newest:
    """What the results of the latest turns take, and what they must have."""

    sizes: dict[Key, int]
    least: dict[Key, int]
    limit: int

    @classmethod
    def of(cls, material: Material, since: Key) -> Newest:
        """Look at the results that may yield, from this part on."""
        sizes, least = {}, {}
        for key in (key for key in material.newest_results if key >= since):
            size, stand_in = material.result_tokens(key), material.stand_in_tokens(key, "newestResult")
            if size > stand_in + MIN_GIVEN:
                sizes[key], least[key] = size, stand_in
        return cls(sizes, least, material.talk.options.max_tokens)

    def held(self, phase: Phase) -> int:
        """What they must have before a step of this phase, and may have at most after it."""
        share = SHARES.get(phase)
        return self.whole if share is None else min(self.whole, max(self.floor, int(share * self.limit)))

    @property
    def whole(self) -> int:
        """Tokens of these results."""
        return sum(self.sizes.values())

    @property
    def floor(self) -> int:
        """Tokens of what is left of them at least."""
        return sum(self.least.values())

    def take(self, draft: Draft, room: int) -> None:
        """Reduce the largest ones, until all of them have room."""
        if room >= self.whole or not self.sizes:
            return
        low, high = 0, max(self.sizes.values(), default=0)
        while low < high:
            middle = (low + high + 1) // 2
            if sum(self._at(key, middle) for key in self.sizes) <= room:
                low = middle
            else:
                high = middle - 1
        for key, size in self.sizes.items():
            if size > low:
                told = self._at(key, low) - self.least[key]
                names = int(told * NAMES_SHARE) if told >= MIN_GIVEN else 0
                draft.reduce(key, StandIn("newestResult", told - names if told >= MIN_GIVEN else 0, names))

    def give(self, draft: Draft, tokens: int) -> None:
        """Give the largest of those that were reduced more room."""
        reduced = {key: draft.reduced[key] for key in self.sizes if key in draft.reduced}
        if reduced:
            key = max(reduced, key=self.sizes.__getitem__)
            most = self.sizes[key] - self.least[key] - MIN_GIVEN
            draft.reduce(key, reduced[key]._replace(lead=max(0, min(most, reduced[key].lead + tokens))))

    def _at(self, key: Key, most: int) -> int:
        return min(self.sizes[key], max(self.least[key], most))
