"""`ctxbudget.countWorkspace`: the tokens of a workspace's texts, with progress, and stopped when nobody wants them."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter as Sums
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count as numbers
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from ctxbudget_server.editor import layers
from ctxbudget_server.rpc.editor.messages import INFO
from ctxbudget_server.services.cancellation import Cancellation, Cancelled

if TYPE_CHECKING:
    from ctxbudget_server.rpc.editor.editor import Editor

Json = dict[str, Any]
Report = Callable[[int, int], None]
"""How many files are done, of how many."""

_TOKENS = numbers(1)
REPORT_SECONDS = 0.1
LARGEST = 20
ASK_SECONDS = 5.0


async def count_workspace(editor: Editor, token: str | int | None) -> Json:
    """Count the files that the settings include, in all folders: totals by layer, and the files that cost most.

    Cancelled by `$/cancelRequest` (then there is no answer but the error) or by the progress's button (then the
    answer has what was counted so far, and `cancelled`).
    """
    progress = Progress(editor, token)
    await progress.begin("Counting tokens")
    cancellation = Cancellation()
    stopped: Future[None] = Future()
    editor.commands.progress[progress.token] = stopped
    work = Count(editor, cancellation, stopped, progress.report_from_thread)
    try:
        result = await editor.link.pool.result_of(work.run)
    except asyncio.CancelledError:
        cancellation.cancel()
        raise
    finally:
        del editor.commands.progress[progress.token]
        progress.end(work.summary())
    editor.messages.show(INFO, work.summary())
    return result


class Count:
    """One count, on a thread."""

    def __init__(self, editor: Editor, cancellation: Cancellation, stopped: Future[None], report: Report) -> None:
        self._editor = editor
        self._cancellation = cancellation
        self._stopped = stopped
        self._report = report
        self._tokens: dict[str, int] = {}
        self._layers: Sums[str] = Sums()
        self._provenance = "exact"

    def run(self) -> Json:
        """Count; raises nothing when it is stopped."""
        views, configuration = self._editor.views, self._editor.configuration
        files = [(path, place) for path in self._files() if (place := configuration.place_of(path)) is not None]
        for done, (path, place) in enumerate(files):
            if self._stopped.cancelled() or self._cancelled():
                break
            settings = configuration.settings_for(path)
            if not layers.is_looked_at(place, None, settings):
                continue
            counter = views.basis(settings).counter
            self._provenance = counter.provenance
            try:
                tokens = views.count(path, settings, counter, self._cancellation.check)
            except Cancelled:
                break
            if tokens is not None:
                self._tokens[path] = tokens
                self._layers[layers.layer_of(place, settings) or "none"] += tokens
            self._report(done + 1, len(files))
        return self._result()

    def _files(self) -> list[str]:
        from ctxbudget_server.services.folders import files_below

        found: dict[str, None] = {}
        for folder in self._editor.configuration.folders:
            for path in files_below(Path(folder)):
                if self._stopped.cancelled() or self._cancelled():
                    return []
                found[str(path)] = None
        return list(found)

    def _cancelled(self) -> bool:
        try:
            self._cancellation.check()
        except Cancelled:
            return True
        return False

    def _result(self) -> Json:
        largest = sorted(self._tokens.items(), key=lambda entry: (-entry[1], entry[0]))[:LARGEST]
        return {
            "files": len(self._tokens),
            "tokens": sum(self._tokens.values()),
            "provenance": self._provenance,
            "layers": dict(self._layers),
            "largest": [{"uri": Path(path).as_uri(), "tokens": tokens} for path, tokens in largest],
            "cancelled": self._stopped.cancelled(),
        }

    def summary(self) -> str:
        """A sentence for a person."""
        text = f"{sum(self._tokens.values()):,} tokens in {len(self._tokens):,} files"
        return f"{text}, then cancelled" if self._stopped.cancelled() or self._cancelled() else text


class Progress:
    """A progress in the client: with the token of the request, or with one of our own where the client shows those."""

    def __init__(self, editor: Editor, token: str | int | None) -> None:
        self._editor = editor
        self._loop = asyncio.get_running_loop()
        self._given = token is not None
        self.token = token if token is not None else f"ctxbudget-{os.getpid()}-{next(_TOKENS)}"
        self._shown = False
        self._last = 0.0

    async def begin(self, title: str) -> None:
        """Show it."""
        self._shown = self._given or (self._editor.client.progress and await self._created())
        self._tell({"kind": "begin", "title": title, "cancellable": True, "percentage": 0})

    async def _created(self) -> bool:
        try:
            params = {"token": self.token}
            await self._editor.messages.ask("window/workDoneProgress/create", params, timeout=ASK_SECONDS)
        except (JsonRpcException, TimeoutError):
            return False
        return True

    def report_from_thread(self, done: int, of: int) -> None:
        """Say how far it is, now and then."""
        now = time.monotonic()
        if now - self._last >= REPORT_SECONDS:
            self._last = now
            report = {"kind": "report", "message": f"{done:,} of {of:,} files", "percentage": 100 * done // of}
            self._loop.call_soon_threadsafe(self._tell, report)

    def end(self, message: str) -> None:
        """Take it away."""
        self._tell({"kind": "end", "message": message})
        self._shown = False

    def _tell(self, value: Json) -> None:
        if self._shown:
            self._editor.messages.tell("$/progress", {"token": self.token, "value": value})
