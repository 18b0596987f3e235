"""VS Code and its kin: our extension, and where the command is that it starts."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final, NamedTuple

from ctxbudget_server.install.extension import Extension, Installing, Removing, recorded
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.member import Member
from ctxbudget_server.install.place import Place
from ctxbudget_server.install.plan import Plan
from ctxbudget_server.install.shipped import client_files
from ctxbudget_server.install.vsix import packed

NAME: Final = "vscode"
NEXT: Final = "reload the editor's window and open a Markdown file"


class Editor(NamedTuple):
    """VS Code, or another editor that is built from it and runs its extensions."""

    command: str
    title: str
    folder: str
    """Of its settings, within the folder that the system has for those of a user."""


EDITORS: Final = (
    Editor("code", "VS Code", "Code"),
    Editor("code-insiders", "VS Code Insiders", "Code - Insiders"),
    Editor("codium", "VSCodium", "VSCodium"),
    Editor("cursor", "Cursor", "Cursor"),
    Editor("code-server", "code-server", "code-server"),
)
"""In the order in which their commands are looked for."""
COMMANDS: Final = ", ".join(editor.command for editor in EDITORS)


class Chosen(NamedTuple):
    """An editor, and its command, if that is there."""

    editor: Editor
    command: str | None


def wiring(place: Place) -> Member:
    """What is wired, and where. Raises `InstallError` if `place.editor` is that of no editor."""
    return Member(NAME, settings_path(_chosen(place).editor), "ctxbudget.path", place.program)


def further(place: Place, *, uninstall: bool) -> Plan:
    """The plan for the extension itself. Raises `InstallError` if the editor's command is missing."""
    editor, command = _chosen(place)
    if uninstall:
        return _removal(editor, command)
    if command is None:
        looked_for = place.editor or f"one of {COMMANDS}"
        raise InstallError(
            f"the editor's own command, which installs extensions, is not on PATH ({looked_for}); nothing is changed. "
            "On macOS, run “Shell Command: Install 'code' command in PATH” in VS Code; "
            "or name the command with --editor PATH"
        )
    ours = _extension(editor, command)
    old = recorded(ours.place)
    same = old is not None and old.sha256 == ours.digest and ours.is_there(ours.package.version)
    done = [] if same else [f"{editor.title}: the extension {ours.package.id} {ours.package.version}, by {command}"]
    return Plan([Installing(ours, changes=not same)], done)


def is_current(place: Place) -> bool:
    """Whether the extension that was installed last is this one."""
    editor, command = _chosen(place)
    ours = _extension(editor, command or editor.command)
    old = recorded(ours.place)
    return old is not None and old.sha256 == ours.digest


def settings_path(editor: Editor) -> Path:
    """The user's settings of an editor."""
    home = Path.home()
    if editor.command == "code-server":  # on every system
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return base / editor.folder / "User" / "settings.json"


def _removal(editor: Editor, command: str | None) -> Plan:
    ours = _extension(editor, command or editor.command)
    if recorded(ours.place) is None:
        return Plan()
    if command is None:
        why = f"`{editor.command}` is not on PATH, so the extension {ours.package.id} stays in {editor.title}"
        return Plan(notes=[f"{why}: remove it there, or uninstall again with --editor PATH"])
    is_there = ours.is_there()
    done = [f"{editor.title}: the extension {ours.package.id} is removed"] if is_there else []
    return Plan([Removing(ours, changes=is_there)], done)


def _extension(editor: Editor, command: str) -> Extension:
    return Extension(NAME, command, settings_path(editor).parent, packed(client_files(NAME)))


def _chosen(place: Place) -> Chosen:
    """The editor that is meant: the one whose command is named, else one that has our extension, else one on PATH."""
    if place.editor is not None:
        name = Path(place.editor).stem if sys.platform == "win32" else Path(place.editor).name
        editor = next((one for one in EDITORS if one.command == name), None)
        if editor is None:
            raise InstallError(f"--editor {place.editor}: the command of no editor that we know: {COMMANDS}")
        return Chosen(editor, shutil.which(place.editor))
    found = [Chosen(editor, shutil.which(editor.command)) for editor in EDITORS]
    ours = [one for one in found if recorded(settings_path(one.editor).parent) is not None]
    on_path = [one for one in found if one.command is not None]
    both = [one for one in ours if one.command is not None]
    return (both or on_path or ours or found)[0]
