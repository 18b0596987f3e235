"""Code actions that reduce a document's cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from ctxbudget_server.editor.blocks import find_block
from ctxbudget_server.editor.edits import MIN_SELECTION
from ctxbudget_server.editor.view import DOMINANT_SHARE, View

Kind = Literal["quickfix", "refactor.move", "refactor.rewrite"]
Argument = Any
SELECTION = "selection"
"""Stands for the selection's range among an offer's arguments."""


class Offer(NamedTuple):
    """A command, with the arguments that follow the document's URI."""

    title: str
    kind: Kind
    command: str
    arguments: tuple[int | str, ...] = ()


def metadata_offer(view: View, most: int) -> Offer | None:
    """Insert or update the metadata block; None for a document no longer than its metadata may be."""
    if find_block(view.analysis.lines) is not None:
        return Offer("Update metadata block", "refactor.rewrite", "ctxbudget.insertMetadata")
    if view.outline.tokens > most:
        return Offer("Insert metadata block", "refactor.rewrite", "ctxbudget.insertMetadata")
    return None


def move_offer(view: View) -> Offer | None:
    """Move out the most expensive section, if the document costs too much and that section has a part in it."""
    section = view.costliest() if view.exceeded else None
    if section is None or section.tokens <= (1 - DOMINANT_SHARE) * view.outline.tokens:
        return None
    return Offer(_moving(section.title), "quickfix", "ctxbudget.moveSection", (section.line,))


def offers(view: View, line: int, selected: int, most: int, *, can_move: bool) -> Iterator[Offer]:
    """What to offer at a line, with `selected` characters selected. `can_move`: the client can create files."""
    if can_move and (fix := move_offer(view)) is not None:
        yield fix
    if selected >= MIN_SELECTION:
        title = "Replace selection by its extract"
        yield Offer(title, "refactor.rewrite", "ctxbudget.extractSelection", (SELECTION,))
    section = view.section_around(line)
    if can_move and section is not None:
        yield Offer(_moving(section.title), "refactor.move", "ctxbudget.moveSection", (section.line,))
    if (metadata := metadata_offer(view, most)) is not None:
        yield metadata


def _moving(title: str, most: int = 40) -> str:
    short = title if len(title) <= most else title[: most - 1].rstrip() + "…"
    return f"Move “{short}” to its own file"
