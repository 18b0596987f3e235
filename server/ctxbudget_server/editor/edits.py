"""Plans the edits of code actions: metadata blocks, sections moved out, selections replaced by extracts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ctxbudget_server.editor.analysis import CountedSection
from ctxbudget_server.editor.blocks import Extract, block_edit
from ctxbudget_server.editor.lines import Point, bare, split_document
from ctxbudget_server.editor.view import View
from ctxbudget_server.markdown.scan import State, scan

MIN_SELECTION = 240
"""A selection with fewer characters is not worth an extract."""
MAX_SLUG = 60
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
"""Names that are reserved on Windows, whatever the extension."""


class Change(NamedTuple):
    """Replaces the text between two points of the document."""

    start: Point
    end: Point
    text: str


class EditPlan(NamedTuple):
    """An edit with a label; `new_file` is the name and text of a file to create beside the document."""

    label: str
    changes: Sequence[Change]
    new_file: tuple[str, str] | None = None


def metadata_plan(view: View, lines: Sequence[str], extract: Extract) -> EditPlan | None:
    """Insert or update the metadata block; None if metadata would not be shorter than the document."""
    edit = block_edit(lines, extract)
    if edit is None:
        return None
    old = "".join(lines[edit.block.start : edit.block.end])
    label = f"Metadata: {view.tokens(edit.tokens)} of {edit.source_tokens:,}"
    if old == edit.text:
        return EditPlan(label, [])
    start, end = _point_of(lines, edit.block.start), _point_of(lines, edit.block.end)
    return EditPlan(label, [Change(start, end, edit.text)])


def move_plan(view: View, lines: Sequence[str], section: CountedSection, taken: Callable[[str], bool]) -> EditPlan:
    """Move a section to its own file beside the document; the heading stays, with a link below it.

    `taken` says whether a file name is in use there.
    """
    body = "".join(lines[section.line : section.end])
    newline = "\r\n" if lines[section.line].endswith("\r\n") else "\n"
    name = _free_name(section.title, taken)
    pointer = f"{newline}Moved to [{name}]({name}): {view.tokens(section.tokens)}.{newline}"
    if section.end < len(lines):
        pointer += newline
    if not lines[section.last].endswith(("\n", "\r")):
        pointer = newline + pointer
    start, end = _point_of(lines, section.last + 1), _point_of(lines, section.end)
    text = body.rstrip("\r\n") + newline
    return EditPlan(f"Move “{section.title}” to {name}", [Change(start, end, pointer)], (name, text))


def extract_plan(view: View, start: Point, end: Point, selected: str, extract: Extract) -> EditPlan | None:
    """Replace a selection with its extract, keeping a heading at its start; None if that would not be shorter."""
    newline = "\r\n" if "\r\n" in selected else "\n"
    lines = split_document(selected)
    heading = scan(lines[:1], State()).headings
    body = "".join(lines[1:]) if heading else selected
    text, tokens, source_tokens = extract(body)
    if tokens >= source_tokens or not text.strip():
        return None
    head = [bare(lines[0]), ""] if heading else []
    tail = selected[len(selected.rstrip("\r\n")) :]
    text = newline.join([*head, *text.splitlines()]) + tail
    return EditPlan(f"Extract: {view.tokens(tokens)} of {source_tokens:,}", [Change(start, end, text)])


def _free_name(title: str, taken: Callable[[str], bool]) -> str:
    """A file name made from a heading, keeping letters and digits of any script."""
    folded = unicodedata.normalize("NFC", title).lower()
    slug = re.sub(r"[^\w]+", "-", folded).strip("-_")[:MAX_SLUG].strip("-_") or "section"
    if _DEVICE.fullmatch(slug):
        slug = f"section-{slug}"
    name, number = f"{slug}.md", 2
    while taken(name):
        name, number = f"{slug}-{number}.md", number + 1
    return name


def _point_of(lines: Sequence[str], line: int) -> Point:
    """The beginning of a line, or the end of the text."""
    if line < len(lines):
        return Point(line, 0)
    return Point(len(lines) - 1, len(bare(lines[-1])))
