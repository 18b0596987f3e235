"""The editor's features by their LSP methods."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from ctxbudget_server.editor.actions import Offer, offers
from ctxbudget_server.editor.shown import worth_a_hint
from ctxbudget_server.editor.view import View
from ctxbudget_server.extract import Extraction
from ctxbudget_server.rpc.editor import answers
from ctxbudget_server.rpc.editor.commands import COMMANDS
from ctxbudget_server.rpc.editor.documents import OpenDocument
from ctxbudget_server.rpc.editor.editor import Editor
from ctxbudget_server.rpc.editor.views import MAX_EXTRACTED, Check

KINDS = ("quickfix", "refactor.move", "refactor.rewrite")
_FILES = lsp.FileOperationRegistrationOptions(
    filters=[lsp.FileOperationFilter(pattern=lsp.FileOperationPattern(glob="**/*"), scheme="file")]
)


def register(server: LanguageServer, editor: Editor) -> None:
    """Register the features with pygls."""
    features = Features(editor)
    kinds = [lsp.CodeActionKind(kind) for kind in KINDS]
    for method, handler, options in (
        (lsp.INITIALIZED, features.initialized, None),
        (lsp.TEXT_DOCUMENT_INLAY_HINT, features.hints, None),
        (lsp.TEXT_DOCUMENT_CODE_LENS, features.lenses, None),
        (lsp.TEXT_DOCUMENT_HOVER, features.hover, None),
        (lsp.TEXT_DOCUMENT_CODE_ACTION, features.actions, lsp.CodeActionOptions(code_action_kinds=kinds)),
        (lsp.TEXT_DOCUMENT_DID_SAVE, features.saved, None),
        (lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, features.settings_pushed, None),
        (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, features.files_changed, None),
        (lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, features.folders_changed, None),
        (lsp.WORKSPACE_DID_RENAME_FILES, features.renamed, _FILES),
    ):
        server.feature(method, options)(_function(handler))
    for name in COMMANDS:
        server.command(name)(_function(editor.command))


def _function(handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Wrap a handler in a function: pygls sets attributes on it, which methods do not allow."""
    if inspect.iscoroutinefunction(handler):

        async def wait(params: Any) -> Any:
            return await handler(params)

        return wait

    def call(params: Any) -> Any:
        return handler(params)

    return call


class Features:
    """One method for each LSP method."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._context = editor.context
        self._hints: WeakKeyDictionary[OpenDocument, answers.Hints] = WeakKeyDictionary()

    async def hints(self, params: lsp.InlayHintParams) -> list[dict[str, Any]] | None:
        """The tokens of each section that is worth a hint, at its heading in the range."""
        context, document = self._context, self._context.documents.find(params.text_document.uri)
        if document is None:
            return None
        first, last, encoding = params.range.start.line, params.range.end.line, context.client.encoding
        hints = self._hints.setdefault(document, answers.Hints())

        def look(version: int, check: Check) -> list[dict[str, Any]] | None:
            settings = context.views.settings_of(document)
            if not settings.inlay_hints:
                return None
            total = context.client.shows_total(settings)

            def answer(view: View) -> list[dict[str, Any]]:
                shows = worth_a_hint(view, least=settings.inlay_hint_min_tokens, total_is_shown=total)
                return hints.answer(view, first, last, encoding, shows)

            return context.views.look(document, version, check, answer)

        return await self._editor.versioned.run(document, look)

    async def lenses(self, params: lsp.CodeLensParams) -> list[dict[str, Any]] | None:
        """The document's total, and what can be done about it."""
        context, document = self._context, self._context.documents.find(params.text_document.uri)
        if document is None:
            return None

        def look(version: int, check: Check) -> list[dict[str, Any]] | None:
            settings = context.views.settings_of(document)
            if not settings.code_lens:
                return None
            return context.views.look(
                document,
                version,
                check,
                lambda view: answers.lenses(
                    view, document.uri, most=settings.metadata_tokens, can_move=self._can_move(document)
                ),
            )

        return await self._editor.versioned.run(document, look)

    async def hover(self, params: lsp.HoverParams) -> dict[str, Any] | None:
        """What a section costs, and what extracting its metadata would leave."""
        context, document = self._context, self._context.documents.find(params.text_document.uri)
        if document is None:
            return None
        line = params.position.line

        def look(version: int, check: Check) -> dict[str, Any] | None:
            if not context.views.settings_of(document).hover:
                return None
            extracted = self._extracted(document, version, line, check)
            return context.views.look(
                document, version, check, lambda view: answers.hover(view, line, extracted, context.client)
            )

        return await self._editor.versioned.run(document, look)

    def _extracted(self, document: OpenDocument, version: int, line: int, check: Check) -> Extraction | None:
        """The extraction of the section at a line, made without blocking other work on documents."""
        views = self._context.views

        def text_of(view: View) -> tuple[View, str] | None:
            section = view.section_at(line)
            return None if section is None else (view, view.analysis.text_between(section.line, section.end))

        found = views.look(document, version, check, text_of)
        if found is None or len(found[1]) > MAX_EXTRACTED:
            return None
        return views.extract(*found, views.settings_of(document).metadata_tokens, check)

    async def actions(self, params: lsp.CodeActionParams) -> list[dict[str, Any]] | None:
        """What can be done about the document, the section and the selection."""
        context, document = self._context, self._context.documents.find(params.text_document.uri)
        if document is None or not context.client.applies_edits:
            return None
        encoding = context.client.encoding
        start, end = (document.point(place, encoding) for place in (params.range.start, params.range.end))
        selected = len(document.text.slice(start, end))
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        span = {"start": _position(params.range.start), "end": _position(params.range.end)}

        def look(version: int, check: Check) -> list[Offer] | None:
            most = context.views.settings_of(document).metadata_tokens
            can_move = self._can_move(document)
            return context.views.look(
                document, version, check, lambda view: list(offers(view, start.line, selected, most, can_move=can_move))
            )

        found = await self._editor.versioned.run(document, look)
        ours = [each for each in params.context.diagnostics if each.source == answers.SOURCE]
        return [
            answers.action(offer, document.uri, span, ours if offer.kind == "quickfix" else [])
            for offer in found or ()
            if (offer.kind != "quickfix" or any(each.code == "layerCeiling" for each in ours))
            and (not only or any(f"{offer.kind}.".startswith(f"{kind}.") for kind in only))
        ]

    def _can_move(self, document: OpenDocument) -> bool:
        return self._context.client.creates_files and self._context.client.applies_edits and document.path is not None

    def initialized(self, params: lsp.InitializedParams) -> None:
        """The client accepts requests from now on."""
        self._editor.start()

    def settings_pushed(self, params: lsp.DidChangeConfigurationParams) -> None:
        """Settings have changed."""
        self._editor.sync.pushed(params)

    def folders_changed(self, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        """The workspace's folders have changed."""
        self._editor.sync.folders_changed(params)

    def files_changed(self, params: lsp.DidChangeWatchedFilesParams) -> None:
        """Files have changed on the disk."""
        self._editor.files_changed([change.uri for change in params.changes])

    def renamed(self, params: lsp.RenameFilesParams) -> None:
        """Files were renamed."""
        for file in params.files:
            self._editor.renamed(file.old_uri, file.new_uri)

    def saved(self, params: lsp.DidSaveTextDocumentParams) -> None:
        """A document was saved: perhaps a project file, in a client that watches no files."""
        if not self._context.client.registers_watchers:
            self._editor.saved(params.text_document.uri)


def _position(position: lsp.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}
