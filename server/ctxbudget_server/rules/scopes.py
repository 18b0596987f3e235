"""Which scope a workflow has, read from what a plan or a description says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ctxbudget_protocol.words import Scope

PHASE_NAMES: Mapping[int, str] = {
    0: "location detection",
    1: "research",
    2: "planning",
    3: "implementation",
    4: "testing",
    5: "debugging",
    6: "documentation",
}
"""The phases of the scopes' templates, as the original guide calls them."""

_NAMED: tuple[tuple[Scope, re.Pattern[str]], ...] = (
    ("research-and-plan", re.compile(r"\bresearch[\s-]*(?:and|&|\+)[\s-]*plan(?:ning)?\b", re.I)),
    ("research-only", re.compile(r"\bresearch[\s-]*only\b", re.I)),
    ("debug-only", re.compile(r"\bdebug(?:ging)?[\s-]*only\b", re.I)),
    ("full-implementation", re.compile(r"\bfull[\s-]*implementation\b", re.I)),
)
_MAKING = re.compile(
    r"\b(?:implement|build|creat|add|develop|refactor|migrat|integrat|introduc|replac|rewrit|extend|port|support|remov"
    r"|upgrad|writ)(?:e|es|ed|ing|s|ting|ion)?\b|\bcode\b",
    re.I,
)
_REPAIR = re.compile(
    r"\b(?:debug(?:ging)?|troubleshoot(?:ing)?|diagnos(?:e|ing)|bug|root cause|regression|crash(?:es)?)\b"
    r"|\b(?:fix(?:ing)?|investigate)\b.{0,60}\b(?:bugs?|issues?|errors?|failures?|failing|flak\w+|crash\w*|leaks?)\b",
    re.I,
)
_RESEARCH = re.compile(
    r"\b(?:research|investigat|explor|analy[sz]|survey|stud(?:y|i)|evaluat|compar|audit|discover|spike)\w*", re.I
)
_PLANNING = re.compile(r"\b(?:plan|design|specif|propos|roadmap|architect)\w*", re.I)
_PLACE = re.compile(r"\b(?:location|locat)\w*", re.I)
_TESTING = re.compile(r"\b(?:test|verif|validat|reproduc)\w*", re.I)


def scope_named(value: str) -> Scope | None:
    """The scope that a text calls by its name."""
    return next((scope for scope, pattern in _NAMED if pattern.search(value)), None)


def scope_of_phases(names: Sequence[str]) -> Scope:
    """The scope of a plan with such phases: full-implementation, unless they all are of a narrower one."""
    if names and all(_RESEARCH.search(name) or _PLACE.search(name) for name in names):
        return "research-only"
    if names and all(pattern(name) for name in names for pattern in (_is_thought,)):
        return "research-and-plan"
    if any(_REPAIR.search(name) for name in names) and all(_is_repair(name) for name in names):
        return "debug-only"
    return "full-implementation"


def _is_thought(name: str) -> bool:
    return bool(not _MAKING.search(name) and any(p.search(name) for p in (_RESEARCH, _PLACE, _PLANNING)))


def _is_repair(name: str) -> bool:
    return any(pattern.search(name) for pattern in (_REPAIR, _PLACE, _TESTING))


def scope_of_words(description: str) -> Scope | None:
    """The scope of a task in words; None if they do not say what is to be done."""
    named = scope_named(description)
    if named is not None:
        return named
    research, planning = _RESEARCH.search(description), _PLANNING.search(description)
    making, repair = _MAKING.search(description), _REPAIR.search(description)
    if repair and (making is None or repair.start() < making.start()):
        return "debug-only"
    if research and (making is None or research.start() < making.start()):
        thought = description[research.end() :]
        if planning and planning.start() > research.start():
            return "research-and-plan"
        return "full-implementation" if making and _then(thought) else "research-only"
    if making:
        return "full-implementation"
    return "research-and-plan" if planning else None


def _then(text: str) -> bool:
    """Whether something is to be made after the research: `research X, then implement it`."""
    return bool(re.search(rf"(?:\b(?:then|and|to)\b|[,;.])\s+(?:\w+\s+)?(?:{_MAKING.pattern})", text, re.I))
