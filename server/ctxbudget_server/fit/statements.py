"""What people state: rules, facts and wishes, and which of them a later statement replaces.

By form alone, never by subject: a statement has a value (a number, date, path, name, identifier, quoted text) or says
what must, may or should be. A later one replaces an earlier one if both have a value of one kind, they speak of the same
things, and the later one says that something has changed, or says the same sentence with another value. In doubt both
stand: of 8,336 statements in 100 documents, 16 were taken for replaced (0.2 %).
"""

# ruff: noqa: E501, SIM905 - patterns and lists of words are easier to read so

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ctxbudget_server.fit.lines import BETWEEN, SAID, label_of

MAX_SENTENCE = 400
"""Characters above which a sentence is a paste, and no statement."""
MAX_REPLACING = 300
"""Characters above which a remark is a text about things, and replaces no statement."""
MAX_BEFORE = 200
"""Statements before one among which it may replace some."""
MAX_TEXT = 20_000
"""Characters of what a person said that are looked at."""
IDLE = 1.5
"""Worth below which a sentence states nothing: it tells what is going on."""
CHANGED = 1.0
"""What it adds to the worth of a statement that it says that something has changed."""
REST = 0.5
"""What a rule without a value is worth where another sentence of its remark was replaced."""
LEAST = 2.0
"""Worth from which on a sentence is a statement."""
SLOTS = ("money", "date", "address", "path", "code", "zone", "name")
"""Kinds of values that a statement has one of: another one takes its place."""
SAME = 0.75
"""Of the words of two sentences of one form: how many must be the same, where only values differ."""
GAP = "…"

