"""Has the client watch the files on which diagnostics depend: imports, and unopened files that have warnings."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

from ctxbudget_server.rpc.editor.context import EditorContext

METHOD = "workspace/didChangeWatchedFiles"
MAX_FILES = 500
PAUSE_SECONDS = 0.2
_SPECIAL = re.compile(r"[*?\[\]{}]")


class Watching:
    """Lives on the event loop. `files` names the files to watch by their real paths."""

    def __init__(self, context: EditorContext, files: Callable[[], Iterable[str]]) -> None:
        self._context = context
        self._files = files
        self._numbers = count(1)
        self._watched: frozenset[str] = frozenset()
        self._id: str | None = None
        self._pending: asyncio.TimerHandle | None = None

    def update(self) -> None:
        """The set of files to watch may have changed."""
        if self._context.client.registers_watchers and self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._register)

    def _register(self) -> None:
        self._pending = None
        wanted = frozenset(sorted(self._files())[:MAX_FILES])
        if wanted == self._watched:
            return
        old, self._id = self._id, f"texts-{next(self._numbers)}" if wanted else None
        self._watched = wanted
        self._context.spawn(self._exchange(old, self._id, wanted))

    async def _exchange(self, old: str | None, new: str | None, paths: Iterable[str]) -> None:
        ask = self._context.messages.ask_if_possible
        if new is not None:
            watchers = {"watchers": [{"globPattern": self._pattern(path)} for path in sorted(paths)]}
            wanted = {"id": new, "method": METHOD, "registerOptions": watchers}
            await ask("client/registerCapability", {"registrations": [wanted]})
        if old is not None:
            # The protocol spells the member like this.
            await ask("client/unregisterCapability", {"unregisterations": [{"id": old, "method": METHOD}]})

    def _pattern(self, path: str) -> Any:
        """A glob that matches one file. Globs have no escapes, so `?` replaces special characters in the name."""
        file = Path(path)
        if self._context.client.relative_patterns:
            return {"baseUri": file.parent.as_uri(), "pattern": _SPECIAL.sub("?", file.name)}
        return _SPECIAL.sub("?", file.as_posix())
