"""The centre of the editor's features, on the event loop: tracks documents and settings, hands work to threads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from ctxbudget_server.rpc.editor import answers
from ctxbudget_server.rpc.editor.client import Client
from ctxbudget_server.rpc.editor.commands import Commands
from ctxbudget_server.rpc.editor.configuration import Configuration, is_home
from ctxbudget_server.rpc.editor.context import EditorContext
from ctxbudget_server.rpc.editor.counting import count_on_open
from ctxbudget_server.rpc.editor.documents import OpenDocument, OpenDocuments, real_path
from ctxbudget_server.rpc.editor.freshness import Freshness
from ctxbudget_server.rpc.editor.messages import ERROR, WARNING, Messages
from ctxbudget_server.rpc.editor.publisher import PAUSE_SECONDS, Publisher
from ctxbudget_server.rpc.editor.sync import SettingsSync
from ctxbudget_server.rpc.editor.unopened import UnopenedFiles
from ctxbudget_server.rpc.editor.versioned_work import VersionedWork
from ctxbudget_server.rpc.editor.views import Check, Views
from ctxbudget_server.rpc.editor.watching import Watching

if TYPE_CHECKING:
    from ctxbudget_server.rpc.connection import ConnectionContext
    from ctxbudget_server.service.backend import Backend
from ctxbudget_server.settings.places import PROJECT_FILES


class Editor:
    """One client's documents, and what is shown with them."""

    def __init__(self, connection: ConnectionContext, messages: Messages) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        documents = OpenDocuments()
        configuration = Configuration(self._warn_from_thread, connection.roots, connection.workspace)
        self.context = EditorContext(
            documents,
            configuration,
            Views(documents, configuration),
            messages,
            connection.pool,
            lambda: bool(len(connection.inflight)),
        )
        self.versioned = VersionedWork(self.context)
        self.sync = SettingsSync(self.context, self.versioned.hold, self.settings_changed)
        self._commands = Commands(self.context, self.versioned)
        self._publisher = Publisher(self._diagnostics, messages.tell, self._settled)
        self._watching = Watching(self.context, self._files_behind)
        self._unopened = UnopenedFiles(self.context, self._publisher.publish, self._watching.update)
        self._freshness = Freshness(self.context, self.show_again)
        self._pops_up = False
        self._backend: Backend | None = None
        self._counted: set[str] = set()

    # ------------------------------------------------------------------ the beginning

    def open(self, backend: Backend, params: lsp.InitializeParams, encoding: str) -> None:
        """Set up the features; the last step of `initialize`."""
        self._backend = backend
        self.context.client = Client.of(params, encoding)
        self.context.documents.encoding = self.context.client.encoding
        self.context.configuration.set_options(params.initialization_options)
        folders = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        self.context.configuration.set_folders([path for path in map(real_path, folders) if path])
        self.context.views.open(backend)

    def start(self) -> None:
        """The client is ready for requests."""
        self.context.spawn(self.sync.start())
        self.context.spawn(self._freshness.run())

    # ------------------------------------------------------------------ documents

    def opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        """A document was opened."""
        document = self.context.documents.open(params.text_document)
        if document is not None:
            self._tell_backend(document.uri, params.text_document.text)
            if document.path is not None and (spelled := Path(document.path).as_uri()) != document.uri:
                self._publisher.forget(spelled)  # what was published under the URI's other spelling
            self._publisher.schedule(document, pause=0)
            self._freshness.look()

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """A document was changed."""
        document = self.context.documents.change(params)
        if document is not None:
            self._tell_backend(document.uri, document.text.text)
            self._publisher.schedule(document)

    def closed(self, uri: str) -> None:
        """A document was closed."""
        document = self.context.documents.close(uri)
        if document is not None:
            self._tell_backend(document.uri, None)
            self._publisher.forget(document.uri)
            self.context.views.forget(document.uri)
            self._look_at_importers(document.path)
            self._look_at_closed(document.path)

    def renamed(self, old: str, new: str) -> None:
        """A file or folder was renamed; clients that keep its documents open send nothing else."""
        for inner in self.context.documents.below(old):
            self.renamed(inner, new + inner[len(old) :])
        self._publisher.forget(old)
        document = self.context.documents.rename(old, new)
        if document is not None:
            self._tell_backend(old, None)
            self._tell_backend(new, document.text.text)
            self._publisher.schedule(document, pause=0)

    def files_changed(self, uris: Sequence[str]) -> None:
        """Files have changed on the disk: settings files, or files on which diagnostics depend."""
        if any(uri.rpartition("/")[2] in PROJECT_FILES for uri in uris):
            self.settings_changed()
            return
        for path in map(real_path, uris):
            if path is not None and self.context.documents.at(path) is None:  # else the client's text counts
                self._look_at_importers(path, pause=0)
                self._look_at_closed(path)

    def saved(self, uri: str) -> None:
        """A document was saved; it may be a project file."""
        if uri.rpartition("/")[2] in PROJECT_FILES:
            self.settings_changed()

    def _tell_backend(self, uri: str, text: str | None) -> None:
        if uri.lower().startswith("file:"):
            self._connection.document_changed(uri, text)

    # ------------------------------------------------------------------ work on documents

    async def _diagnostics(self, document: OpenDocument) -> list[dict[str, Any]]:
        def look(version: int, check: Check) -> list[dict[str, Any]]:
            settings = self.context.views.settings_of(document)
            if not settings.diagnostics:
                return []
            summary = self.context.client.wants_summary(settings)
            found = self.context.views.look(
                document,
                version,
                check,
                lambda view: list(answers.diagnostics(view, document.uri, self.context.client, summary=summary)),
            )
            return found or []

        return await self.versioned.run(document, look)

    def _settled(self, document: OpenDocument) -> None:
        self._look_at_importers(document.path)
        self._watching.update()

    def _files_behind(self) -> set[str]:
        """Real paths of unopened files on which diagnostics depend."""
        return {*self.context.views.imported(), *self._unopened.paths}

    def _look_at_importers(self, path: str | None, pause: float = PAUSE_SECONDS) -> None:
        importers = self.context.views.importers_of(path)
        for importer in importers:
            self._publisher.schedule(importer, pause)
        if importers:
            self._refresh()

    def _look_at_closed(self, path: str | None) -> None:
        if path is not None and path in self._unopened.paths:
            self.context.spawn(self._unopened.look([path]))

    def show_again(self, documents: Iterable[OpenDocument]) -> None:
        """Refresh diagnostics, hints and lenses of documents, and the diagnostics of unopened files."""
        for document in documents:
            self._publisher.schedule(document, pause=0)
        self._refresh()
        if self._unopened.paths:
            self.context.spawn(self._unopened.look_at_all())

    async def command(self, params: lsp.ExecuteCommandParams) -> Any:
        """Run one of our commands."""
        await self.versioned.settings()
        return await self._commands.run(params)

    def progress_cancelled(self, token: str | int) -> None:
        """The user cancelled the progress display with this token."""
        self._commands.cancel(token)

    # ------------------------------------------------------------------ settings and news

    def settings_changed(self) -> None:
        """Refresh everything, and follow the session that the settings name."""
        self.versioned.go_on()
        self.context.spawn(self._apply_settings())

    async def _apply_settings(self) -> None:
        settings = await self.context.pool.result_of(lambda: self.context.configuration.settings_for(None))
        wanted = settings.session if settings.watch else None
        self._pops_up = settings.watch and settings.alerts == "message"
        backend = self._backend
        assert backend is not None
        await self.context.pool.result_of(lambda: backend.follow(wanted, settings.alerts != "off"))
        self._connection.look_for_changes()
        self.show_again(self.context.documents)
        await self._count_new_folders()

    async def _count_new_folders(self) -> None:
        """Count the folders opened since the last count, if the client shows progress."""
        if not self.context.client.progress:
            return
        new = [folder for folder in self.context.configuration.folders if folder not in self._counted]
        self._counted.update(new)
        settings_of = self.context.configuration.settings_for
        wanted = await self.context.pool.result_of(
            lambda: [folder for folder in new if not is_home(folder) and settings_of(folder).count_on_open]
        )
        if wanted:
            self.context.spawn(count_on_open(self.context, wanted, self._unopened.found))

    def _refresh(self) -> None:
        for method, wanted in (
            ("workspace/inlayHint/refresh", self.context.client.refreshes_hints),
            ("workspace/codeLens/refresh", self.context.client.refreshes_lenses),
        ):
            if wanted:
                self.context.spawn(self.context.messages.ask(method, None, timeout=10))

    def news(self, method: str, params: dict[str, Any]) -> None:
        """Pass on a session's changes; an alert also as a pop-up message, if the settings say so."""
        if method == "budget/alert" and self._pops_up and params["alert"].get("windowSource") != "default":
            level = ERROR if params["level"] == "critical" else WARNING
            self.context.messages.show(level, f"Session {params['sessionId']}: {params['alert']['message']}")
        self.context.messages.tell(method, params)
        self._freshness.look()

    def _warn_from_thread(self, text: str) -> None:
        self._loop.call_soon_threadsafe(self._warn, text)

    def _warn(self, text: str) -> None:
        self.context.messages.log(WARNING, text)
        self.context.messages.show(WARNING, text)
