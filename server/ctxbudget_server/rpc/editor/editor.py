"""The features' centre on the event loop: documents come and go, settings change, work is handed to threads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types as lsp

from ctxbudget_server.account.cancellation import Cancellation, Cancelled
from ctxbudget_server.rpc.editor import answers
from ctxbudget_server.rpc.editor.client import Client
from ctxbudget_server.rpc.editor.commands import Commands
from ctxbudget_server.rpc.editor.configuration import PROJECT_FILES, Configuration, is_home
from ctxbudget_server.rpc.editor.counting import count_on_open
from ctxbudget_server.rpc.editor.documents import OpenDocument, OpenDocuments, real_path
from ctxbudget_server.rpc.editor.features import register
from ctxbudget_server.rpc.editor.freshness import Freshness
from ctxbudget_server.rpc.editor.messages import ERROR, WARNING, Messages
from ctxbudget_server.rpc.editor.publisher import PAUSE_SECONDS, Publisher
from ctxbudget_server.rpc.editor.sync import SettingsSync
from ctxbudget_server.rpc.editor.unopened import UnopenedFiles
from ctxbudget_server.rpc.editor.views import Check, Views, stale
from ctxbudget_server.rpc.editor.watching import Watching

if TYPE_CHECKING:
    from ctxbudget_server.rpc.connection import Link
    from ctxbudget_server.rpc.server import BudgetServer
    from ctxbudget_server.service.backend import Backend

log = logging.getLogger(__name__)

T = TypeVar("T")

SETTINGS_SECONDS = 1.0
"""How long the first answers wait for the client's settings."""


