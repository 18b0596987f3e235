"""Finds the names in a text to which later work refers (identifiers, paths, figures), and which of them matter most."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar

from ctxbudget_server.extract.search.names import (
    MAX_KNOWN_NAMES,
    MAX_NAME,
    Occurrence,
    as_entry,
    is_acronym,
    is_alternative,
    is_figure,
    spans_of,
    tokens_of,
)
from ctxbudget_server.markdown.lines import strip_ansi
from ctxbudget_server.markdown.model import Check, no_check

_Each = TypeVar("_Each")

_LINE_NUMBER = re.compile(r"^ *\d+(?:→|\t)", re.M)
_DEFINITION = re.compile(
    r"\b(?:func(?: \([^()\n]{0,60}\))?|def|class|type|struct|interface|enum|fn|trait|impl|const|var|let"
    r"|function|module)"
    r" +([^\W\d]\w*)"
)
_DEFINING = (
    *("func ", "def ", "class ", "type ", "struct ", "interface ", "enum ", "fn ", "trait ", "impl ", "const ", "var "),
    *("let ", "function ", "module "),
)
"""What the above begins with."""
_FILE = re.compile(
    r"[\w@.+*-]*\.(?:md|py|js|jsx|ts|tsx|go|rs|rb|sh|bash|lua|java|kt|c|h|cc|cpp|hpp|cs|php|swift|sql|toml|yaml|yml|json"
    r"|jsonl|lock|html|css|txt|cfg|ini|proto|tf|lean|nix|vim|xml|csv|log|mod|ipynb|zig|ex|exs)"
)
_LOCATION = re.compile(r"(?::\d[\d:,-]*|#L?\d[\dL-]*)$")
_EXTENSION = re.compile(r"\.\w{1,8}$")
_IN_FOLDER = re.compile(r"/.*\.\w+$")

_WITHOUT_BREAKS = str.maketrans("", "", "._/:-")

_QUOTES = ('"', "'")
_DEFINED, _FIGURE, _ACRONYM = 1.3, 0.25, 0.7
_LATE = 0.4
"""The share of its worth that a name loses at the end of a text."""
MAX_PATHS = 50
"""Maximum number of paths of a text."""
NAMES_BETWEEN_CHECKS = 1_000
"""How many names are looked at between two looks at whether the work is still wanted."""
MAX_INPUT = 500_000
"""Maximum characters of a text searched for names."""


class Weights(NamedTuple):
    """What makes a name useful, for whom."""

    times: float
    """The power of how often it occurs."""
    cost: float
    """The power of what it costs."""
    span: float
    """What back-ticks are worth: the author calls the name code."""
    path: float
    stressed: float
    """What a word in capitals is worth that also occurs in lower case: HEAD, JSON, or BEFORE."""


_OF_REPORTS = Weights(times=0.6, cost=0.7, span=1.6, path=1.5, stressed=0.0)
_OF_RESULTS = Weights(times=0.5, cost=1.0, span=1.0, path=1.0, stressed=0.2)
"""By what the same agent used later of the results of its tools: all kinds of names alike, so the cheapest first."""


def without_line_numbers(text: str) -> str:
    """A file listing without the line numbers that tools put before each line."""
    return _LINE_NUMBER.sub("", text)


class NamedText:
    """A text with the tokens in it that look like names."""

    def __init__(self, text: str, check: Check = no_check) -> None:
        self.text = without_line_numbers(_beginning(text))
        self.tokens = list(_checked(tokens_of(self.text), check))

    @property
    def density(self) -> float:
        """Share of the characters in names that are not mere figures."""
        letters = sum(len(name) for name, _ in self.tokens if not name[0].isdigit())
        return letters / max(1, len(self.text))


def distinct_names(text: str) -> frozenset[str]:
    """The names of a text."""
    return frozenset(name for name, _ in tokens_of(text))


def estimated_cost(name: str) -> float:
    """Approximate tokens of a name in an index."""
    breaks = len(name) - len(name.translate(_WITHOUT_BREAKS))
    return 0.6 + len(name) / 5.0 + breaks * 0.5


def names_of(text: str) -> tuple[str, ...]:
    """Everything that an extract of a text may name: its names, the most useful first, and its paths."""
    named = NamedText(strip_ansi(text))
    return tuple(dict.fromkeys([*ranked_names(named), *paths_of(named)]))


def index_entries(text: str) -> list[str]:
    """The names of a tool's result as entries of an index, those most useful to the agent that asked for it first."""
    return [as_entry(name) for name in ranked_names(NamedText(text), weights=_OF_RESULTS)]


