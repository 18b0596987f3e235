"""Finds the names in a text to which later work refers (identifiers, paths, figures), and which of them matter most."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A name as written in code, paths and figures: the longest run of words joined by . / : -
_NAME = re.compile(r"[^\W\d]\w*(?:[./:\-]\w+)*|\d[\d.,:]*\d|\d{2,}")
_MARKED = re.compile(r"[_/\d]|[a-z][A-Z]|\w\.\w")
_LINE_NUMBER = re.compile(r"^ *\d+(?:→|\t)", re.M)
_DEFINITION = re.compile(
    r"\b(?:func(?: \([^()\n]{0,60}\))?|def|class|type|struct|interface|enum|fn|trait|impl|const|var|let"
    r"|function|module)"
    r" +([^\W\d]\w*)"
)
_FIGURE = re.compile(r"\d{2,6}|T?\d[\d.,:-]*[.,:-][\d.,:-]*Z?|T\d\d:\d\d\S*")  # counts, dates, times: not ids
_PATH = re.compile(
    r"(?<![\w/.~@+-])(?:[a-zA-Z]:)?(?:~|\.{1,2})?/?(?:[\w@.+-]+/)+[\w@.+-]*[\w@+-]"
    r"|(?<![\w/.@-])[\w-][\w.-]*\.(?:md|py|js|jsx|ts|tsx|go|rs|rb|sh|bash|lua|java|kt|c|h|cc|cpp|hpp|cs"
    r"|php|swift|sql|toml"
    r"|yaml|yml|json|jsonl|lock|html|css|txt|cfg|ini|proto|tf|lean|nix|vim|xml|csv|log|mod|ipynb|zig|ex|exs)(?!\w)"
)
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s)>\]]+")
_EXTENSION = re.compile(r"\.\w{1,8}$")

_WITHOUT_BREAKS = str.maketrans("", "", "._/:-")
_WORD = re.compile(r"(?<![^\W_])[a-z]{4,}(?![^\W_])")
_STRESSED = 0.2
"""Share of its score that a word in capitals keeps if it is a state, or also occurs in lower case."""
_STATES = {"BLOCKED", "COMPLETE", "COMPLETED", "DONE", "PARTIAL", "PENDING", "PLANNED", "PROGRESS", "STARTED", "TODO"}
MAX_NAME = 120
"""A longer name is not worth indexing, in characters."""
_PIECE = 100_000
MAX_INPUT = 500_000
"""Maximum characters of a text searched for names."""


def without_line_numbers(text: str) -> str:
    """A file listing without the line numbers that tools put before each line."""
    return _LINE_NUMBER.sub("", text)


def names_in(text: str) -> Iterator[re.Match[str]]:
    """Every occurrence of a name, in order."""
    for match in _NAME.finditer(text):
        name = match[0]
        if 4 <= len(name) <= MAX_NAME and (_MARKED.search(name) or (name.isupper() and name.isalpha())):
            yield match


def distinct_names(text: str) -> frozenset[str]:
    """The names of a text."""
    return frozenset(match[0] for match in names_in(text))


def estimated_cost(name: str) -> float:
    """Approximate tokens of a name in an index."""
    breaks = len(name) - len(name.translate(_WITHOUT_BREAKS))
    return 0.6 + len(name) / 5.0 + breaks * 0.5


def rank_names(text: str) -> list[str]:
    """The names of a text, most useful first: frequent, defined here, early, and cheap."""
    source = without_line_numbers(text[:MAX_INPUT])
    counts: dict[str, int] = {}
    first: dict[str, int] = {}
    for match in names_in(source):
        name = match[0]
        counts[name] = counts.get(name, 0) + 1
        if name not in first:
            first[name] = match.start()
    defined = set(_DEFINITION.findall(source))
    words = set(_WORD.findall(source))
    length = max(1, len(source))

    def worth(name: str) -> float:
        value = counts[name] ** 0.5 / estimated_cost(name) ** 0.9
        if name in defined:
            value *= 1.3
        if _FIGURE.fullmatch(name):
            value *= 0.25
        elif name.isupper() and name.isalpha():
            value *= 0.7 if name.lower() not in words and name not in _STATES else _STRESSED
        return float(value * (1.0 - 0.4 * first[name] / length))

    return sorted(counts, key=lambda name: (-worth(name), first[name]))


def name_density(text: str) -> float:
    """Share of a text's characters in names that are not mere figures."""
    sample = without_line_numbers(text[:200_000])
    letters = sum(len(m[0]) for m in names_in(sample) if not m[0][0].isdigit())
    return letters / max(1, len(sample))


def find_paths(text: str, limit: int = 50) -> tuple[str, ...]:
    """The distinct file paths of a text in order of appearance; no URLs, no fractions like and/or."""
    seen: dict[str, None] = {}
    for piece in _pieces(text[:MAX_INPUT]):
        for match in _PATH.finditer(_URL.sub(" ", piece)):
            path = match[0].rstrip(".")
            if not 3 <= len(path) <= MAX_NAME or not re.search(r"[^\W\d]", path):
                continue
            absolute = path.startswith(("/", "./", "../", "~"))
            if _EXTENSION.search(path) or (absolute and path.count("/") > 1) or path.count("/") > 2:
                seen.setdefault(path)
                if len(seen) >= limit:
                    return tuple(seen)
    return tuple(seen)


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces, split at spaces if it has any, because a search without a hit holds the interpreter lock."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        space = max(text.rfind(" ", start, end), text.rfind("\n", start, end)) if end < len(text) else -1
        end = space + 1 if space > start else end
        yield text[start:end]
        start = end