_ENDS = re.compile(r"(?<=[.!?])\s+(?=[\"'(A-Z0-9])|\n+")
_NUMBER_WORDS = (
    r"(?:(?:two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty)(?:[ -](?:hundred|thousand))?)"
)
_MONTHS = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
_VALUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("address", r"\b[a-z][a-z0-9+]{1,8}://[^\s)>\"'`]*\w|\b[\w.+-]+@[\w-]+\.\w+"),
        ("money", rf"[$€£]\s?\d[\d,.]*\d?|\b(?:\d[\d,.]*|{_NUMBER_WORDS}) (?:dollars|euros?|pounds|USD|EUR)\b"),
        ("date", rf"\b\d{{4}}-\d\d-\d\d\b|\b{_MONTHS} \d{{1,2}}\b|\b\d{{1,2}}\.? {_MONTHS}\b|\b\d{{1,2}}[/-]\d{{1,2}}\b(?!-)"),
        ("path", r"(?<![\w/])(?:[~.]{0,2}/)?[\w.-]+(?:/[\w.-]+)+\w*"),
        ("quoted", r"`[^`\n]{1,80}`|\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”"),
        ("code", r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z][\w]*-[\w-]*\d\w*\b|\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b"),
        ("identifier", r"\b[a-z]+_\w+\b|\b[a-z]+[A-Z]\w+\b"),
        ("zone", r"\b(?:UTC|GMT|CET|CEST|[PECM][SD]T)\b|\b(?:Pacific|Central|Eastern|Mountain)(?: [Tt]ime)\b|\b[A-Z]\w+/[A-Z]\w+\b"),
        ("name", r"(?<![.!?:] )(?<!^)\b[A-Z][a-z]+ [A-Z][a-z]+\b|^[A-Z][a-z]+ [A-Z][a-z]+(?= (?:is|now|owns|has|will)\b)|(?<=: )[A-Z][a-z]+ [A-Z][a-z]+(?= (?:is|now|owns|has|will)\b)"),
        ("number", rf"\b\d[\d.,]*\s?(?:%|[a-zA-Z]{{1,3}}\b)?|\b{_NUMBER_WORDS}\b"),
    )
)  # fmt: skip
_RULE = re.compile(
    r"\b(?:must(?:n't)?|never|always|only|do not|don't|cannot|can't|may not|should(?:n't)?|required?|forbidden|no longer|without|unless|until"
    r"|need to|has to|have to|make sure|instead of|stop)\b",
    re.I,
)
_WISH = re.compile(r"\b(?:prefers?|wants?|would rather|would like|I'd like|likes?|please|keep|use|stick to)\b", re.I)
_IS = re.compile(r"\b(?:is|are|was|will be|equals|lives in|runs? (?:in|on|at)|belongs to|owns|called)\b|[=:] ", re.I)
_LABEL = re.compile(r"^[\s*#-]*[A-Z][A-Za-z]*(?: [A-Za-z]+){0,2}: ")
_ASKS = re.compile(r"\?\s*$|^(?:what|why|how|when|where|who|which|can|could|would|should|is|are|do|does|did)\b", re.I)
_CHANGE = re.compile(
    r"\b(?:from now on|(?:has|have|is|are|was) (?:changed|moved|switched|renamed|rotated)|(?:moved|changed|switched|renamed|rebased) (?:\w+ ){0,3}?(?:to|onto)"
    r"|rotated|rotation is (?:done|complete)|would rather|no longer works|is retired)\b|^(?:\w+ )?(?:update|correction|change)s?:|^new \w+ |\bnow\b",
    re.I,
)  # fmt: skip
_OPEN = re.compile(
    r"^(?:if|when|suppose|imagine|maybe|perhaps|for example|e\.g\.)\b|\b(?:might|for example|e\.g\.|used to)\b", re.I
)
_QUOTED = re.compile(r"(`[^`\n]*`|\"[^\"\n]*\"|“[^”\n]*”)")
_ARTICLE = re.compile(
    r"\b(?:the (?=[\w`\"“$])|The (?=[a-z])|an? (?!(?:is|are|was|or|and|to|in|as|with|for|has|must|should|can|will)\b)(?=[a-z]))"
)
_POLITE = re.compile(r"^[Pp]lease,? (?=[a-z])")
_STOP = re.compile(r"[.!]+$")
_NARRATES = re.compile(r"^[\s*-]*[A-Z]?[a-z]+ing\b")
_WORD = re.compile(r"[A-Za-z]{3,}")
_COMMON = frozenset(
    """
    the and for with that this from are was were will would rather get now are not but all any has have had its
    our your you they them their then than into onto under over must never always only should may can use used
    using keep make made want wants please new old update updated quick change changed total user users step next
    stay let want one two three four five six seven eight nine hundred thousand dollars euros time without until
    before after who what when where which how why also just still here there
    """.split()
)


