"""Whether a document says what it promises, or is a template still to be filled."""

from __future__ import annotations

import re

from .document import Document

_PLACEHOLDER = re.compile(
    r"\[(?:to be|tbd|todo|placeholder|insert|fill|pending|describe|add)\b[^\]]*\]"
    r"|^\W*(?:tbd|todo|to be (?:completed|determined|written|filled|added|done)|placeholder|coming soon|lorem ipsum"
    r"|fill (?:this )?in|work in progress|wip|not yet (?:written|completed))\b[^.]{0,80}\W*$",
    re.I,
)
_LOOKED_AT = 2_000
"""Characters of a unit that may say that it is a placeholder."""


def completeness(document: Document) -> tuple[bool, list[str]]:
    """Whether the document is complete, and warnings about what is not."""
    if not document.text.strip():
        return False, ["the content is empty"]
    body = [u for u in document.units if u.kind != "field" and u.text.strip(" -*_`")]
    empty = [u for u in document.units if _PLACEHOLDER.search(u.text[:_LOOKED_AT])]
    comments = sum(
        bool(re.search(r"\b(?:TODO|TBD|fill in)\b", document.structure.lines[start][:_LOOKED_AT]))
        for start, _ in document.structure.comments
    )
    if not document.units and not document.structure.header:
        return False, ["the document has headings but nothing under them"] if document.sections else []
    waiting = len(empty) + comments
    if waiting and (len(empty) * 3 >= len(body) or len(body) - len(empty) < 3):
        return False, [f"the document is a template to be filled: {waiting} placeholders"]
    if waiting:
        return True, [f"{waiting} placeholders remain"]
    return True, []
