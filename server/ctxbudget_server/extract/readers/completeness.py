"""Checks whether a document has its content, or is a template still to be filled in."""

from __future__ import annotations

import re

from ctxbudget_server.markdown.blocks import Unit
from ctxbudget_server.markdown.document import Document

_WAITING = (
    r"tbd|tba|tbc|todo|to[- ]do|fixme|placeholder|coming soon|lorem ipsum|work in progress|wip|pending|forthcoming"
    r"|\?\?\?|…|\.\.\."
    r"|(?:still |yet )?to be (?:completed|determined|decided|written|filled(?: in)?|added|done|defined|documented"
    r"|confirmed"
    r"|announced|provided|updated|investigated)"
    r"|not (?:yet )?(?:written|completed|started|available|documented|filled(?: in)?)"
    r"|(?:fill|write|complete) (?:this|me|here|in)(?: in)?"
)
_WILL_BE = (
    r"will (?:be|go|appear|follow)(?: (?:added|filled(?: in)?|written|completed|documented|provided|populated|updated"
    r"|inserted"
    r"|described|listed|included))?(?: (?:here|later|soon|below|after|once|when|during|upon)\b| as\b|$|\W*$)"
)
_PLACEHOLDER = re.compile(
    rf"^[\W_]*(?:{_WAITING})(?:[\W_]*$|\b[^.!?]{{0,80}}[\W_]*$)"
    rf"|^[\W_]*[^.!?\n]{{0,80}}\b{_WILL_BE}[^.!?]{{0,60}}[\W_]*$"
    r"|^[\W_]*(?:add|insert|describe|list|summari[sz]e|enter|document|put)\b[^.!?]{0,60}\bhere\b[\W_]*$",
    re.I,
)
_BRACKETED = re.compile(
    r"^\W*(?:\[(?!\d+\]|\^)[^\[\]]{3,160}\]|<[a-z][^<>/]{3,80}>|\{\{[^{}]{2,80}\}\}|\{[a-z][\w ]{2,60}\})\W*$", re.I
)
_BRACKET_WORDS = re.compile(
    r"\[\s*(?:to be|tbd|tba|todo|placeholder|insert|fill|pending|describe|add|your|enter|list of|summary of"
    r"|write)\b[^\[\]]{0,160}\]"
    rf"|\[[^\[\]]{{0,100}}\b{_WILL_BE}[^\[\]]{{0,60}}\]",
    re.I,
)
_FORMAT = re.compile(r"[\[<{(]{1,2}\s*(?:Y{2,4}|M{1,3}|D{1,2}|H{1,2}|S{1,3}|N{1,4}|[-_/:.,T ])+\s*[\]>})]{1,2}")
"""A date, time or number in a description of a format, such as {YYYYMMDD}, which nobody has to fill in."""
_SUMMARY = re.compile(r"\b(?:summary|overview|abstract|tl;?dr)\b", re.I)
_ADVICE = re.compile(r"\b(?:recommend\w*|required fixes|next steps)\b", re.I)
_COMMENT = re.compile(
    r"\b(?:TODO|TBD|fill (?:this )?in|to be (?:filled|completed|written)|will be (?:added|filled))\b", re.I
)
_LOOKED_AT = 400
"""Maximum characters of a unit that are examined for placeholders."""
_LITTLE = 12
"""In a document with fewer words than this, one placeholder makes it a template."""
_SHARE = 3
"""A document is a template if one in this many of its sections says nothing yet."""


def completeness(document: Document) -> tuple[bool, list[str]]:
    """Whether the document is complete, and warnings about what is not.

    A template is a document in which a third of the sections, and more than one, are still to be written, or both its
    summary and its recommendations, or which says next to nothing else. One section or figure still to be determined
    leaves a document complete, with a warning.
    """
    if not document.text.strip():
        return False, ["the content is empty"]
    if not document.units and not document.structure.header:
        return False, ["the document has headings but nothing under them"] if document.sections else []
    waiting = [u for u in document.units if u.kind != "code" and is_placeholder(u)]
    comments = _comments(document)
    found = len(waiting) + comments
    if not found:
        return True, []
    empty, told = _sections(document, waiting)
    words = sum(len(u.plain.split()) for u in document.units if u.kind not in ("code", "field") and u not in waiting)
    body = sum(u.kind != "field" for u in waiting) + comments
    template = (words < _LITTLE and body > 0) or (len(empty) > 1 and len(empty) * _SHARE >= len(empty) + len(told))
    unsaid = [document.titles[i] for i in empty]
    template = template or (any(map(_SUMMARY.search, unsaid)) and any(map(_ADVICE.search, unsaid)))
    if template or (len(waiting) > 1 and len(waiting) * _SHARE >= len(document.units)):
        return False, [f"the document is a template to be filled in: {found} placeholder{'s' * (found > 1)}"]
    return True, [f"{found} placeholder{'s remain' if found > 1 else ' remains'}"]


def is_placeholder(unit: Unit) -> bool:
    """Whether a unit is a placeholder for text still to be written; an open task is not."""
    if unit.done is not None:
        return len(unit.text) <= _LOOKED_AT and bool(_BRACKET_WORDS.search(unit.text))
    return unit.kind != "row" and waits(unit.text)


def waits(text: str) -> bool:
    """Whether an entry only says that something is still to be written."""
    text = text.strip()
    if not text or len(text) > _LOOKED_AT:
        return False
    if "YY" in text or "MM" in text or "NN" in text:
        text = _FORMAT.sub("x", text)
    bracketed = _BRACKETED.match(text) and len(text.split()) > 1
    return bool(bracketed or _PLACEHOLDER.match(text) or _BRACKET_WORDS.search(text))


def _sections(document: Document, waiting: list[Unit]) -> tuple[set[int], set[int]]:
    """(sections with placeholders only, sections with content), by index; mere facts count as neither."""
    held = {id(u) for u in waiting}
    empty = {u.section for u in waiting if u.section >= 0}
    told = {
        u.section for u in document.units if id(u) not in held and u.kind not in ("field",) and u.text.strip(" -*_`")
    }
    return empty - told, told


def _comments(document: Document) -> int:
    """The comments that ask to fill something in."""
    lines = document.structure.lines
    return sum(bool(_COMMENT.search(" ".join(lines[a:b])[:2_000])) for a, b in document.structure.comments)
