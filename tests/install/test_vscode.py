"""`ctxbudget install vscode`: the extension by the editor's own command, and the setting beside it."""

from __future__ import annotations

import errno
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support.code_stand_in import StandIn

from ctxbudget_server import __version__
from ctxbudget_server.install import vscode
from ctxbudget_server.install.shipped import client_files
from ctxbudget_server.install.vsix import NAMES, packed

Install = Callable[..., str]
ID = "ctxbudget.ctxbudget"
SETTINGS = ".config/Code/User/settings.json"


@pytest.fixture
def code(program: Path) -> StandIn:
    """The command of VS Code, beside ours on PATH."""
    return StandIn(program.parent)


def left(home: Path) -> list[Path]:
    """The files in a home."""
    return [path for path in home.rglob("*") if path.is_file()]


def test_one_command_installs_the_extension_and_sets_where_ours_is(
    home: Path, program: Path, code: StandIn, install: Install
) -> None:
    said = install("vscode")
    assert f"VS Code: the extension {ID} {__version__}, by {code.command}" in said
    assert code.extensions() == {ID: __version__}
    assert json.loads((home / SETTINGS).read_text()) == {"ctxbudget.path": str(program)}

    assert "already installed" in install("vscode")
    assert code.calls("--install-extension") == 1, "twice equals once"

    install("vscode", "--uninstall")
    assert code.extensions() == {}
    assert left(home) == []
    assert "nothing is installed" in install("vscode", "--uninstall")
    assert code.calls("--uninstall-extension") == 1


def test_a_dry_run_says_what_would_run(home: Path, code: StandIn, install: Install) -> None:
    said = install("vscode", "--dry-run")
    assert f"$ {code.command} --install-extension ctxbudget.vsix --force" in said
    assert '+  "ctxbudget.path"' in said
    assert left(home) == []
    assert code.extensions() == {}
    install("vscode")
    assert f"$ {code.command} --uninstall-extension {ID}" in install("vscode", "--uninstall", "--dry-run")
    assert code.extensions() == {ID: __version__}


def test_an_upgrade_renews_the_extension_also_within_a_version(
    home: Path, code: StandIn, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("vscode")
    newer = tmp_path / "newer"
    shutil.copytree(client_files("vscode"), newer, ignore=shutil.ignore_patterns("node_modules"))
    (newer / "built" / "extension.js").write_text("// newer\n")
    monkeypatch.setattr(vscode, "client_files", lambda name: newer)
    install("vscode")
    assert code.calls("--install-extension") == 2
    assert "already installed" in install("vscode")


def test_one_that_was_removed_in_the_editor_is_put_there_again(home: Path, code: StandIn, install: Install) -> None:
    install("vscode")
    (code.state / ID).unlink()
    install("vscode")
    assert code.extensions() == {ID: __version__}
    (code.state / ID).unlink()
    install("vscode", "--uninstall")
    assert left(home) == []


def test_one_that_the_user_installed_otherwise_stays(home: Path, code: StandIn, install: Install) -> None:
    code.state.mkdir()
    (code.state / ID).write_text("0.0.9")
    assert "nothing is installed" in install("vscode", "--uninstall")
    assert code.extensions() == {ID: "0.0.9"}


def test_without_the_editors_command_nothing_is_written(home: Path, install: Install) -> None:
    said = install("vscode", code=1)
    assert "is not on PATH (one of code, code-insiders, codium, cursor, code-server)" in said
    assert "--editor" in said
    assert left(home) == []


def test_where_the_command_fails_nothing_is_written(home: Path, code: StandIn, install: Install) -> None:
    code.fail()
    said = install("vscode", code=1)
    assert "--force failed: cannot write to its folder" in said
    assert left(home) == []


def test_where_the_extensions_cannot_be_listed_what_was_done_is_said(
    home: Path, code: StandIn, install: Install
) -> None:
    code.fail_to_list()
    said = install("vscode", code=1)
    assert "--list-extensions --show-versions failed: exit code 1; " in said
    assert f"had just installed the extension {ID} without a fault" in said
    assert "its setting is not written: install again" in said
    assert not (home / SETTINGS).exists()

    (code.state / "lists-nothing").unlink()
    install("vscode", "--uninstall")
    assert code.extensions() == {}, "what was put there is known"
    assert left(home) == []


def test_where_there_is_no_room_for_the_package_nothing_is_written(
    home: Path, code: StandIn, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, body: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "could not be written" in install("vscode", code=1)
    assert code.calls("--install-extension") == 0
    assert left(home) == []


def test_where_the_command_has_gone_the_setting_is_taken_out(home: Path, code: StandIn, install: Install) -> None:
    install("vscode")
    code.command.unlink()
    said = install("vscode", "--uninstall")
    assert f"`code` is not on PATH, so the extension {ID} stays in VS Code" in said
    assert not (home / SETTINGS).exists()


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("codium", ".config/VSCodium/User/settings.json"),
        ("cursor", ".config/Cursor/User/settings.json"),
        ("code-server", ".local/share/code-server/User/settings.json"),
    ],
)
def test_its_kin_have_settings_of_their_own(
    name: str, settings: str, home: Path, program: Path, install: Install
) -> None:
    editor = StandIn(program.parent, name)
    install("vscode")
    assert (home / settings).exists()
    code = StandIn(program.parent)
    assert "already installed" in install("vscode"), "the editor that has it is the one that is meant"
    install("vscode", "--editor", "code")
    assert code.extensions() == editor.extensions() == {ID: __version__}
    install("vscode", "--uninstall", "--editor", str(editor.command))
    assert editor.extensions() == {}
    install("vscode", "--uninstall")
    assert left(home) == []


def test_a_command_of_no_editor_is_refused(home: Path, program: Path, code: StandIn, install: Install) -> None:
    assert "--editor emacs: the command of no editor that we know" in install("vscode", "--editor", "emacs", code=1)
    assert "(/nowhere/code)" in install("vscode", "--editor", "/nowhere/code", code=1)
    assert "--editor does nothing there" in install("codex", "--editor", "code", code=1)
    assert left(home) == []


def test_the_package_is_the_same_each_time_and_names_what_is_in_it() -> None:
    package = packed(client_files("vscode"))
    assert package == packed(client_files("vscode"))
    with zipfile.ZipFile(io.BytesIO(package.body)) as archive:
        names = set(archive.namelist())
        manifest = ElementTree.fromstring(archive.read("extension.vsixmanifest"))
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
        about = json.loads(archive.read("extension/package.json"))
    assert {f"extension/{name}" for name in NAMES.values()} < names
    assert f"extension/{about['main'].removeprefix('./')}" in names
    assert f"extension/{about['icon']}" in names
    assets = [asset.get("Path") for asset in manifest.iter() if asset.tag.endswith("Asset")]
    assert assets
    assert set(assets) <= names
    [identity] = [one for one in manifest.iter() if one.tag.endswith("Identity")]
    assert (identity.get("Publisher"), identity.get("Id"), identity.get("Version")) == ("ctxbudget",) * 2 + (
        __version__,
    )
    suffixes = {str(one.get("Extension")) for one in types}
    assert {f".{name.rpartition('.')[2]}" for name in names - {"[Content_Types].xml"}} == suffixes
