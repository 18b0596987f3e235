"""The settings for a document: from the project's file, `initializationOptions` and the client."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctxbudget_server.editor.settings import SECTION, file_source, resolve, source
from ctxbudget_server.settings.current import CurrentSettings
from ctxbudget_server.settings.source import FileSettings
from ctxbudget_server.store.location import workspace_chosen
from ctxbudget_server.workspace.documents import find_workspace
from ctxbudget_server.workspace.opening import roots_around

if TYPE_CHECKING:
    from ctxbudget_protocol.settings import EditorSettings


class Configuration:
    """Sources of settings by folder. Thread-safe; `settings_for` may block.

    `warn` is called once for the problems of a source.

    `roots` are real paths of folders that the user allowed when the server was started, and `workspace` is the one that
    the user chose then: its files hold for everything that the client opens.
    """

    def __init__(self, warn: Callable[[str], None], roots: Sequence[str] = (), workspace: str | None = None) -> None:
        self._warn = warn
        self._roots = roots
        self._workspace = workspace_chosen(workspace)
        self._lock = threading.RLock()
        self._folders: list[str] = []
        self._options: object = None
        self._client: Mapping[str | None, object] = {}
        self._resolved: dict[str | None, tuple[FileSettings, EditorSettings]] = {}
        self._current: dict[str | None, CurrentSettings] = {}
        self._warned: set[str] = set()

    def set_folders(self, folders: list[str]) -> None:
        """The real paths of the workspace's folders."""
        with self._lock:
            self._folders = sorted(folders, key=len, reverse=True)
            self._resolved.clear()

    @property
    def folders(self) -> list[str]:
        """The real paths of the workspace's folders, the innermost first."""
        return self._folders

    def set_options(self, options: object) -> None:
        """Set the values from `initialize`."""
        with self._lock:
            self._options = options
            self._resolved.clear()

    def set_client(self, values: Mapping[str | None, object]) -> None:
        """Set the client's values, by folder; None: for everything else."""
        with self._lock:
            self._client = values
            self._resolved.clear()

    def set_pushed(self, settings: object) -> None:
        """Set the values from `workspace/didChangeConfiguration`: the section, or an object containing it."""
        if isinstance(settings, dict) and isinstance(settings.get(SECTION), dict):
            settings = settings[SECTION]
        self.set_client({None: settings})

    def folder_of(self, path: str | None) -> str | None:
        """The workspace folder that contains a real path."""
        if path is None:
            return None
        return next((f for f in self._folders if path == f or path.startswith(f.rstrip(os.sep) + os.sep)), None)

    def roots_for(self, path: str) -> tuple[str, ...]:
        """Real paths of the folders whose files may be read for a document that the client names.

        They are the client's folders and those that the user allows with `--root`, CTXBUDGET_ROOTS or the client's
        setting `roots`; for a document in none of these, its own workspace too. A repository cannot add any.
        """
        named = (os.path.realpath(Path(root).expanduser()) for root in self.settings_for(path).roots)
        allowed = (*self._folders, *self._roots, *named)
        return allowed if self.folder_of(path) else (*allowed, *roots_around(path))

    def place_of(self, path: str | None) -> str | None:
        """A real path in the form that patterns match: relative to its folder, else absolute; with slashes."""
        if path is None:
            return None
        folder = self.folder_of(path)
        shown = os.path.relpath(path, folder) if folder else path.lstrip(os.sep)
        return shown.replace(os.sep, "/")

    def settings_for(self, path: str | None) -> EditorSettings:
        """The settings for a document; those of the first folder for one without a file."""
        folder = self._folder_for(path)
        with self._lock:
            files = self._files_of(folder)
            known = self._resolved.get(folder)
            if known is None or known[0] is not files:
                known = self._resolved[folder] = (files, self._resolve(folder, files))
            return known[1]

    def files_for(self, path: str | None) -> FileSettings:
        """The settings of files that count for a document, those of accounts among them."""
        with self._lock:
            return self._files_of(self._folder_for(path))

    def _folder_for(self, path: str | None) -> str | None:
        if path is None and self._folders:
            return self._folders[-1]
        return self.folder_of(path)

    def _files_of(self, folder: str | None) -> FileSettings:
        """Those of the workspace that the user chose, else of the one around a folder, whatever else the folder has."""
        if folder not in self._current:
            is_known = self._workspace is not None or folder is not None
            workspace = str(find_workspace(self._workspace, folder)) if is_known else None
            self._current[folder] = CurrentSettings(workspace)
        return self._current[folder].now()

    def _resolve(self, folder: str | None, files: FileSettings) -> EditorSettings:
        client = self._client.get(folder, self._client.get(None))
        sources = [
            *(file_source(found) for found in (files.project, files.user) if found),
            source("initializationOptions", self._options),
            source("workspace/configuration", client),
        ]
        for each in sources:
            self._warn_once(each.warnings, each.name)
        return resolve(sources)

    def _warn_once(self, warnings: Sequence[str], name: str) -> None:
        """Report each problem once, those of one source together.

        Clients give their settings twice, in `initializationOptions` and when asked.
        """
        faults = {warning.replace(name, "", 1): warning for warning in warnings}
        new = [warning for fault, warning in faults.items() if fault not in self._warned]
        self._warned |= faults.keys()
        if new:
            first, *rest = new
            self._warn("; ".join([first, *(each.removeprefix(f"ctxbudget: {name}: ") for each in rest)]))


def is_home(folder: str) -> bool:
    """Whether a folder is the user's home or contains it, and so is not a project."""
    home = os.path.realpath(Path.home())
    return home == folder or home.startswith(folder.rstrip(os.sep) + os.sep)


def as_settings(value: Any) -> object:
    """An answer to `workspace/configuration` as a source; many clients send null, and some `[]`, for no settings."""
    return None if value in (None, [], "") else value
