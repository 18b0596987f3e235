"""An editor in raw JSON: the real server, a folder, and what editors say."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.session import serve_command

Json = Any
NOBODY_SAID: Json = {}
"""Options of an editor in which the window's size is not set."""
WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 100_000, "character": 0}}


class EditorClient(Client):
    """Announces what editors announce: everything except what `without` names, and the `more` capabilities.

    The server has the folder as its workspace, unless another `command` starts it. `every_hint`: short texts have
    hints, which the default threshold hides.
    """

    def __init__(
        self, folder: Path, *, encoding: str = "utf-16", options: Json = None, folders: list[Path] | None = None,
        without: tuple[str, ...] = (), more: Json = None, command: list[str] | None = None, every_hint: bool = True,
        **options_of_client: Any,
    ) -> None:  # fmt: skip
        self.folder = folder
        super().__init__(command or serve_command(folder), cwd=folder, handshake=False, **options_of_client)
        params: dict[str, Any] = {
            "processId": os.getpid(),
            "rootUri": folder.as_uri(),
            "capabilities": capabilities(encoding, without, more),
            "workspaceFolders": [{"uri": each.as_uri(), "name": each.name} for each in folders or [folder]],
        }
        if options is not NOBODY_SAID:
            given = options if options is not None else {"contextWindow": 25_000}
            plain = isinstance(given, dict) and "ctxbudget" not in given
            params["initializationOptions"] = {"inlayHintMinTokens": 0, **given} if every_hint and plain else given
        self.initialize_result = self.request("initialize", params)
        self.notify("initialized", {})

    def open(self, uri: str, text: str, language: str = "markdown", version: int = 1) -> str:
        """Open a document; its diagnostics are left to be read."""
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def open_file(self, name: str, text: str, **more: Any) -> str:
        """Write a file and open it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return self.open(path.as_uri(), text, **more)

    def change(self, uri: str, version: int, text: str, at: tuple[int, int, int, int] | None = None) -> None:
        """Replace a range, or everything."""
        change: dict[str, Any] = {"text": text}
        if at is not None:
            change["range"] = span(*at)
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    def hints(self, uri: str) -> list[Json]:
        """The inlay hints of the whole document."""
        return self.request("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": WHOLE})

    def labels(self, uri: str) -> list[str]:
        """Their texts."""
        return [hint["label"] for hint in self.hints(uri) or []]

    def lenses(self, uri: str) -> list[Json]:
        """The commands of the lenses."""
        return [lens["command"] for lens in self.request("textDocument/codeLens", {"textDocument": {"uri": uri}}) or []]

    def hover(self, uri: str, line: int) -> str | None:
        """The text of the hover at a line."""
        found = self.request(
            "textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": line, "character": 0}}
        )
        return found and found["contents"]["value"]

    def diagnostics(self, uri: str) -> list[Json]:
        """The next diagnostics that are published; they must be this document's."""
        published = self.notification("textDocument/publishDiagnostics")
        assert published["uri"] == uri
        return published["diagnostics"]

    def actions(
        self, uri: str, at: tuple[int, int, int, int], diagnostics: list[Json] | None = None, **context: Any
    ) -> list[Json]:
        """The code actions at a range."""
        params = {
            "textDocument": {"uri": uri},
            "range": span(*at),
            "context": {"diagnostics": diagnostics or [], **context},
        }
        return self.request("textDocument/codeAction", params) or []

    def execute(self, command: str, *arguments: Json) -> Json:
        """Run a command that applies no edit; the answer."""
        return self.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})

    def edit_of(self, command: str, *arguments: Json, applied: bool = True) -> tuple[Json, Json]:
        """Run a command; the edit that it asks for, and its answer."""
        asked = self.send_request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})
        request = self.server_request("workspace/applyEdit")
        self.respond(request["id"], {"applied": applied})
        return request["params"]["edit"], self.result(asked)


def span(line: int, character: int, end_line: int, end_character: int) -> Json:
    """A range."""
    return {
        "start": {"line": line, "character": character},
        "end": {"line": end_line, "character": end_character},
    }


def capabilities(encoding: str, without: tuple[str, ...] = (), more: Json = None) -> Json:
    """What a capable editor can do, without some of it, and with more."""
    made: dict[str, Any] = {
        "general": {"positionEncodings": [encoding]},
        "textDocument": {
            "inlayHint": {},
            "codeLens": {},
            "publishDiagnostics": {"relatedInformation": True},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
        },
        "workspace": {
            "applyEdit": True,
            "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]},
            "workspaceFolders": True,
            "fileOperations": {"didRename": True},
        },
        "window": {},
    }
    for path in without:
        *way, last = path.split(".")
        place = made
        for part in way:
            place = place[part]
        del place[last]
    merge_into(made, more or {})
    return made


def merge_into(made: Json, more: Json) -> None:
    """Lay one object over another, in place."""
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(made.get(name), dict):
            merge_into(made[name], value)
        else:
            made[name] = value


StartEditor = Callable[..., EditorClient]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is a workspace."""
    place = tmp_path / "project"
    (place / ".git").mkdir(parents=True)
    return place


@pytest.fixture
def start_editor(folder: Path) -> Iterator[StartEditor]:
    """Starts editors; each is judged at the end of the test if it went well."""
    started: list[EditorClient] = []

    def start(**options: Any) -> EditorClient:
        client = EditorClient(folder, **options)
        started.append(client)
        return client

    yield start
    for client in started:
        client.kill()
