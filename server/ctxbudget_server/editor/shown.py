"""What is shown with the text: inlay hints, lenses and hovers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ctxbudget_server.editor.actions import metadata_offer, move_offer
from ctxbudget_server.editor.analysis import CountedSection
from ctxbudget_server.editor.imports import Import
from ctxbudget_server.editor.lines import bare
from ctxbudget_server.editor.view import View
from ctxbudget_server.editor.words import plural
from ctxbudget_server.extract import Extraction
from ctxbudget_server.presentation.page import Page


class Hint(NamedTuple):
    """A text at the end of a line; `column` is the line's length in code points."""

    column: int
    label: str
    tooltip: str


class Lens(NamedTuple):
    """A clickable text above the first line: a command with the document's URI and further arguments."""

    title: str
    command: str
    arguments: tuple[int | str, ...] = ()


class Hover(NamedTuple):
    """A text about lines `line` to `last`."""

    line: int
    last: int
    text: str


Shows = Callable[[CountedSection], bool]
"""Whether a section has a hint."""


def worth_a_hint(view: View, *, least: int, total_is_shown: bool) -> Shows:
    """Which sections have a hint: those of at least `least` tokens, all with 0.

    `total_is_shown`: line 1 says what the document costs, so that a title there does not say it again.
    """
    if least == 0:
        return lambda _section: True
    total = view.outline.tokens if total_is_shown else None
    return lambda section: section.tokens >= least and not (section.line == 0 and section.tokens == total)


def hint(view: View, section: CountedSection) -> Hint:
    """The tokens of a section, for its heading. Without line numbers, so that it stays valid if the section moves."""
    lines = plural(max(section.end, section.last + 1) - section.line, "line")
    return Hint(
        len(bare(view.analysis.line_at(section.line))),
        view.with_share(section.tokens),
        f"{lines}{_inside(view, section)}. {_source(view)}",
    )


def lenses(view: View, *, most: int, can_move: bool) -> Iterator[Lens]:
    """The document's total, and what can be done about it. `most`: maximum tokens of metadata; see `actions.offers`."""
    yield Lens(view.summary(), "ctxbudget.showBudget")
    for offer in (metadata_offer(view, most), move_offer(view) if can_move else None):
        if offer is not None:
            yield Lens(offer.title, offer.command, offer.arguments)


def hover(view: View, line: int, extracted: Extraction | None, page: Page) -> Hover | None:
    """The hover for a line: the cost of its section or import, and on the first line that of the document.

    `extracted` is the extraction of the section at the line, if there is one; `page` writes the text.
    """
    parts: list[str] = []
    last = line
    section = view.section_at(line)
    if section is not None:
        line, last = section.line, section.last
        parts.append(_section_text(view, section, extracted, page))
    parts += [_import_text(view, each, page) for each in view.imports if each.mention.line == line]
    if line == 0:
        whole = section is not None and section.tokens == view.outline.tokens
        parts.append(_document_text(view, page, told=whole))
    return Hover(line, last, "\n\n---\n\n".join(parts)) if parts else None


def _section_text(view: View, section: CountedSection, found: Extraction | None, page: Page) -> str:
    extent = f"Lines {section.line + 1} to {max(section.end, section.last + 1)}{_inside(view, section)}."
    lines = [
        _joined(page.strong(view.tokens(section.tokens)), view.of_both(section.tokens)),
        f"{extent} {_source(view)}",
    ]
    if found is None:
        return "\n\n".join(lines)
    if found.tokens < found.source_tokens:
        reduction = f"{found.reduction:.0%} smaller" if found.reduction >= 0.01 else "hardly smaller"
        lines.append(f"As metadata: {page.strong(view.tokens(found.tokens))}, {reduction}:")
        lines.append(page.fenced(found.text))
    else:
        lines.append(f"As metadata it stays as it is: {view.tokens(found.tokens)}.")
    return "\n\n".join(lines)


def _inside(view: View, section: CountedSection) -> str:
    if not section.below:
        return ""
    return f", {plural(section.below, 'subsection')}; {view.tokens(section.own)} before the first"


def _document_text(view: View, page: Page, *, told: bool) -> str:
    """What the document costs; `told`: the text about its only section has its shares and its source already."""
    layer = f" · layer: {view.layer}" if view.layer else ""
    lines = [page.strong(f"{page.text(view.name)}: {view.tokens(view.outline.tokens)}{layer}")]
    shares = view.of_both(view.loads)
    if view.imported:
        lines.append(f"{view.loading()}{f': {shares}' if shares else ''}.".capitalize())
    elif shares and not told:
        lines.append(f"{shares}.")
    if view.ceiling is not None:
        lines.append(
            f"Ceiling of layer {view.layer}: {view.ceiling:,} tokens"
            + (f", exceeded by {view.tokens(view.loads - view.ceiling)}." if view.exceeded else ".")
        )
    if not told:
        lines.append(_source(view))
    return "\n\n".join(lines)


def _import_text(view: View, found: Import, page: Page) -> str:
    path = page.code(found.path)
    if found.status == "cycle":
        return f"{path} imports this file in turn: it is not loaded again."
    if found.status == "again":
        return f"{path} is imported above: it is not loaded again."
    if found.status == "tooDeep":
        return f"{path} is too many imports away: it is not loaded."
    if found.status == "outside":
        return f"{path} lies outside the workspace: it is not read. The setting roots can allow its folder."
    more = plural(found.files - 1, "import")
    below = f", {view.tokens(found.total)} with {more}" if found.files > 1 else ""
    return _joined(f"Import {path}: {page.strong(view.tokens(found.tokens))}{below}", view.of_both(found.total))


def _joined(figure: str, shares: str | None) -> str:
    return f"{figure} · {shares}" if shares else figure


def _source(view: View) -> str:
    counter = view.basis.counter
    if counter.provenance == "exact":
        return f"Counted with {counter.family.encoding}, exact."
    off = f", off by {counter.expected_error:.1%} in the median" if counter.expected_error is not None else ""
    return f"{counter.provenance.capitalize()} for {counter.model}{off}."
