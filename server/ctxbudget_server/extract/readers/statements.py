"""Says what a section says: its first sentence, which gives sense to its heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxbudget_server.extract.readers.completeness import waits
from ctxbudget_server.extract.readers.fields import ABOUT_DOCUMENT, normal_key
from ctxbudget_server.extract.readers.list_entries import entry_heading, joined, shorten, with_list
from ctxbudget_server.extract.readers.report import is_metadata, is_talk
from ctxbudget_server.markdown.blocks import Unit
from ctxbudget_server.markdown.document import Document, unit_text
from ctxbudget_server.markdown.sentences import split_sentences, word_count

FINDING_HEADING = re.compile(r"^(?:finding|issue|observation|insight)\s*#?\d+\b[:.\s-]*", re.I)

_LOOKED_AT = 12
"""Number of units under a heading that are searched for its first sentence."""
_TELLING = re.compile(
    r"(?:the )?(?:issue|problem|description|details?|finding|observation|summary|what|cause|root cause|evidence|impact"
    r"|current (?:state|behaviou?r)|symptoms?|result|analysis|why|risk|effect|conclusion)s?"
)
"""Labels whose values say what a section is about."""
_NAMED_BY_HEADING = re.compile(
    r"(?:the )?(?:issue|problem|description|details?|finding|observation|summary|what|(?:root )?cause)s?"
)
"""Those of them that add nothing to the heading."""
_ASIDE = re.compile(
    r"(?:location|lines?|files?(?: \w+)?|path|severity|priority|risk level|likelihood|category|component|source|ticket"
    r"(?: reference)?|references?|confidence|affected \w+|cwe|cvss|commit|created|time|date)"
)
"""Labels of facts about a finding, such as its place."""
_MIN_WORDS = 3


def statement(document: Document, index: int) -> str:
    """What a section says: its heading with its first sentence, or one of them if the other adds nothing."""
    whole = entry_heading(document, index)
    heading = FINDING_HEADING.sub("", whole) or whole
    told = first_statement(document, index)
    if not told or told.casefold().startswith(heading.casefold()):
        return told or heading
    return f"{heading} {told}" if heading[-1:] in ".!?" else f"{heading}{'.' if ': ' in heading else ':'} {told}"


def first_statement(document: Document, index: int, *, beside: re.Pattern[str] | None = None) -> str:
    """The first sentence of a section, or what its first list entry or subsection says; '' if there is only code.

    Values whose label matches `beside` do not count.
    """
    units = document.units_of(index)[:_LOOKED_AT]
    if beside is not None:
        units = [u for u in units if not beside.fullmatch(normal_key(u.key))]
    found = next(_sentences(units), "") or next(_entries(units), "")
    if found:
        return found
    return next((told for i in document.children(index) if (told := statement(document, i))), "")


def _sentences(units: list[Unit]) -> Iterator[str]:
    """The sentences of paragraphs and telling labels; one that announces a list comes with the list."""
    for n, unit in enumerate(units):
        telling = unit.kind == "field" and unit.text.strip() and _TELLING.fullmatch(normal_key(unit.key))
        if (unit.kind not in ("prose", "quote") and not telling) or is_metadata(unit):
            continue
        key = "" if _NAMED_BY_HEADING.fullmatch(normal_key(unit.key)) else unit.key
        for sentence in split_sentences(unit.plain):
            if word_count(sentence) < _MIN_WORDS or is_talk(sentence) or waits(sentence):
                continue
            told = joined(sentence, _list_after(units, n)) if sentence.endswith(":") else sentence
            if not told.endswith(":"):
                yield f"{key}: {told}" if key else told


def _list_after(units: list[Unit], n: int) -> list[Unit]:
    """The bullets directly after a unit."""
    end = next((i for i in range(n + 1, len(units)) if not units[i].bullet), len(units))
    return units[n + 1 : end]


def _entries(units: list[Unit]) -> Iterator[str]:
    """The list entries and labelled values, without those that are asides."""
    for n, unit in enumerate(units):
        if unit.kind not in ("item", "field") or _is_aside(unit):
            continue
        text = with_list(shorten(unit_text(unit)), units[n + 1 :], unit.indent)
        if word_count(text) >= _MIN_WORDS and not waits(text):
            yield text


def _is_aside(unit: Unit) -> bool:
    """Whether a labelled value is about the finding, such as its place or its severity."""
    if unit.kind == "field" and not unit.text.strip():
        return True
    key = unit.key or unit.text.partition(":")[0]
    return bool(_ASIDE.fullmatch(normal_key(key)) or ABOUT_DOCUMENT.fullmatch(key.strip(" *_`")))
