"""Reduces artifacts to metadata: deterministically, offline, and adding nothing that the source does not say.

Names are loaded on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctxbudget_server.extract.extractor import extract
    from ctxbudget_server.extract.kinds import KINDS
    from ctxbudget_server.extract.model import (
        DebugFields,
        Extraction,
        ImplementationFields,
        PlanFields,
        PlanPhase,
        SearchHit,
        TestFields,
    )
    from ctxbudget_server.extract.search.identifiers import distinct_names, index_entries, names_of
    from ctxbudget_server.extract.search.names import stands_in
    from ctxbudget_server.extract.search.passages import relevance, search_text
    from ctxbudget_server.extract.verdict import verdict_of_tests
    from ctxbudget_server.markdown.lines import line_range
    from ctxbudget_server.markdown.model import OutlineEntry, Section
    from ctxbudget_server.markdown.sections import find_section, outline

__all__ = [
    "KINDS",
    "DebugFields",
    "Extraction",
    "ImplementationFields",
    "OutlineEntry",
    "PlanFields",
    "PlanPhase",
    "SearchHit",
    "Section",
    "TestFields",
    "distinct_names",
    "extract",
    "find_section",
    "index_entries",
    "line_range",
    "names_of",
    "outline",
    "relevance",
    "search_text",
    "stands_in",
    "verdict_of_tests",
]

_HOMES = {
    "KINDS": "extract.kinds",
    "OutlineEntry": "markdown.model",
    "Section": "markdown.model",
    "distinct_names": "extract.search.identifiers",
    "extract": "extract.extractor",
    "find_section": "markdown.sections",
    "index_entries": "extract.search.identifiers",
    "line_range": "markdown.lines",
    "names_of": "extract.search.identifiers",
    "outline": "markdown.sections",
    "relevance": "extract.search.passages",
    "search_text": "extract.search.passages",
    "stands_in": "extract.search.names",
    "verdict_of_tests": "extract.verdict",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"ctxbudget_server.{_HOMES.get(name, 'extract.model')}"), name)
    globals()[name] = value
    return value
