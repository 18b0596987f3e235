"""Reduces artifacts to metadata: deterministic, offline, and nothing in it that the source does not say.

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .extractor import extract
    from .focus import relevance, search
    from .kinds import KINDS
    from .lines import line_range
    from .model import (
        DebugFields,
        Extraction,
        ImplementationFields,
        OutlineEntry,
        PlanFields,
        PlanPhase,
        SearchHit,
        Section,
        TestFields,
    )
    from .names import distinct_names, rank_names
    from .sections import find_section, outline

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
    "line_range",
    "outline",
    "rank_names",
    "relevance",
    "search",
]

_HOMES = {
    "KINDS": "kinds",
    "distinct_names": "names",
    "extract": "extractor",
    "find_section": "sections",
    "line_range": "lines",
    "outline": "sections",
    "rank_names": "names",
    "relevance": "focus",
    "search": "focus",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOMES.get(name, 'model')}", __name__), name)
    globals()[name] = value
    return value
