"""What words cost in Claude's vocabularies, which a count of o200k_base cannot tell.

A word is a run of ASCII letters. Its cost is the least number of pieces that spell it, with its marks: `<` begins a
word and `>` ends it, `^` says that its first letter is a capital, `*` that all are. The pieces were measured by the
authors of ctok; see `data/ORIGIN.md`. Only pieces of letters are kept: the rest of a text is left to weights of bytes.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

from ctxbudget_server.tokens.cuts import next_cut, no_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctxbudget_server.tokens.encodings import WordSource

MAX_WORD_LETTERS: Final = 48
"""Letters of a word that are looked up together; a longer run is several words, so that its cost is linear."""
_WORD: Final = re.compile(rf"[A-Za-z]{{1,{MAX_WORD_LETTERS}}}")
_PART: Final = 1 << 15
"""Characters whose words are found at a time, about 2 ms, since finding holds the GIL."""
_REMEMBERED: Final = 1 << 16
"""Words whose cost is remembered, at most; some 6 MB."""


class WordCounter:
    """Costs of words in one vocabulary. Thread-safe."""

    __slots__ = ("_costs", "_longest", "_marked_capitals", "_pieces")

    def __init__(self, source: WordSource) -> None:
        from ctxbudget_server.tokens.vocabulary import read_blob

        self._pieces = frozenset(read_blob(source.blob, source.sha256).decode().split("\n"))
        self._longest = max(map(len, self._pieces))
        self._marked_capitals = source.marked_capitals
        self._costs: dict[str, int] = {}

    def count(self, text: str, check: Callable[[], None] = no_check) -> tuple[int, int]:
        """The words of `text`, and the pieces that they cost; additive over parts if no word is cut."""
        words = pieces = start = 0
        while start < len(text):
            check()
            end = next_cut(text, start + _PART, check)
            for word, times in Counter(_WORD.findall(text, start, end)).items():
                words += times
                pieces += times * (self._costs.get(word) or self._cost(word))
            start = end
        return words, pieces

    def _cost(self, word: str) -> int:
        cost = self._fewest(self._marked(word))
        if len(self._costs) >= _REMEMBERED:
            self._costs = {}
        self._costs[word] = cost
        return cost

    def _marked(self, word: str) -> str:
        rest = word[1:]
        if word[0].isupper() and (not rest or rest.islower()):
            return f"^<{word.lower()}>"
        if self._marked_capitals and len(word) >= self._marked_capitals and word.isupper():
            return f"*<{word.lower()}>"
        return f"<{word}>"

    def _fewest(self, marked: str) -> int:
        pieces, longest = self._pieces, self._longest
        if marked in pieces:
            return 1
        fewest = [0]
        for end in range(1, len(marked) + 1):
            least = fewest[end - 1]
            for start in range(max(0, end - longest), end - 1):
                if fewest[start] < least and marked[start:end] in pieces:
                    least = fewest[start]
            fewest.append(least + 1)
        return fewest[-1]


_loaded: Final[dict[WordSource, WordCounter]] = {}
_loading: Final = threading.Lock()


def load_words(source: WordSource) -> WordCounter:
    """The words of a vocabulary, read on first use, in some 15 ms; later calls get the same."""
    counter = _loaded.get(source)
    if counter is None:
        with _loading:
            counter = _loaded.get(source) or WordCounter(source)
            _loaded[source] = counter
    return counter
