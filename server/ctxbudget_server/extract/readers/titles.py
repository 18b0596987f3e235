"""Reads what a document is called."""

from __future__ import annotations

import re

from ctxbudget_server.extract.readers.fields import Field, first_value
from ctxbudget_server.markdown.document import Document

_TITLE = re.compile("title|name|topic")
_CONTENTS = re.compile(r"\W*(?:table of )?contents\W*|\W*toc\W*", re.I)
"""A heading that names a list of the sections, which no document is called."""


def document_title(document: Document, fields: list[Field]) -> str:
    """The first heading of the highest level that names the document, or the front matter's title; '' without any."""
    named = [i for i, title in enumerate(document.titles) if not _CONTENTS.fullmatch(title)]
    top = min((document.sections[i].level for i in named), default=0)
    if top == 1 or not document.structure.header:
        first = next((i for i in named if document.sections[i].level == top), None)
        if first is not None and (top == 1 or first == named[0]):
            return document.titles[first]
    return first_value([f for f in fields if f.section < 0], _TITLE) or ""
