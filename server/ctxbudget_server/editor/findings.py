"""Diagnostics: documents that cost more than their layer allows, and the cost itself for clients without hints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from ctxbudget_server.editor.imports import Import
from ctxbudget_server.editor.lines import bare
from ctxbudget_server.editor.view import DOMINANT_SHARE, View
from ctxbudget_server.editor.words import plural

Code = Literal["layerCeiling", "documentBudget", "importCycle", "importDepth"]
MAX_RELATED = 5


class Place(NamedTuple):
    """A range within one line, with a text about it."""

    line: int
    start: int
    end: int
    text: str


class DocumentFinding(NamedTuple):
    """One diagnostic. `severity` as in LSP: 1 error, 2 warning, 3 information, 4 hint."""

    code: Code
    severity: int
    place: Place
    related: Sequence[Place] = ()


def findings(view: View, *, summary: bool) -> Iterator[DocumentFinding]:
    """Everything that is wrong with the document; with `summary` also its cost."""
    if summary:
        yield DocumentFinding("documentBudget", 3, _whole_line(view, 0, view.summary()))
    if view.exceeded:
        yield _exceeded(view)
    for found in view.imports:
        if found.status == "cycle":
            yield DocumentFinding(
                "importCycle", 3, _at(found, f"{found.path} imports this file in turn: not loaded again")
            )
        elif found.status == "tooDeep":
            yield DocumentFinding("importDepth", 3, _at(found, f"{found.path} is too many imports away: not loaded"))


def _exceeded(view: View) -> DocumentFinding:
    ceiling = view.ceiling or 0
    total = view.tokens(view.loads) + (f" with {plural(view.imported, 'import')}" if view.imported else "")
    of_window = view.of_window(ceiling)
    share = f" ({of_window})" if of_window else ""
    text = f"{view.name} has {total}, over the ceiling of layer {view.layer}: {plural(ceiling, 'token')}{share}."
    costs = sorted(_costs(view), key=lambda cost: -cost[0])
    if not costs:
        return DocumentFinding("layerCeiling", 2, _whole_line(view, 0, text))
    place = costs[0][1]
    related = [other for _, other in costs[1 : 1 + MAX_RELATED]]
    return DocumentFinding("layerCeiling", 2, place._replace(text=f"{text} {place.text} costs most."), related)


def _costs(view: View) -> Iterator[tuple[int, Place]]:
    """What the document's cost consists of: sections, the text before the first of them if it is much, and imports."""
    parent = view.divided()
    before = view.undivided()
    if before > (1 - DOMINANT_SHARE) * view.outline.tokens:
        line = 0 if parent is None else view.outline.sections[parent].line
        yield before, _whole_line(view, line, f"{_text_before(view, parent)}: {view.with_share(before)}")
    for section in map(view.outline.sections.__getitem__, view.children(parent)):
        cost = f"“{section.title}”: {view.with_share(section.tokens)}"
        yield section.tokens, _whole_line(view, section.line, cost)
    for found in view.imports:
        if found.status == "loaded":
            yield found.total, _at(found, f"Import {found.mention.path}: {view.tokens(found.total)}")


def _text_before(view: View, parent: int | None) -> str:
    """The name of the text before the first subsection of a section, or of the document."""
    if parent is not None:
        return f"Text directly under “{view.outline.sections[parent].title}”"
    return "Text before the first heading" if view.outline.sections else "The text"


def _whole_line(view: View, line: int, text: str) -> Place:
    return Place(line, 0, len(bare(view.analysis.line_at(line))), text)


def _at(found: Import, text: str) -> Place:
    return Place(found.mention.line, found.mention.start, found.mention.end, text)
