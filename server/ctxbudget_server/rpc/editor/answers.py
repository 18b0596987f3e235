"""The features' answers as LSP's JSON. Plain objects, because a thousand hints must cost next to nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from lsprotocol import types as lsp

from ctxbudget_server.editor import findings as found
from ctxbudget_server.editor import shown
from ctxbudget_server.editor.actions import SELECTION, Offer
from ctxbudget_server.editor.analysis import CountedSection
from ctxbudget_server.editor.edits import EditPlan
from ctxbudget_server.editor.lines import Point
from ctxbudget_server.editor.positions import Encoding, to_units
from ctxbudget_server.editor.view import Basis, View
from ctxbudget_server.extract import Extraction
from ctxbudget_server.presentation.labels import label
from ctxbudget_server.presentation.page import Markdown, Plain
from ctxbudget_server.rpc.editor.client import Client
from ctxbudget_server.rpc.editor.documents import OpenDocument

Json = dict[str, Any]

SOURCE = "ctxbudget"
MIN_KEPT = 200


LineAt = Callable[[int], str]


def position(line_at: LineAt, point: Point, encoding: Encoding) -> Json:
    """A position in the client's units."""
    return {"line": point.line, "character": to_units(line_at(point.line), point.column, encoding)}


def span(line_at: LineAt, start: Point, end: Point, encoding: Encoding) -> Json:
    """A range in the client's units."""
    return {"start": position(line_at, start, encoding), "end": position(line_at, end, encoding)}


class _Kept(NamedTuple):
    character: int
    rest: Json


class Hints:
    """The inlay hints of one document; a keystroke renews only those of the sections it changed."""

    def __init__(self) -> None:
        self._basis: Basis | None = None
        self._kept: dict[tuple[int, int, int, int, str], _Kept] = {}

    def answer(self, view: View, first: int, last: int, encoding: Encoding, shows: shown.Shows) -> list[Json]:
        """The answer to `textDocument/inlayHint` for lines `first` to `last`, for those that `shows` names."""
        sections = view.outline.sections
        start, end = bisect_left(sections, first, key=_line), bisect_right(sections, last, key=_line)
        if view.basis != self._basis or len(self._kept) > 2 * len(sections) + MIN_KEPT:
            self._basis = view.basis
            self._kept.clear()
        line_at, kept, made = view.analysis.line_at, self._kept, []
        for section in sections[start:end]:
            if not shows(section):
                continue
            text = line_at(section.line)
            key = (section.tokens, section.own, section.below, section.end - section.line, text)
            found = kept.get(key)
            if found is None:
                found = kept[key] = self._make(view, section, text, encoding)
            made.append({"position": {"line": section.line, "character": found.character}, **found.rest})
        return made

    def _make(self, view: View, section: CountedSection, text: str, encoding: Encoding) -> _Kept:
        hint = shown.hint(view, section)
        rest = {"label": hint.label, "tooltip": hint.tooltip, "paddingLeft": True}
        return _Kept(to_units(text, hint.column, encoding), rest)


_line = attrgetter("line")


def lenses(view: View, uri: str, *, most: int, can_move: bool) -> list[Json]:
    """The answer to `textDocument/codeLens`."""
    top = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    return [
        {
            "range": top,
            "command": {"title": label(lens.title), "command": lens.command, "arguments": [uri, *lens.arguments]},
        }
        for lens in shown.lenses(view, most=most, can_move=can_move)
    ]


def hover(view: View, line: int, extracted: Extraction | None, client: Client) -> Json | None:
    """The answer to `textDocument/hover`."""
    said = shown.hover(view, line, extracted, Markdown() if client.markdown else Plain())
    if said is None:
        return None
    last = len(view.analysis.line_at(said.last).rstrip("\r\n"))
    return {
        "contents": {"kind": "markdown" if client.markdown else "plaintext", "value": said.text},
        "range": span(view.analysis.line_at, Point(said.line, 0), Point(said.last, last), client.encoding),
    }


def diagnostics(view: View, uri: str, client: Client, *, summary: bool) -> Iterator[Json]:
    """The diagnostics to publish."""
    for finding in found.findings(view, summary=summary):
        place = finding.place
        message = place.text
        if finding.related and not client.related:
            message += " Others: " + "; ".join(other.text for other in finding.related) + "."
        diagnostic = {
            "range": _range(view, place, client.encoding),
            "severity": finding.severity,
            "code": finding.code,
            "source": SOURCE,
            "message": label(message),
        }
        if finding.related and client.related:
            diagnostic["relatedInformation"] = [
                {"location": {"uri": uri, "range": _range(view, other, client.encoding)}, "message": label(other.text)}
                for other in finding.related
            ]
        yield diagnostic


def _range(view: View, place: found.Place, encoding: Encoding) -> Json:
    return span(view.analysis.line_at, Point(place.line, place.start), Point(place.line, place.end), encoding)


def workspace_edit(lines: Sequence[str], document: OpenDocument, version: int, plan: EditPlan, client: Client) -> Json:
    """A `WorkspaceEdit`, bound to a version of the document if the client supports versions."""
    edits = [
        {"range": span(lines.__getitem__, change.start, change.end, client.encoding), "newText": change.text}
        for change in plan.changes
    ]
    if not client.versioned_edits and plan.new_file is None:
        return {"changes": {document.uri: edits}}
    changes: list[Json] = [{"textDocument": {"uri": document.uri, "version": version}, "edits": edits}]
    if plan.new_file is not None and document.path is not None:
        name, text = plan.new_file
        target = (Path(document.path).parent / name).as_uri()
        start = {"line": 0, "character": 0}
        insert = {"range": {"start": start, "end": start}, "newText": text}
        changes = [
            {"kind": "create", "uri": target, "options": {"overwrite": False, "ignoreIfExists": False}},
            {"textDocument": {"uri": target, "version": None}, "edits": [insert]},
            *changes,
        ]
    return {"documentChanges": changes}


def action(offer: Offer, uri: str, selection: Json, fixes: Sequence[lsp.Diagnostic]) -> Json:
    """A code action that runs a command. `fixes` are the diagnostics that it resolves."""
    title = label(offer.title)
    arguments = [selection if argument == SELECTION else argument for argument in offer.arguments]
    made: Json = {
        "title": title,
        "kind": offer.kind,
        "command": {"title": title, "command": offer.command, "arguments": [uri, *arguments]},
    }
    if fixes:
        made["diagnostics"] = list(fixes)
    return made
