"""Counts a workspace's texts: for the command `ctxbudget.countWorkspace`, and once when a folder opens."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter as Sums
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctxbudget_server.account.cancellation import Cancellation, Cancelled
from ctxbudget_server.editor import layers
from ctxbudget_server.editor.words import plural
from ctxbudget_server.rpc.editor.context import EditorContext
from ctxbudget_server.rpc.editor.messages import INFO, WARNING
from ctxbudget_server.rpc.editor.progress import Progress

if TYPE_CHECKING:
    from ctxbudget_protocol.settings import EditorSettings
    from ctxbudget_server.account.counter import Counter

log = logging.getLogger(__name__)

Json = dict[str, Any]
Report = Callable[[int, int], None]
"""Called with the number of files done and the total."""
Found = Callable[[Sequence[str]], Awaitable[None]]
"""Called with the real paths of the folders' text files."""

MAX_LISTED = 20
MIN_FILES_SHOWN = 100
"""Number of files from which counting an opened folder shows progress; fewer take too little time."""
MAX_FILES = 20_000
MAX_LOOKED_AT = 200_000
"""Number of texts, or of files of any kind, beyond which a folder is counted only on request."""
YIELD_SECONDS, MAX_YIELD_SECONDS = 0.002, 0.1
MAX_NAMED = 20
"""Maximum number of skipped files that are listed; the rest are only counted."""
TITLE = "Counting tokens"


class TooManyError(Exception):
    """The folder has more files than are counted without a request."""


async def count_workspace(context: EditorContext, token: str | int | None) -> Json:
    """Count the files that the settings include, in all folders: totals by layer, and the files that cost most.

    Cancelled by `$/cancelRequest` (then the answer is an error) or by the button of the progress display (then the
    answer has what was counted so far, and `cancelled`).
    """
    progress = Progress(context, token)
    await progress.begin(TITLE)
    work = FolderCount(context, context.configuration.folders)
    try:
        result = await _counted(
            context, progress, work, lambda: work.run(list(work.texts()), progress.report_from_thread)
        )
    finally:
        progress.end(work.summary())
    _name_left_out(context, work)
    context.messages.show(INFO, work.summary())
    return result


async def count_on_open(context: EditorContext, folders: Sequence[str], found: Found) -> None:
    """Count opened folders, giving way to all requests, and warn about files that load at the start."""
    work = FolderCount(context, folders, unasked=True)
    progress = Progress(context, None)
    try:
        texts = await context.pool.result_of(lambda: list(work.texts()))
    except TooManyError:
        context.messages.log(INFO, "ctxbudget: the folder has many files; ctxbudget.countWorkspace counts them")
        return
    _name_left_out(context, work)
    if len(texts) >= MIN_FILES_SHOWN:
        await progress.begin(TITLE)
    try:
        await _counted(context, progress, work, lambda: work.run(texts, progress.report_from_thread))
    finally:
        progress.end(work.summary())
    if texts:
        context.messages.log(INFO, f"ctxbudget: {work.summary()}")
    if not work.stopped:
        await found(texts)


def _name_left_out(context: EditorContext, work: FolderCount) -> None:
    for line in work.left_out():
        context.messages.log(WARNING, line)


async def _counted(context: EditorContext, progress: Progress, work: FolderCount, run: Callable[[], Json]) -> Json:
    context.cancellable[progress.token] = work.button
    try:
        return await context.pool.result_of(run)
    except asyncio.CancelledError:
        work.cancellation.cancel()
        raise
    finally:
        del context.cancellable[progress.token]