def ranked_names(named: NamedText, check: Check = no_check, weights: Weights = _OF_REPORTS) -> list[str]:
    """The names of a text, most useful first: marked as code, paths, frequent, defined here, early, and cheap."""
    source = named.text
    counts, first = _counted(_checked(named.tokens, check))
    spans, first_spans = _counted(_checked(spans_of(source), check))
    first = first_spans | first
    counts |= {name: max(times, counts.get(name, 0)) for name, times in spans.items()}
    paths = [name for name in counts if "/" in name]
    folders = {name.split("/", 1)[0] for name in paths if name.count("/") > 1 or _IN_FOLDER.search(name)}
    quoted: set[str] | None = None
    defined = _defined_in(source)
    length = max(1, len(source))
    ranked: list[tuple[float, int, int, str]] = []
    for number, (name, times) in enumerate(_checked(counts.items(), check)):
        cost, figure, acronym, alternative, path = _traits_of(name)
        value = (1.0 if times == 1 else times**weights.times) / cost**weights.cost
        if name in spans:
            value *= weights.span
        elif alternative and name.split("/", 1)[0] not in folders:
            quoted = _quoted(named) if quoted is None else quoted
            if name not in quoted:
                continue
        if name in defined:
            value *= _DEFINED
        if figure:
            value *= _FIGURE
        elif acronym and name not in spans:
            value *= weights.stressed if _is_word_in(source, name.lower()) else _ACRONYM
        elif path:
            value *= weights.path
        value *= 1.0 - _LATE * first[name] / length
        if value > 0:
            ranked.append((-value, first[name], number, name))
    return [name for _, _, _, name in sorted(ranked)]


def _counted(found: Iterable[Occurrence]) -> tuple[dict[str, int], dict[str, int]]:
    """How often each name occurs, and where first."""
    counts: dict[str, int] = {}
    first: dict[str, int] = {}
    for name, start in found:
        if name in counts:
            counts[name] += 1
        else:
            counts[name], first[name] = 1, start
    return counts, first


def _quoted(named: NamedText) -> set[str]:
    """Names with a slash that stand in quotes."""
    source = named.text
    return {name for name, start in named.tokens if "/" in name and _is_quoted(source, start, start + len(name))}


def _is_quoted(source: str, start: int, end: int) -> bool:
    """Whether these characters stand in quotes."""
    quote = source[start - 1 : start]
    return quote in _QUOTES and source.startswith(quote, end)


def _is_word_in(source: str, word: str) -> bool:
    """Whether a text has a word that consists of lower-case letters, with neither a letter nor a digit beside it."""
    at = source.find(word) if word.isalpha() else -1
    while at >= 0:
        end = at + len(word)
        if not (source[at - 1 : at].isalnum() or source[end : end + 1].isalnum()):
            return True
        at = source.find(word, end)
    return False


def _defined_in(source: str) -> set[str]:
    """The names that a text defines. Most texts have no word that would say so."""
    return set(_DEFINITION.findall(source)) if any(word in source for word in _DEFINING) else set()


class _Traits(NamedTuple):
    """What can be told of a name alone."""

    cost: float
    is_figure: bool
    is_acronym: bool
    is_alternative: bool
    is_path: bool


@lru_cache(maxsize=MAX_KNOWN_NAMES)
def _traits_of(name: str) -> _Traits:
    return _Traits(estimated_cost(name), is_figure(name), is_acronym(name), is_alternative(name), is_path(name))


def is_path(name: str) -> bool:
    """Whether a name looks like a path, or like the name of a file of a common kind."""
    return "://" not in name and ("/" in name or bool(_FILE.fullmatch(_LOCATION.sub("", name))))


def find_paths(text: str, limit: int = MAX_PATHS) -> tuple[str, ...]:
    """The distinct file paths of a text in order of appearance."""
    return paths_of(NamedText(text), limit)


def paths_of(named: NamedText, limit: int | None = MAX_PATHS) -> tuple[str, ...]:
    """The distinct file paths of a text in order of appearance; no URLs, no fractions like and/or."""
    seen: dict[str, None] = {}
    for name, _ in named.tokens:
        path = _LOCATION.sub("", name)
        if path in seen or not is_path(path) or not any(map(str.isalpha, path)):
            continue
        absolute = path.startswith(("/", "./", "../", "~"))
        if _EXTENSION.search(path) or (absolute and path.count("/") > 1) or path.count("/") > 2:
            seen[path] = None
            if len(seen) == limit:
                break
    return tuple(seen)


def _checked(each: Iterable[_Each], check: Check) -> Iterable[_Each]:
    """The same, where `check` may raise now and then to cancel."""
    return each if check is no_check else _checked_in_turn(each, check)


def _checked_in_turn(each: Iterable[_Each], check: Check) -> Iterator[_Each]:
    for number, one in enumerate(each):
        if number % NAMES_BETWEEN_CHECKS == 0:
            check()
        yield one


def _beginning(text: str) -> str:
    """The part of a text that is searched for names: whole, or up to a space or line end."""
    if len(text) <= MAX_INPUT:
        return text
    end = max(text.rfind(" ", MAX_INPUT - MAX_NAME, MAX_INPUT), text.rfind("\n", MAX_INPUT - MAX_NAME, MAX_INPUT))
    return text[: end if end >= 0 else MAX_INPUT]
