"""Keeps the settings up to date with the client and with the project's files."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from ctxbudget_server.editor.settings import SECTION
from ctxbudget_server.rpc.editor.configuration import PROJECT_FILES, as_settings
from ctxbudget_server.rpc.editor.documents import real_path

if TYPE_CHECKING:
    from ctxbudget_server.rpc.editor.editor import Editor

log = logging.getLogger(__name__)

ASK_SECONDS = 10.0
WATCHED = [f"**/{name}" for name in PROJECT_FILES]


class SettingsSync:
    """Lives on the event loop."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    async def start(self) -> None:
        """Register for what changes, and ask for the settings."""
        client = self._editor.client
        wanted: list[dict[str, Any]] = []
        if client.registers_configuration:
            options = {"section": SECTION}
            wanted.append({"id": "settings", "method": "workspace/didChangeConfiguration", "registerOptions": options})
        if client.registers_watchers:
            watchers = {"watchers": [{"globPattern": pattern} for pattern in WATCHED]}
            wanted.append({"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": watchers})
        if wanted:
            self._editor.spawn(self.ask("client/registerCapability", {"registrations": wanted}))
        await self.pull()

    async def pull(self) -> None:
        """Ask the client for its settings, for each folder and for all others; then show everything anew."""
        editor = self._editor
        if editor.client.configuration:
            editor.await_settings()
            folders = editor.configuration.folders
            items = [{"scopeUri": Path(folder).as_uri(), "section": SECTION} for folder in folders]
            said = await self.ask("workspace/configuration", {"items": [*items, {"section": SECTION}]})
            if isinstance(said, list) and len(said) == len(items) + 1:
                values = dict(zip([*folders, None], map(as_settings, said), strict=True))
                editor.configuration.set_client(values)
        editor.settings_changed()

    def pushed(self, params: lsp.DidChangeConfigurationParams) -> None:
        """The client says that settings have changed, and maybe to what."""
        editor = self._editor
        if editor.client.configuration:
            editor.spawn(self.pull())
        else:
            editor.configuration.set_pushed(as_settings(params.settings))
            editor.settings_changed()

    def folders_changed(self, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        """Folders were added to the workspace or removed from it."""
        gone = {real_path(folder.uri) for folder in params.event.removed}
        come = [path for folder in params.event.added if (path := real_path(folder.uri))]
        kept = [folder for folder in self._editor.configuration.folders if folder not in gone]
        self._editor.configuration.set_folders([*kept, *come])
        self._editor.spawn(self.pull())

    async def ask(self, method: str, params: dict[str, Any]) -> Any:
        """What the client answers; None if it answers nothing of use."""
        try:
            return await self._editor.messages.ask(method, params, timeout=ASK_SECONDS)
        except (JsonRpcException, TimeoutError, asyncio.CancelledError) as fault:
            log.info("%s was not answered: %r", method, fault)
            return None