class FolderCount:
    """One count of folders, on a thread. If `unasked`, it gives way to requests and skips huge folders."""

    def __init__(self, context: EditorContext, folders: Sequence[str], *, unasked: bool = False) -> None:
        self.cancellation = Cancellation()
        self.button: Future[None] = Future()
        """Cancelled when the user presses the button of the progress display."""
        self._context = context
        self._folders = folders
        self._unasked = unasked
        self._tokens: dict[str, int] = {}
        self._at_start: dict[str, int] = {}
        self._layers: Sums[str] = Sums()
        self._provenance = "exact"
        self._rules: dict[str | None, tuple[EditorSettings, Counter]] = {}
        self._left_out: list[str] = []

    @property
    def stopped(self) -> bool:
        """Whether the count was cancelled."""
        try:
            self.cancellation.check()
        except Cancelled:
            return True
        return self.button.cancelled()

    def texts(self) -> Iterator[str]:
        """The real paths of the files to count. Raises TooManyError."""
        from ctxbudget_server.workspace.folders import files_below

        place_of, seen, looked_at = self._context.configuration.place_of, set[str](), 0
        for folder in self._folders:
            for file in files_below(Path(folder), self._left_out.append):
                self._give_way()
                if self.stopped:
                    return
                path, looked_at = str(file), looked_at + 1
                if self._unasked and (looked_at > MAX_LOOKED_AT or len(seen) > MAX_FILES):
                    raise TooManyError
                if path not in seen and layers.is_looked_at(place_of(path), None, self._rules_for(path)[0]):
                    seen.add(path)
                    yield path

    def run(self, texts: Sequence[str], report: Report) -> Json:
        """Count the files; returns what was counted so far if it is stopped."""
        for done, path in enumerate(texts):
            self._give_way()
            if self.stopped:
                break
            try:
                self._count(path)
            except Cancelled:
                break
            report(done + 1, len(texts))
        return self._result()

    def _count(self, path: str) -> None:
        views, place = self._context.views, self._context.configuration.place_of(path)
        settings, counter = self._rules_for(path)
        self._provenance = counter.provenance
        tokens = views.count(path, settings, counter, self.cancellation.check)
        if tokens is None:
            return
        self._tokens[path] = tokens
        layer = layers.layer_of(place, settings) or "none"
        self._layers[layer] += tokens
        if layer == "permanent":
            self._at_start[path] = tokens
            found = views.look_at_file(path, self.cancellation.check, lambda view: dict(view.loaded()))
            self._at_start.update(found or {})

    def _rules_for(self, path: str) -> tuple[EditorSettings, Counter]:
        """The settings and the counter of a file's folder, as they were when the count reached it."""
        folder = self._context.configuration.folder_of(path)
        if folder not in self._rules:
            settings = self._context.configuration.settings_for(path)
            self._rules[folder] = settings, self._context.views.basis(settings, path).counter
        return self._rules[folder]

    def _give_way(self) -> None:
        """Let requests go first, for a while."""
        if not self._unasked:
            return
        until = time.monotonic() + MAX_YIELD_SECONDS
        while self._context.is_busy() and time.monotonic() < until and not self.stopped:
            time.sleep(YIELD_SECONDS)

    def _result(self) -> Json:
        largest = sorted(self._tokens.items(), key=lambda entry: (-entry[1], entry[0]))[:MAX_LISTED]
        return {
            "files": len(self._tokens),
            "tokens": sum(self._tokens.values()),
            "provenance": self._provenance,
            "layers": dict(self._layers),
            "atStart": {"files": len(self._at_start), "tokens": sum(self._at_start.values())},
            "largest": [{"uri": Path(path).as_uri(), "tokens": tokens} for path, tokens in largest],
            "cancelled": self.button.cancelled(),
        }

    def left_out(self) -> Iterator[str]:
        """What was skipped in the folders, and why: a readable number of lines for the log."""
        named = self._left_out[:MAX_NAMED]
        yield from (f"ctxbudget: {each}" for each in named)
        if more := len(self._left_out) - len(named):
            yield f"ctxbudget: {more:,} more like these"

    def summary(self) -> str:
        """A one-line summary for people."""
        text = f"{sum(self._tokens.values()):,} tokens in {plural(len(self._tokens), 'file')}"
        if self._at_start:
            text += f"; {sum(self._at_start.values()):,} of layer permanent, with imports"
        return f"{text}, then cancelled" if self.stopped else text