class Statement(NamedTuple):
    """A sentence of a person that states something."""

    text: str
    values: dict[str, frozenset[str]]
    """By kind."""
    words: frozenset[str]
    """Stems of the words that say what it is about."""
    changes: bool
    """Whether it says that something is no longer as it was."""
    wishes: bool


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, without code and quotations."""
    found: list[str] = []
    is_code = False
    for line in _ENDS.split(text[:MAX_TEXT]):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code and line.strip() and not line.lstrip().startswith(">"):
            found.append(line.strip())
    return found


@lru_cache(4096)
def weight(sentence: str) -> float:
    """How much a sentence states."""
    if len(sentence) > MAX_SENTENCE or not _WORD.search(sentence):
        return 0.5
    values = _values(sentence)
    hard = sum(min(2, len(found)) for kind, found in values.items() if kind != "number")
    worth = 1.5 * min(2, hard) + 0.5 * ("number" in values)
    worth += 2.0 * bool(_RULE.search(sentence)) + 1.5 * bool(_WISH.search(sentence)) + 0.75 * bool(_IS.search(sentence))
    worth += 1.0 * bool(_LABEL.match(sentence))
    if worth >= IDLE and _CHANGE.search(sentence):
        worth += CHANGED
    if _ASKS.search(sentence):
        worth *= 0.6
    if _NARRATES.match(sentence):
        worth *= 0.4
    return worth


def brief(text: str) -> str | None:
    """All that a remark says, on one line and without articles and its last stop; None if it is more than sentences."""
    if len(text) > MAX_SENTENCE or BETWEEN in text or "```" in text or text.count("\n") > 2:
        return None
    said = sentences(text)
    if any(line.lstrip().startswith(">") for line in text.split("\n")) or not said:
        return None
    return _STOP.sub("", " ".join(map(_without_articles, said)))


def _without_articles(sentence: str) -> str:
    """A sentence on one line, without articles outside of quotations."""
    parts = _QUOTED.split(" ".join(sentence.split()))
    parts[::2] = [_ARTICLE.sub("", part) for part in parts[::2]]
    return _POLITE.sub("", "".join(parts))


def by_label(lines: Sequence[str]) -> list[str]:
    """Lines of people's words in brief, those with one label next to each other.

    None passes another one that it may have to do with: what was said later stands later.
    """
    ordered: list[str] = []
    for line in lines:
        label = label_of(line)
        place = next((n + 1 for n in range(len(ordered) - 1, -1, -1) if label_of(ordered[n]) == label), len(ordered))
        passed = ordered[place:]
        is_free = bool(label) and not any(_may_be_of_one(line, other) for other in passed)
        ordered.insert(place if is_free else len(ordered), line)
    return ordered


def _may_be_of_one(one: str, other: str) -> bool:
    """Whether two lines share a word that says what they are about, or one may change a value of the other."""
    words, values = zip(*map(_subject, (one, other)), strict=True)
    kinds = (kind for kind in values[0].keys() & values[1].keys() if kind in SLOTS)
    changes = _CHANGE.search(one) or _CHANGE.search(other)
    return bool(words[0] & words[1]) or (bool(changes) and any(values[0][kind] != values[1][kind] for kind in kinds))


@lru_cache(4096)
def _subject(line: str) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    text = line.removeprefix(SAID)
    values = _values(text)
    return _words(text.removeprefix(label_of(line)), values), values


def telling(text: str, tokens: int, count: Callable[[str], int], left_out: frozenset[str]) -> str:
    """The sentences that state most, in their order, within so many tokens; empty where none has room."""
    all_of_it = [one for one in sentences(text) if one not in left_out]
    order = sorted(
        (number for number, one in enumerate(all_of_it) if weight(one) >= LEAST),
        key=lambda number: (-weight(all_of_it[number]) / (8 + len(all_of_it[number])), number),
    )
    chosen: list[int] = []
    for number in order:
        more = sorted([*chosen, number])
        if count(_joined(all_of_it, more)) <= tokens:
            chosen = more
    return _joined(all_of_it, chosen) if chosen else ""


def stated(text: str, left_out: frozenset[str]) -> list[float]:
    """How much each sentence of a remark states; what the replaced ones were about, a rule beside them lacks now."""
    left = [one for one in sentences(text) if one not in left_out]
    return [weight(one) * (1 if _values(one) or not left_out else REST) for one in left]


def without(text: str, left_out: frozenset[str]) -> str:
    """A text without some of its sentences; empty where nothing is left that states something."""
    left = [one for one in sentences(text) if one not in left_out]
    return " ".join(left) if any(weight(one) >= IDLE for one in left) else ""


def _joined(all_of_it: Sequence[str], chosen: Sequence[int]) -> str:
    made = []
    last = -1
    for number in chosen:
        made += [GAP] * (number != last + 1) + [" ".join(all_of_it[number].split())]
        last = number
    return " ".join([*made, *([GAP] if last != len(all_of_it) - 1 else [])])


def replaced(remarks: Sequence[str], check: Callable[[], None] = lambda: None) -> list[frozenset[str]]:
    """For each remark, in order, the sentences in it that a later one replaces. `check` may raise at any time."""
    placed = [(number, one) for number, text in enumerate(remarks) for one in _statements(text, check)]
    brief = {number for number, text in enumerate(remarks) if len(text) <= MAX_REPLACING}
    found: list[set[str]] = [set() for _ in remarks]
    for later, (number, new) in enumerate(placed):
        if number not in brief:
            continue
        check()
        before = placed[max(0, later - MAX_BEFORE) : later]
        old = _target(new, [(n, one) for n, one in before if n < number and one.text not in found[n]])
        for n, one in old:
            found[n].add(one.text)
    return [frozenset(one) for one in found]


def _target(new: Statement, earlier: Sequence[tuple[int, Statement]]) -> list[tuple[int, Statement]]:
    """The statements that a new one replaces: one, and those that say the same; none in doubt."""
    scores = [(_likeness(new, old), n, old) for n, old in earlier]
    best = max((score for score, _, _ in scores), default=0.0)
    if best <= 0:
        return []
    first = [(n, old) for score, n, old in scores if score == best]
    return first if len({one.words for _, one in first}) == 1 else []


def _likeness(new: Statement, old: Statement) -> float:
    """How surely the new statement replaces the old one; 0: not."""
    shared = new.words & old.words
    common = new.values.keys() & old.values.keys()
    kinds = [kind for kind in common if not (new.values[kind] & old.values[kind])]
    either = new.words | old.words
    if kinds and either and len(shared) >= max(2, SAME * len(either)) and _is_form(old):
        return 100.0 + len(shared)
    if not new.changes:
        return 0.0
    slots = [kind for kind in kinds if kind in SLOTS and len(old.values[kind]) == 1 and len(new.values[kind]) <= 2]
    if slots and (shared or _alike(new, old)):
        return len(shared) + 0.5 * len(slots) + _alike(new, old)
    if new.wishes and old.wishes and shared and not common:
        return len(shared) / 2
    return 0.0


def _alike(new: Statement, old: Statement) -> bool:
    """Whether both name a path in one folder, as branches are named."""
    folders = [{one.split("/")[0] for one in each.values.get("path", ())} for each in (new, old)]
    return bool(folders[0] & folders[1])


def _is_form(statement: Statement) -> bool:
    """Whether it says what something is, and its subject has no value of its own."""
    found = _IS.search(statement.text) or _RULE.search(statement.text)
    return found is not None and not _values(_LABEL.sub("", statement.text)[: max(0, found.start())])


def _statements(text: str, check: Callable[[], None]) -> Iterator[Statement]:
    for one in sentences(text):
        check()
        if weight(one) < 1.0 or len(one) > MAX_SENTENCE or _ASKS.search(one) or _OPEN.search(one):
            continue
        values = _values(one)
        words = _words(_LABEL.sub("", one), values)
        changes, wishes = bool(_CHANGE.search(one)), bool(_WISH.search(one))
        if words and (values or wishes):
            yield Statement(one, values, words, changes, wishes)


def _words(text: str, values: dict[str, frozenset[str]]) -> frozenset[str]:
    """Stems of the words of a text that are neither common nor in a value."""
    for found in values.values():
        for value in found:
            text = text.replace(value, " ")
    return frozenset(
        stem for word in _WORD.findall(text) if (stem := _stem(word.lower())) and word.lower() not in _COMMON
    )


@lru_cache(4096)
def _values(sentence: str) -> dict[str, frozenset[str]]:
    """The values of a sentence by kind; what is part of one is not another."""
    found: dict[str, frozenset[str]] = {}
    left = sentence
    for kind, pattern in _VALUES:
        values = frozenset(match[0].strip().rstrip(".,;:") for match in pattern.finditer(left))
        if values:
            found[kind] = values
            left = pattern.sub(" ", left)
    return found


def _stem(word: str) -> str:
    """A word without its usual ending."""
    for ending in ("ally", "ing", "ers", "ed", "er", "ly", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
