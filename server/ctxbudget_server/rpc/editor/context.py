"""What the editor's features share: documents, views, settings, the client and the worker threads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ctxbudget_server.rpc.editor.client import Client
from ctxbudget_server.rpc.editor.configuration import Configuration
from ctxbudget_server.rpc.editor.documents import OpenDocuments
from ctxbudget_server.rpc.editor.messages import Messages
from ctxbudget_server.rpc.editor.views import Views
from ctxbudget_server.runtime.workers import WorkerPool

log = logging.getLogger(__name__)


@dataclass(slots=True)
class EditorContext:
    """Handed to every feature. Lives on the event loop."""

    documents: OpenDocuments
    configuration: Configuration
    views: Views
    messages: Messages
    pool: WorkerPool
    is_busy: Callable[[], bool]
    """Whether client requests are unanswered; may be called from any thread."""
    client: Client = field(default_factory=Client)
    """Replaced once, when `initialize` brings the client's capabilities."""
    cancellable: dict[str | int, Future[None]] = field(default_factory=dict)
    """What the user can cancel, by the token of its progress display."""
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something in the background; exceptions are logged."""

        def done(task: asyncio.Task[Any]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (fault := task.exception()) is not None:
                log.error("a task of the editor failed", exc_info=fault)

        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(done)
