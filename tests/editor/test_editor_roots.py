"""Folders outside the workspace from which imports are read: the user allows them, a repository cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxbudget_server.rpc.editor.configuration import Configuration
from ctxbudget_server.settings.reader import parsed
from ctxbudget_server.store.location import extra_roots
from editor.conftest import StartEditor

RULES = "Always answer in whole sentences, and name the files that you changed.\n"


def roots(folder: Path, allowed: tuple[str, ...] = (), options: object = None, client: object = None) -> set[str]:
    """Beside the folder itself; nothing is wrong with the settings."""
    warnings: list[str] = []
    configuration = Configuration(warnings.append, allowed)
    configuration.set_folders([str(folder)])
    configuration.set_options(options)
    configuration.set_client({None: client})
    found = set(configuration.roots_for(str(folder / "CLAUDE.md"))) - {str(folder)}
    assert not warnings
    return found


def test_the_user_allows_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "w"
    folder.mkdir()
    assert roots(folder) == set()
    assert roots(folder, ("/opt/rules",)) == {"/opt/rules"}
    assert roots(folder, options={"roots": ["~/.claude"]}) == {str(tmp_path / "home" / ".claude")}
    assert roots(folder, ("/a",), {"roots": ["/b"]}, {"roots": ["/c"]}) == {"/a", "/c"}


def test_a_link_is_allowed_by_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert roots(tmp_path / "w", options={"roots": [str(tmp_path / "link")]}) == {str(tmp_path / "real")}
    assert extra_roots([str(tmp_path / "link"), str(tmp_path / "real")]) == [str(tmp_path / "real")]


@pytest.mark.parametrize(
    ("name", "text"),
    [("ctxbudget.toml", 'roots = ["/"]\n'), ("pyproject.toml", '[tool.ctxbudget]\nroots = ["/"]\n')],
)
def test_a_repository_cannot_allow_any(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    warnings: list[str] = []
    configuration = Configuration(warnings.append)
    configuration.set_folders([str(tmp_path)])
    assert configuration.roots_for(str(tmp_path / "CLAUDE.md")) == (str(tmp_path),)
    (warning,) = warnings
    assert warning.startswith(f'ctxbudget: {name}: setting "roots" is accepted only from the user'), warning
    assert parsed(name, text).values == {}


def test_a_relative_folder_is_refused(tmp_path: Path) -> None:
    warnings: list[str] = []
    configuration = Configuration(warnings.append)
    configuration.set_folders([str(tmp_path)])
    configuration.set_options({"roots": ["rules"]})
    assert configuration.roots_for(str(tmp_path / "CLAUDE.md")) == (str(tmp_path),)
    assert len(warnings) == 1 and "roots" in warnings[0]


def test_an_import_of_an_allowed_folder_counts(
    start_editor: StartEditor, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rules = tmp_path_factory.mktemp("rules") / "mine.md"
    rules.write_text(RULES)
    found = {}
    for allowed in ([], [str(rules.parent)]):
        editor = start_editor(options={"roots": allowed})
        uri = editor.open_file("CLAUDE.md", f"# Rules\n\n@{rules}\n")
        found[bool(allowed)] = editor.execute("ctxbudget.showBudget", uri)["imports"]
        editor.notification("window/showMessage")
        editor.close()
    assert found[False] == 0 < found[True]
