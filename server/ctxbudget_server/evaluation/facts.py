"""The facts of a report: its back-ticked spans and paths."""

from __future__ import annotations

import re

from ctxbudget_server.extract.search.identifiers import find_paths
from ctxbudget_server.markdown.scan import scan_whole

MIN_LENGTH, MAX_LENGTH = 3, 120
"""Characters of a fact: a shorter one occurs in any text by chance, a longer one is a quotation."""
MAX_FACTS = 2_000
"""Maximum number of spans, and of paths, taken from one report, from its beginning."""

_SPAN = re.compile(r"(?<!`)`([^`\n]{3,120})`(?!`)|(?<!`)``(?!`) ?([^\n]{3,120}?) ?``(?!`)")


def facts_of(text: str) -> tuple[str, ...]:
    """The distinct facts of a text in order of appearance, spans first; spans in code blocks are code, not facts."""
    found: dict[str, None] = {}
    for match in _SPAN.finditer(_without_code_blocks(text)):
        span = (match[1] or match[2]).strip()
        if len(span) >= MIN_LENGTH and any(map(str.isalnum, span)):
            found.setdefault(span)
        if len(found) == MAX_FACTS:
            break
    for path in find_paths(text, limit=MAX_FACTS):
        if MIN_LENGTH <= len(path) <= MAX_LENGTH:
            found.setdefault(path)
    return tuple(found)


def contains(text: str, fact: str) -> bool:
    """Whether a text contains a fact byte for byte, and not as part of a longer word."""
    at = text.find(fact)
    while at >= 0:
        end = at + len(fact)
        if not (_joined(text[at - 1 : at], fact[0]) or _joined(fact[-1], text[end : end + 1])):
            return True
        at = text.find(fact, at + 1)
    return False


def _joined(left: str, right: str) -> bool:
    """Whether two adjacent characters belong to one word."""
    return bool(left and right) and _in_word(left) and _in_word(right)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _without_code_blocks(text: str) -> str:
    lines = text.split("\n")
    for start, end in scan_whole(lines, 0).code:
        lines[start:end] = [""] * (end - start)
    return "\n".join(lines)
