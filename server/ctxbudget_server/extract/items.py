"""The entries of a section in any form: bullets, numbers, sub-headings, labelled lines, table rows, paragraphs."""

from __future__ import annotations

import re

from .document import MAX_ITEM_WORDS, Document, unit_text
from .sentences import plain, split_sentences, word_count
from .units import Unit, cells

_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*[.):]?|[a-zA-Z][.)])\s+")
_CATEGORY = re.compile(
    r"^(?:(?:short|medium|long|near|immediate|high|low|critical|priority|must|should|could|nice|quick"
    r"|future|optional|general"
    r"|technical|additional|other|next|p[0-4]|phase|tier)\b[\w\s/()-]{0,24})$",
    re.I,
)
_LEAD_IN = re.compile(r":\s*$")
LIMIT = 40


def shorten(text: str) -> str:
    """An entry whole, or its first sentence when it is long."""
    if word_count(text) <= MAX_ITEM_WORDS:
        return text
    sentences = split_sentences(text)
    return sentences[0] if sentences else text


def heading_text(heading: str) -> str:
    """A heading without its numbering."""
    return _NUMBERING.sub("", plain(heading))


def _top_items(units: list[Unit]) -> list[str]:
    """The outermost bullets and labelled lines of a run of units."""
    listed = [u for u in units if u.kind in ("item", "field")]
    if not listed:
        return []
    top = min(u.indent for u in listed)
    return [shorten(unit_text(u)) for u in listed if u.indent <= top + 1 and unit_text(u)]


def _rows(units: list[Unit]) -> list[str]:
    """The body rows of tables."""
    found: list[str] = []
    previous = -2
    for unit in units:
        if unit.kind == "row":
            if unit.start <= previous + 2 and any(cells(unit.text)):
                found.append(shorten(unit_text(unit)))
            previous = unit.start
    return found


def _paragraphs(units: list[Unit]) -> list[str]:
    return [shorten(u.plain) for u in units if u.kind in ("prose", "quote") and not _LEAD_IN.search(u.plain)]


def entries(document: Document, index: int) -> list[str]:
    """The entries of a section, at most `LIMIT`."""
    own = document.units_of(index)
    items = _top_items(own)
    children = document.children(index)
    rows = [] if items else _rows(own)
    if len(items) >= 2 or rows or (items and not children):
        return _distinct(items or rows)
    if children:
        specific = [i for i in children if not _CATEGORY.match(heading_text(document.sections[i].heading))]
        if len(specific) * 2 >= len(children):
            return _distinct([heading_text(document.sections[i].heading) for i in children])
        nested = [entry for i in children for entry in entries(document, i)]
        return _distinct(items + nested)
    return _distinct(_paragraphs(own) or [unit_text(u) for u in own if u.kind != "code"])


def _distinct(found: list[str]) -> list[str]:
    return list(dict.fromkeys(f for f in found if f.strip()))[:LIMIT]
