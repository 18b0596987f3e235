"""Diagnostics of files that nobody has open: those that load at the start, and those that the settings name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.editor import layers
from ctxbudget_server.editor.view import View
from ctxbudget_server.rpc.editor import answers

if TYPE_CHECKING:
    from ctxbudget_server.rpc.editor.editor import Editor

log = logging.getLogger(__name__)

MOST_FILES = 200
"""Files that are warned of while they are closed."""

Told = dict[str, list[dict[str, Any]]]


class UnopenedFiles:
    """Lives on the event loop. Knows the texts of the workspace since it was counted."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._known: list[str] = []
        self.paths: frozenset[str] = frozenset()
        """The files that are warned of where they cost too much."""

    async def found(self, texts: Iterable[str]) -> None:
        """The texts of the workspace, by real path."""
        self._known = list(texts)
        await self.look_at_all()

    async def look_at_all(self) -> None:
        """Settings or the session's figures have changed."""
        before = self.paths
        chosen = await self._editor.link.pool.result_of(self._choose)
        self.paths = frozenset(chosen)
        for path in before - self.paths:
            self._publish(path, [])
        await self.look(chosen)

    async def look(self, paths: Iterable[str]) -> None:
        """Look at files, one or more of which may have changed."""
        wanted = [path for path in paths if path in self.paths and self._editor.documents.at(path) is None]
        if not wanted:
            return
        cancellation = Cancellation()
        try:
            told = await self._editor.link.pool.result_of(lambda: self._diagnostics(wanted, cancellation.check))
        finally:
            cancellation.cancel()
        for path, found in told.items():
            self._publish(path, found)
        self._editor.watching.update()

    def _publish(self, path: str, found: list[dict[str, Any]]) -> None:
        if self._editor.documents.at(path) is None:  # it may have been opened meanwhile
            self._editor.publisher.publish(Path(path).as_uri(), found)

    def _choose(self) -> list[str]:
        configuration, chosen = self._editor.configuration, []
        for path in self._known:
            settings, place = configuration.settings_for(path), configuration.place_of(path)
            if settings.diagnostics and settings.count_on_open and layers.is_warned_of_closed(place, settings):
                chosen.append(path)
                if len(chosen) == MOST_FILES:
                    break
        return chosen

    def _diagnostics(self, paths: list[str], check: Callable[[], None]) -> Told:
        editor, told = self._editor, Told()
        for path in paths:
            try:
                found = editor.views.look_at_file(path, check, partial(self._rendered, Path(path).as_uri()))
            except ProtocolError as fault:
                log.debug("no diagnostics for %s: %s", path, fault)
                continue
            told[path] = found or []
        return told

    def _rendered(self, uri: str, view: View) -> list[dict[str, Any]]:
        return list(answers.diagnostics(view, uri, self._editor.client, summary=False))
