"""What the extension declares, against the server and its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_server import __version__

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "clients" / "vscode"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """`package.json` of the extension."""
    loaded: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text())
    return loaded


def test_it_has_the_version_of_the_server_and_its_licence(manifest):
    assert manifest["version"] == __version__
    assert (EXTENSION / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_its_page_names_every_command_and_every_setting_of_its_own(manifest):
    page = (ROOT / "docs" / "vscode.md").read_text()
    titles = [command["title"] for command in manifest["contributes"]["commands"]]
    assert [title for title in titles if title not in page] == []
    own = ["ctxbudget.path", "ctxbudget.interpreter", "ctxbudget.trace.server"]
    assert set(own) <= set(manifest["contributes"]["configuration"]["properties"])
    assert [key for key in own if key not in page] == []


def test_an_untrusted_workspace_names_no_program(manifest):
    trust = manifest["capabilities"]["untrustedWorkspaces"]
    assert trust["supported"] == "limited"
    assert set(trust["restrictedConfigurations"]) == {"ctxbudget.path", "ctxbudget.interpreter"}


def test_its_lock_file_names_no_registry():
    assert '"resolved"' not in (EXTENSION / "package-lock.json").read_text()
