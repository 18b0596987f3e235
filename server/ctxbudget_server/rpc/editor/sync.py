"""Keeps the settings in step with the client and with the project's files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from ctxbudget_server.editor.settings import SECTION
from ctxbudget_server.rpc.editor.configuration import as_settings
from ctxbudget_server.rpc.editor.context import EditorContext
from ctxbudget_server.rpc.editor.documents import real_path
from ctxbudget_server.settings.places import PROJECT_FILES

WATCHED = [f"**/{name}" for name in PROJECT_FILES]


class SettingsSync:
    """Lives on the event loop. `asking` is called before the client is asked, `changed` after it has answered."""

    def __init__(self, context: EditorContext, asking: Callable[[], None], changed: Callable[[], None]) -> None:
        self._context = context
        self._asking = asking
        self._changed = changed

    async def start(self) -> None:
        """Register for changes, and ask for the settings."""
        client = self._context.client
        wanted: list[dict[str, Any]] = []
        if client.registers_configuration:
            options = {"section": SECTION}
            wanted.append({"id": "settings", "method": "workspace/didChangeConfiguration", "registerOptions": options})
        if client.registers_watchers:
            watchers = {"watchers": [{"globPattern": pattern} for pattern in WATCHED]}
            wanted.append({"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": watchers})
        if wanted:
            self._context.spawn(
                self._context.messages.ask_if_possible("client/registerCapability", {"registrations": wanted})
            )
        await self.pull()

    async def pull(self) -> None:
        """Ask the client for its settings, per folder and in general; then refresh everything."""
        context = self._context
        if context.client.configuration:
            self._asking()
            folders = context.configuration.folders
            items = [{"scopeUri": Path(folder).as_uri(), "section": SECTION} for folder in folders]
            said = await context.messages.ask_if_possible(
                "workspace/configuration", {"items": [*items, {"section": SECTION}]}
            )
            if isinstance(said, list) and len(said) == len(items) + 1:
                values = dict(zip([*folders, None], map(as_settings, said), strict=True))
                context.configuration.set_client(values)
        self._changed()

    def pushed(self, params: lsp.DidChangeConfigurationParams) -> None:
        """The client reports that settings have changed, and perhaps their new values."""
        context = self._context
        if context.client.configuration:
            context.spawn(self.pull())
        else:
            context.configuration.set_pushed(as_settings(params.settings))
            self._changed()

    def folders_changed(self, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        """Folders were added to the workspace or removed from it."""
        gone = {real_path(folder.uri) for folder in params.event.removed}
        come = [path for folder in params.event.added if (path := real_path(folder.uri))]
        kept = [folder for folder in self._context.configuration.folders if folder not in gone]
        self._context.configuration.set_folders([*kept, *come])
        self._context.spawn(self.pull())
