"""Words for matching: folded, stemmed, without the most common English ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?|[぀-ヿ㐀-鿿豈-﫿]")
_CJK_RUN = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]+")
_VOWEL = re.compile(r"[aeiouy]")

_STOP_WORDS = """
a about above after again all also am an and any are as at be because been before being below between both but by can
could did do does doing down during each few for from further had has have having he her here hers him his how however
i if in into is it its itself just may me might more most must my no nor not now of off on once only or other our ours
out over own same shall she should so some such than that the their theirs them then there these they this those
through to too under until up upon us very was we were what when where which while who whom why will with within
without would yet you your yours
"""
STOP = frozenset(_STOP_WORDS.split())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A folded word without its inflection: plurals, -ed, -ing, -ly and the like. Good for matching only."""
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("'s"):
        word = word[:-2]
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("sses") or word.endswith(("shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ingly", "edly", "ing", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and _VOWEL.search(word[: -len(ending)]):
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    for ending, short in (("ization", "ize"), ("ation", "ate"), ("ment", ""), ("ness", ""), ("ion", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)] + short
            break
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


def terms(text: str) -> list[str]:
    """The stemmed meaningful words of a text, with repeats. CJK runs give pairs of characters."""
    found: list[str] = []
    for match in _WORD.finditer(text.lower()):
        word = match[0]
        if word in STOP:
            continue
        found.append(stem(word))
    for run in _CJK_RUN.finditer(text):
        found.extend(run[0][i : i + 2] for i in range(len(run[0]) - 1))
    return found


def places_of(term: str, lowered: str) -> Iterator[int]:
    """The positions of a term of `terms` in a lower-case text: as a word with this stem, or as a CJK pair."""
    # A word begins with its stem, except for a final `i` or `y` (queries, flies).
    seed = term[:-1] if len(term) > 1 and term[-1] in "iy" else term
    anywhere = len(term) == 2 and _CJK_RUN.fullmatch(term) is not None
    at = lowered.find(seed)
    while at >= 0:
        end = at + len(seed)
        if anywhere:
            yield at
        elif at == 0 or not lowered[at - 1].isalnum():
            word = _WORD.match(lowered, at)
            if word is not None:
                end = word.end()
                if stem(word[0]) == term:
                    yield at
        at = lowered.find(seed, end)
