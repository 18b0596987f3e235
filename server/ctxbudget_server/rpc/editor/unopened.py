"""Diagnostics of files that are not open: those that load at the start, and those named in the settings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.editor import layers
from ctxbudget_server.editor.view import View
from ctxbudget_server.rpc.editor import answers
from ctxbudget_server.rpc.editor.context import EditorContext

log = logging.getLogger(__name__)

MAX_FILES = 200
"""Maximum number of unopened files with warnings."""

Told = dict[str, list[dict[str, Any]]]
Publish = Callable[[str, list[dict[str, Any]]], None]


class UnopenedFiles:
    """Lives on the event loop. Knows the texts of the workspace from its last count.

    `publish` gets the diagnostics of a URI; `looked` is called after files were examined.
    """

    def __init__(self, context: EditorContext, publish: Publish, looked: Callable[[], None]) -> None:
        self._context = context
        self._publish_diagnostics = publish
        self._looked = looked
        self._known: list[str] = []
        self.paths: frozenset[str] = frozenset()
        """The files that get a warning if they cost too much."""

    async def found(self, texts: Iterable[str]) -> None:
        """The texts of the workspace, by real path."""
        self._known = list(texts)
        await self.look_at_all()

    async def look_at_all(self) -> None:
        """Examine all files again: settings or the session's figures have changed."""
        before = self.paths
        chosen = await self._context.pool.result_of(self._choose)
        self.paths = frozenset(chosen)
        for path in before - self.paths:
            self._publish(path, [])
        await self.look(chosen)

    async def look(self, paths: Iterable[str]) -> None:
        """Examine files that may have changed."""
        wanted = [path for path in paths if path in self.paths and self._context.documents.at(path) is None]
        if not wanted:
            return
        cancellation = Cancellation()
        try:
            told = await self._context.pool.result_of(lambda: self._diagnostics(wanted, cancellation.check))
        finally:
            cancellation.cancel()
        for path, found in told.items():
            self._publish(path, found)
        self._looked()

    def _publish(self, path: str, found: list[dict[str, Any]]) -> None:
        if self._context.documents.at(path) is None:  # it may have been opened in the meantime
            self._publish_diagnostics(Path(path).as_uri(), found)

    def _choose(self) -> list[str]:
        configuration, chosen = self._context.configuration, []
        for path in self._known:
            settings, place = configuration.settings_for(path), configuration.place_of(path)
            if settings.diagnostics and settings.count_on_open and layers.is_warned_of_closed(place, settings):
                chosen.append(path)
                if len(chosen) == MAX_FILES:
                    break
        return chosen

    def _diagnostics(self, paths: list[str], check: Callable[[], None]) -> Told:
        views, told = self._context.views, Told()
        for path in paths:
            try:
                found = views.look_at_file(path, check, partial(self._rendered, Path(path).as_uri()))
            except ProtocolError as fault:
                log.debug("no diagnostics for %s: %s", path, fault)
                continue
            told[path] = found or []
        return told

    def _rendered(self, uri: str, view: View) -> list[dict[str, Any]]:
        return list(answers.diagnostics(view, uri, self._context.client, summary=False))
