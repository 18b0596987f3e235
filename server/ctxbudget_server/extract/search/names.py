"""Finds the names in a text to which later work refers: whole tokens and whole back-ticked spans, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

MAX_NAME = 120
"""A longer name is not worth indexing, in characters."""
MAX_KNOWN_NAMES = 10_000
"""Names of which it is remembered what they are: the texts of a session have most of them in common."""
_MIN_NAME = 4
"""Characters of the shortest name outside back-ticks."""

_SIGN = r"[\w.~@/*+:#$%-]"
# What stands between the signs of a name: 40,000; foo\_bar; and for a part of a path src/{a,b}/x, app/[id]/page.tsx.
_BETWEEN = (
    r"(?:(?<=\d),(?=\d)|\\[_*#]|(?<=[/._$-])\{[\w,.*-]{1,60}\}|\{[\w,.*-]{1,60}\}(?=/)"
    r"|(?<=/)\[[\w.-]{1,60}\]|(?<=/)<[\w-]{1,60}>|<[\w-]{1,60}>(?=/))"
)
_RUN = re.compile(
    r"[\s;()\"'`|!?=&^>\]}]+"  # what begins neither, passed over together
    # Plain words, passed over together. Not possessive: that loses the next letter before Python 3.11.5.
    r"|(?:[A-Za-z][a-z]*[.:]?[\s,;()\"'`|!?]+){1,100}"
    r"|((?<!\w)\*{0,2}[A-Za-z]\w{1,14}://[^\s<>\"'`”’»)\]}|]+"  # a URL
    r"|(?<!\w)\*{0,2}[A-Za-z]:\\{1,2}(?:[\w.@$-]{1,60}\\{1,2}){0,20}[\w.@$*-]+"  # a path of Windows
    rf"|(?:{_SIGN}+|{_BETWEEN}{_SIGN}*)(?:{_BETWEEN}{_SIGN}*)*)"
    r"|\\{1,8}(?:u[0-9a-fA-F]{4}|.)"  # an escaped line end belongs to no name
)
_SPAN = re.compile(r"(?<!`)`([^`\n]{1,120})`(?!`)")
_MAYBE = re.compile(r"[_/\d$@]|[a-z][A-Z]|\w[.:]\w|--|::|(?<!\w)\.[A-Za-z]|\*[.ako]")
_MARKED = re.compile(
    r"[_/\d]|[a-z][A-Z]|\w\.\w|\w::\w|^(?:\.|--|@|\$)[A-Za-z]{2}|\*\.\w|^\*{1,2}(?:args|kwargs|options|kw)$"
)
_FIGURE = re.compile(
    r"[#~$+-]?v?\d[\d.,:/x%+-]*(?:st|nd|rd|th|ms|px|am|pm|[kKMG]i?[bB]|[smhdwxkKMGBT]|[a-z]*-[a-zA-Z-]+)?%?"
)
_TIME = re.compile(
    r"~?\d{4}[-/.]\d\d?(?:[-/.]\d\d?)?(?:T\S*)?|\d\d?[/.]\d\d?[/.]\d{2,4}|T?\d{1,2}:\d\d(?::\d\d)?\S{0,6}"
    r"|(?:19|20)\d\d(?:\d{4}(?:T?\d{4,6}Z?)?)?"
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*(?:/[^\W\d_]+(?:-[^\W\d_]+)*)+")
_STRESSED = re.compile(r"(\*+)(.+)\1")
_EMPHASIS = re.compile(r"_[^\W\d_]+_|_Requirements|[\d.]+_")
"""A word that underscores stress, or an end of what they stress: `_Requirements: 1.1, 2.3_` in task lists."""
_CAPITALS = re.compile(r"[A-Z]{4,}(?:-[A-Z]+)*")
_FLAG = re.compile(r"--?[A-Za-z]")
_PREFIXED = re.compile(r"#[\d/]|#[0-9A-Fa-f]{6}$|\$[\w{]|~/")
_VARIABLE = re.compile(r"%\w+%?/")
_STARRED = re.compile(r"\*[./_]|\*\*/|\*{1,2}(?:args|kwargs|options|kw)$")
# fmt: off
_NOT_NAMES = frozenset({
    "AND/OR", "MUST", "SHALL", "SHOULD", "WILL", "REQUIRED", "RECOMMENDED", "OPTIONAL", "ALWAYS", "NEVER", "NONE",
    "NOTE", "WARNING", "IMPORTANT", "CRITICAL", "HIGH", "MEDIUM", "TRUE", "FALSE", "NULL", "ONLY", "BLOCKED",
    "COMPLETE", "COMPLETED", "DONE", "PARTIAL", "PENDING", "PLANNED", "PROGRESS", "STARTED", "TODO", "PASS", "PASSED",
    "FAIL", "FAILED", "SKIPPED",
})
# fmt: on
"""Words in capitals, however written, that name nothing: stress, requirement levels, states."""


Occurrence: TypeAlias = tuple[str, int]
"""A name, and where it stands."""


def tokens_of(text: str) -> Iterator[Occurrence]:
    """The tokens that look like names, in order: identifiers, paths, options, figures."""
    for match in _RUN.finditer(text):
        run = match[1]
        if run is None or not _MIN_NAME <= len(run) <= 2 * MAX_NAME:
            continue
        start = match.start()
        found = _name_in(run, start == 0 or text[start - 1] == "\n")
        if found is not None:
            yield found[0], start + found[1]


@lru_cache(maxsize=MAX_KNOWN_NAMES)
def _name_in(run: str, starts_line: bool) -> Occurrence | None:
    """The name that a run of a name's signs contains, and where in it: most runs come again and again."""
    if not (_MAYBE.search(run) or run.isupper()):
        return None
    name = _trimmed(run, starts_line=starts_line)
    return (name, run.find(name)) if _MIN_NAME <= len(name) <= MAX_NAME and is_name(name) else None


