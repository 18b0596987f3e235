"""The commands of `workspace/executeCommand`; they work with any client that applies edits."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_server.editor import edits
from ctxbudget_server.editor.blocks import Extract
from ctxbudget_server.editor.lines import LineText, Point
from ctxbudget_server.editor.positions import from_units
from ctxbudget_server.editor.view import View
from ctxbudget_server.presentation import labels
from ctxbudget_server.rpc.editor import answers
from ctxbudget_server.rpc.editor.context import EditorContext
from ctxbudget_server.rpc.editor.counting import count_workspace
from ctxbudget_server.rpc.editor.messages import INFO
from ctxbudget_server.rpc.editor.versioned_work import VersionedWork
from ctxbudget_server.rpc.editor.views import Check
from ctxbudget_server.rules.shares import ratio

if TYPE_CHECKING:
    from ctxbudget_server.rpc.editor.documents import OpenDocument

Json = dict[str, Any]

COMMANDS = (
    "ctxbudget.insertMetadata",
    "ctxbudget.moveSection",
    "ctxbudget.extractSelection",
    "ctxbudget.showBudget",
    "ctxbudget.countWorkspace",
)
_MIN_EXTRACT_TOKENS = 20
_HEADING = re.compile(r"^#{1,6}[ \t]+", re.M)


class Copy(NamedTuple):
    """A frozen version of a document, unaffected by edits. Of the view, only the figures may be used."""

    view: View
    lines: Sequence[str]
    version: int


Planning = Callable[[Copy, Check], edits.EditPlan | None]


class Commands:
    """Lives on the event loop; slow work is done on threads."""

    def __init__(self, context: EditorContext, versioned: VersionedWork) -> None:
        self._context = context
        self._versioned = versioned

    def cancel(self, token: str | int) -> None:
        """The user cancelled the progress display with this token."""
        if (future := self._context.cancellable.get(token)) is not None:
            future.cancel()

    async def run(self, params: lsp.ExecuteCommandParams) -> Any:
        """Run a command; raises `invalidParams` for an unknown command or unsuitable arguments."""
        arguments = list(params.arguments or ())
        match params.command:
            case "ctxbudget.insertMetadata":
                return await self._insert_metadata(self._document(arguments))
            case "ctxbudget.moveSection":
                return await self._move_section(self._document(arguments), _line(arguments))
            case "ctxbudget.extractSelection":
                return await self._extract_selection(self._document(arguments), arguments)
            case "ctxbudget.showBudget":
                return await self._show_budget(self._document(arguments))
            case "ctxbudget.countWorkspace":
                return await count_workspace(self._context, params.work_done_token)
        raise invalid(["command"], f"unknown command {params.command!r}")

    def _document(self, arguments: list[Any]) -> OpenDocument:
        if not arguments or not isinstance(arguments[0], str):
            raise invalid(["arguments", 0], "must be the URI of an open document")
        document = self._context.documents.find(arguments[0])
        if document is None:
            raise invalid(["arguments", 0], f"{arguments[0]} is not open")
        return document

    async def _insert_metadata(self, document: OpenDocument) -> Json:
        def plan(copy: Copy, check: Check) -> edits.EditPlan | None:
            most = self._context.views.settings_of(document).metadata_tokens
            return edits.metadata_plan(copy.view, copy.lines, self._extractor(copy.view, most, check))

        return await self._edit(document, plan, "The document is not longer than its metadata would be.")

    async def _move_section(self, document: OpenDocument, line: int) -> Json:
        context, path = self._context, document.path
        if path is None or not context.client.creates_files:
            raise ProtocolError(
                "invalidRequest", "the client must be able to create files, and the document must be saved in one"
            )
        folder = Path(path).parent

        def taken(name: str) -> bool:
            target = folder / name
            return os.path.lexists(target) or context.documents.at(str(target)) is not None

        def plan(copy: Copy, check: Check) -> edits.EditPlan | None:
            section = copy.view.section_around(line)
            return None if section is None else edits.move_plan(copy.view, copy.lines, section, taken)

        return await self._edit(document, plan, "There is no section at this line.")

    async def _extract_selection(self, document: OpenDocument, arguments: list[Any]) -> Json:
        start, end = _range(arguments)
        encoding = self._context.client.encoding

        def plan(copy: Copy, check: Check) -> edits.EditPlan | None:
            text = LineText("")
            text.lines = list(copy.lines)
            first, last = sorted(text.clamp(_point(text.lines, place, encoding)) for place in (start, end))
            selected = text.slice(first, last)
            own = copy.view.basis.counter.figure(selected, check).tokens
            most = min(self._context.views.settings_of(document).metadata_tokens, max(own // 3, _MIN_EXTRACT_TOKENS))
            return edits.extract_plan(copy.view, first, last, selected, self._extractor(copy.view, most, check))

        return await self._edit(document, plan, "The selection is not longer than its extract would be.")

    def _extractor(self, view: View, most: int, check: Check) -> Extract:
        def extract(text: str) -> tuple[str, int, int]:
            found = self._context.views.extract(view, text, most, check)
            plain = _HEADING.sub("", found.text)  # in the document it would add a heading
            return plain, view.basis.counter.figure(plain, check).tokens, found.source_tokens

        return extract

    async def _edit(self, document: OpenDocument, planning: Planning, nothing: str) -> Json:
        """Plan an edit on a thread and have the client apply it: `{applied, label, edit?, reason?}`."""
        context = self._context

        def work(version: int, check: Check) -> tuple[edits.EditPlan | None, Json] | None:
            copy = context.views.look(document, version, check, lambda view: Copy(view, view.analysis.lines, version))
            if copy is None:
                return None
            plan = planning(copy, check)
            if plan is None:
                return None, {}
            made = answers.workspace_edit(copy.lines, document, version, plan, context.client)
            return plan, made

        found = await self._versioned.run(document, work)
        if found is None:
            nothing = "This document is not analysed: see the settings include, exclude, languages and maxFileBytes."
        plan, edit = found or (None, {})
        if plan is None:
            context.messages.show(INFO, nothing)
            return {"applied": False, "reason": nothing}
        if not plan.changes:
            context.messages.show(INFO, f"{plan.label}: up to date.")
            return {"applied": False, "label": plan.label, "reason": "up to date"}
        return await self._apply(plan.label, edit)

    async def _apply(self, label: str, edit: Json) -> Json:
        if not self._context.client.applies_edits:
            return {"applied": False, "label": label, "edit": edit, "reason": "the client cannot apply edits"}
        try:
            said = await self._context.messages.ask("workspace/applyEdit", {"label": labels.label(label), "edit": edit})
        except JsonRpcException as fault:
            said = {"applied": False, "failureReason": fault.message}
        if isinstance(said, dict) and said.get("applied"):
            return {"applied": True, "label": label}
        reason = said.get("failureReason") if isinstance(said, dict) else None
        return {"applied": False, "label": label, "reason": reason or "the client did not apply the edit"}

    async def _show_budget(self, document: OpenDocument) -> Json | None:
        context = self._context

        def look(version: int, check: Check) -> tuple[str, Json] | None:
            return context.views.look(document, version, check, lambda view: (_sentence(view), _figures(view)))

        found = await self._versioned.run(document, look)
        if found is None:
            return None
        context.messages.show(INFO, found[0])
        return {"uri": document.uri, **found[1]}


def _sentence(view: View) -> str:
    text = f"{view.name}: {view.summary()}"
    if of_window := view.of_window(view.loads):
        text += f" · {of_window}"
    if view.ceiling is None:
        return text
    return f"{text} · ceiling {view.ceiling:,}{', exceeded' if view.exceeded else ''}"


def _figures(view: View) -> Json:
    basis = view.basis
    return {
        "tokens": view.outline.tokens,
        "loads": view.loads,
        "imports": view.imported,
        "provenance": basis.counter.provenance,
        "model": basis.counter.model,
        "window": basis.window,
        "windowSource": basis.window_source,
        "budget": basis.budget,
        "ofWindow": ratio(view.loads, basis.window),
        "ofBudget": ratio(view.loads, basis.budget),
        "layer": view.layer,
        "ceiling": view.ceiling,
        "exceeded": view.exceeded,
        "sessionId": basis.session,
    }


def _line(arguments: list[Any]) -> int:
    line = arguments[1] if len(arguments) > 1 else None
    if isinstance(line, bool) or not isinstance(line, int) or line < 0:
        raise invalid(["arguments", 1], "must be a line of the section, counted from 0")
    return line


def _range(arguments: list[Any]) -> tuple[lsp.Position, lsp.Position]:
    try:
        given = arguments[1]
        places = [(given[name]["line"], given[name]["character"]) for name in ("start", "end")]
        assert all(type(part) is int and part >= 0 for place in places for part in place)
    except (IndexError, KeyError, TypeError, AssertionError):
        raise invalid(["arguments", 1], "must be a range with start and end") from None
    return lsp.Position(*places[0]), lsp.Position(*places[1])


def _point(lines: Sequence[str], place: lsp.Position, encoding: Any) -> Point:
    if place.line >= len(lines):
        return Point(place.line, 0)
    return Point(place.line, from_units(lines[place.line], place.character, encoding))