class Editor:
    """One client's documents and what is shown beside them."""

    def __init__(self, server: BudgetServer, link: Link, messages: Messages) -> None:
        self.link = link
        self.messages = messages
        self.client = Client()
        self.documents = OpenDocuments()
        self.configuration = Configuration(self._warn_from_thread)
        self.views = Views(self.documents, self.configuration)
        self.commands = Commands(self)
        self.publisher = Publisher(self._diagnostics, messages.tell, self._settled)
        self.sync = SettingsSync(self)
        self.unopened = UnopenedFiles(self)
        self.watching = Watching(self)
        self.freshness = Freshness(self)
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._pops_up = False
        self._backend: Backend | None = None
        self._counted: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        register(server, self)

    # ------------------------------------------------------------------ the beginning

    def open(self, backend: Backend, params: lsp.InitializeParams, encoding: str) -> None:
        """The last step of `initialize`."""
        self._backend = backend
        self.client = Client.of(params, encoding)
        self.documents.encoding = self.client.encoding
        self.configuration.set_options(params.initialization_options)
        folders = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        self.configuration.set_folders([path for path in map(real_path, folders) if path])
        self.views.open(backend)

    def start(self) -> None:
        """The client is ready to be asked."""
        self.spawn(self.sync.start())
        self.spawn(self.freshness.run())

    def spawn(self, work: Any) -> None:
        """Do something in the background; what it raises is logged."""

        def done(task: asyncio.Task[Any]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (fault := task.exception()) is not None:
                log.error("a task of the editor failed", exc_info=fault)

        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(done)

    # ------------------------------------------------------------------ documents

    def opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        """A document was opened."""
        document = self.documents.open(params.text_document)
        if document is not None:
            self._tell_backend(document.uri, params.text_document.text)
            if document.path is not None and (spelled := Path(document.path).as_uri()) != document.uri:
                self.publisher.forget(spelled)  # what was said of the file under its other name
            self.publisher.schedule(document, pause=0)
            self.freshness.look()

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """A document was changed."""
        document = self.documents.change(params)
        if document is not None:
            self._tell_backend(document.uri, document.text.text)
            self.publisher.schedule(document)

    def closed(self, uri: str) -> None:
        """A document was closed."""
        document = self.documents.close(uri)
        if document is not None:
            self._tell_backend(document.uri, None)
            self.publisher.forget(document.uri)
            self.views.forget(document.uri)
            self._look_at_importers(document.path)
            self._look_at_closed(document.path)

    def renamed(self, old: str, new: str) -> None:
        """A file or folder was renamed; clients that keep its documents open say no more than that."""
        for inner in self.documents.below(old):
            self.renamed(inner, new + inner[len(old) :])
        self.publisher.forget(old)
        document = self.documents.rename(old, new)
        if document is not None:
            self._tell_backend(old, None)
            self._tell_backend(new, document.text.text)
            self.publisher.schedule(document, pause=0)

    def files_changed(self, uris: Sequence[str]) -> None:
        """Files have changed on the disk: a project's settings, or what is shown of open documents and of others."""
        if any(uri.rpartition("/")[2] in PROJECT_FILES for uri in uris):
            self.settings_changed()
            return
        for path in map(real_path, uris):
            if path is not None and self.documents.at(path) is None:  # of an open one, the client's text counts
                self._look_at_importers(path, pause=0)
                self._look_at_closed(path)

    def saved(self, uri: str) -> None:
        """A document was saved; it may be a project file."""
        if uri.rpartition("/")[2] in PROJECT_FILES:
            self.settings_changed()

    def _tell_backend(self, uri: str, text: str | None) -> None:
        if uri.lower().startswith("file:"):
            self.link.document_changed(uri, text)

    # ------------------------------------------------------------------ work on documents

    async def work(self, document: OpenDocument, work: Callable[[int, Check], T], *, latest: bool = False) -> T:
        """The result of work on a version of a document, done on a thread.

        Raises `contentModified` as soon as the version is an old one; with `latest` any version will do.
        """
        await self._settings()
        version, cancellation = document.version, Cancellation()

        def check() -> None:
            cancellation.check()
            if not latest and document.version != version:
                raise stale()

        def run() -> T:
            check()
            return work(version, check)

        try:
            result = await self.link.pool.result_of(run)
        except asyncio.CancelledError:
            cancellation.cancel()
            raise
        except Cancelled:
            raise asyncio.CancelledError from None
        if not latest and document.version != version:
            raise stale()
        return result

    async def _settings(self) -> None:
        if not self._ready.is_set() and self.client.configuration:
            try:
                async with asyncio.timeout(SETTINGS_SECONDS):
                    await self._ready.wait()
            except TimeoutError:
                log.info("the client has not said its settings yet")
                self._ready.set()

    async def _diagnostics(self, document: OpenDocument) -> list[dict[str, Any]]:
        def look(version: int, check: Check) -> list[dict[str, Any]]:
            settings = self.views.settings_of(document)
            if not settings.diagnostics:
                return []
            wanted = settings.summary_diagnostic
            summary = wanted == "on" or (wanted == "auto" and not self.client.lenses)
            found = self.views.look(
                document,
                version,
                check,
                lambda view: list(answers.diagnostics(view, document.uri, self.client, summary=summary)),
            )
            return found or []

        return await self.work(document, look)

    def _settled(self, document: OpenDocument) -> None:
        self._look_at_importers(document.path)
        self.watching.update()

    def _look_at_importers(self, path: str | None, pause: float = PAUSE_SECONDS) -> None:
        importers = self.views.importers_of(path)
        for importer in importers:
            self.publisher.schedule(importer, pause)
        if importers:
            self._refresh()

    def _look_at_closed(self, path: str | None) -> None:
        if path is not None and path in self.unopened.paths:
            self.spawn(self.unopened.look([path]))

    def show_anew(self, documents: Iterable[OpenDocument]) -> None:
        """Diagnostics, hints and lenses of documents are out of date, and so is what is said of closed files."""
        for document in documents:
            self.publisher.schedule(document, pause=0)
        self._refresh()
        if self.unopened.paths:
            self.spawn(self.unopened.look_at_all())

    async def command(self, params: lsp.ExecuteCommandParams) -> Any:
        """Run one of our commands."""
        await self._settings()
        return await self.commands.run(params)

    def progress_cancelled(self, token: str | int) -> None:
        """The user cancelled what shows this progress."""
        self.commands.cancel(token)

    # ------------------------------------------------------------------ settings and news

    def await_settings(self) -> None:
        """The client is asked for its settings: what it asks in the meantime waits for them."""
        self._ready.clear()

    def settings_changed(self) -> None:
        """Show everything anew, and follow the session that the settings name."""
        self._ready.set()
        self.spawn(self._apply_settings())

    async def _apply_settings(self) -> None:
        settings = await self.link.pool.result_of(lambda: self.configuration.settings_for(None))
        wanted = settings.session if settings.watch else None
        self._pops_up = settings.watch and settings.alerts == "message"
        backend = self._backend
        assert backend is not None
        await self.link.pool.result_of(lambda: backend.follow(wanted, settings.alerts != "off"))
        self.link.look_for_news()
        self.show_anew(self.documents)
        await self._count_new_folders()

    async def _count_new_folders(self) -> None:
        """Count the folders that were opened since the last time, for a client that shows progress."""
        if not self.client.progress:
            return
        new = [folder for folder in self.configuration.folders if folder not in self._counted]
        self._counted.update(new)
        settings_of = self.configuration.settings_for
        wanted = await self.link.pool.result_of(
            lambda: [folder for folder in new if not is_home(folder) and settings_of(folder).count_on_open]
        )
        if wanted:
            self.spawn(count_on_open(self, wanted))

    def _refresh(self) -> None:
        for method, wanted in (
            ("workspace/inlayHint/refresh", self.client.refreshes_hints),
            ("workspace/codeLens/refresh", self.client.refreshes_lenses),
        ):
            if wanted:
                self.spawn(self.messages.ask(method, None, timeout=10))

    def news(self, method: str, params: dict[str, Any]) -> None:
        """Pass on what happened to a session; an alert also as a message that pops up, if the settings say so."""
        if method == "budget/alert" and self._pops_up:
            level = ERROR if params["level"] == "critical" else WARNING
            self.messages.show(level, f"Session {params['sessionId']}: {params['alert']['message']}")
        self.messages.tell(method, params)
        self.freshness.look()

    def _warn_from_thread(self, text: str) -> None:
        self._loop.call_soon_threadsafe(self._warn, text)

    def _warn(self, text: str) -> None:
        self.messages.log(WARNING, text)
        self.messages.show(WARNING, text)