def spans_of(text: str) -> Iterator[Occurrence]:
    """The contents of back-ticks within a line, in order, except dates, times and stressed words."""
    for match in _SPAN.finditer(text):
        name = match[1].strip()
        if len(name) > 1 and any(map(str.isalnum, name)) and not (_TIME.fullmatch(name) or name.upper() in _NOT_NAMES):
            yield name, match.start() + 1


def _trimmed(run: str, *, starts_line: bool) -> str:
    """A run of a name's signs without the punctuation and emphasis around it."""
    if _in_word(run[0]) and _in_word(run[-1]):
        return run
    name, before = run, ""
    while name and name != before:
        before = name
        name = name.rstrip(".:;,!?+#~@$-").lstrip(":+")
        if name[:1] == "%" and not _VARIABLE.match(name):
            name = name.lstrip("%")
        if name[:1] == "*" and (inner := _STRESSED.fullmatch(name)):
            name = inner[2]
        if name[:3] == "***":  # bold, and then a pattern
            name = name[2:]
        if name[-1:] == "*" and name.rstrip("*")[-1:] not in ("/", ".", "_", "-"):
            name = name.rstrip("*")
        if name[:3] == "..." and name[3:4] != "/":
            name = name.lstrip(".")
        if name[:1] == "-" and (not _FLAG.match(name) or (starts_line and name[1:2] != "-")):
            name = name.lstrip("-")
        if name[:1] in ("#", "$", "~") and not _PREFIXED.match(name):
            name = name.lstrip("#$~")
        if name[:1] == "*" and not _STARRED.match(name):
            name = name.lstrip("*")
    return name


@lru_cache(maxsize=MAX_KNOWN_NAMES)
def is_name(token: str) -> bool:
    """Whether a token looks like a name outside back-ticks."""
    if is_acronym(token):
        return token not in _NOT_NAMES
    if not _MARKED.search(token) or not any(map(str.isalnum, token)):
        return False
    return not (
        _TIME.fullmatch(token)
        or _INITIALS.fullmatch(token)
        or _EMPHASIS.fullmatch(token)
        or token.upper() in _NOT_NAMES
    )


def is_acronym(name: str) -> bool:
    """Whether a name consists of capitals, as acronyms and stressed words do."""
    return bool(_CAPITALS.fullmatch(name))


def is_figure(name: str) -> bool:
    """Whether a name is a count, a version or the like, and not an id."""
    return bool(_FIGURE.fullmatch(name))


def is_alternative(name: str) -> bool:
    """Whether a name may be two words of prose, like read/write, and not a path."""
    return name.count("/") == 1 and bool(_WORDS.fullmatch(name))


def stands_in(name: str, text: str) -> bool:
    """Whether a text contains a name, and not only as a part of a longer word."""
    before, after = _in_word(name[0]), _in_word(name[-1])
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not (before and at and _in_word(text[at - 1])) and not (after and end < len(text) and _in_word(text[end])):
            return True
        at = text.find(name, at + 1)
    return False


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def as_entry(name: str) -> str:
    """A name as an entry of an index whose entries are separated by spaces."""
    if " " not in name and name.isprintable():  # nearly all, and known at once
        return name
    return name if len(name.split(None, 1)) == 1 and not name[-1].isspace() else f"`{name}`"
