"""Settings: from every source, in their order, and what is wrong with them by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.session import SERVE

from ctxbudget_protocol.settings import EditorSettings, render
from ctxbudget_server.account.settings import DEFAULTS
from ctxbudget_server.editor.settings import file_source, resolve, source
from ctxbudget_server.settings.reader import parsed
from editor.conftest import NOBODY_SAID, EditorClient, StartEditor

TEXT = "# one\n\n" + "Words that go on.\n" * 30


def test_the_published_schema_is_the_model_s() -> None:
    import ctxbudget_protocol

    published = Path(ctxbudget_protocol.__file__).with_name("settings.schema.json").read_text("utf-8")
    assert published == render()
    schema = json.loads(published)
    assert schema["additionalProperties"] is False
    assert all("description" in entry for entry in schema["properties"].values())
    assert {"session", "watch", "alerts", "contextWindow", "layers", "ceilings", "inlayHints"} <= set(
        schema["properties"]
    )


def test_the_documented_defaults_are_those_of_a_session() -> None:
    fields = EditorSettings.model_fields
    assert f"{DEFAULTS['contextWindow']:,}" in (fields["context_window"].description or "")
    assert f"else {DEFAULTS['targetShare']}" in (fields["target_share"].description or "")
    assert EditorSettings().metadata_tokens == DEFAULTS["metadataTokens"]


def test_later_sources_win_member_by_member() -> None:
    settings = resolve(
        [
            file_source(parsed("ctxbudget.toml", "watch = true\n[ceilings]\nphase = 7\npermanent = 9\n")),
            source(
                "initializationOptions", {"contextWindow": 2000, "protocolVersion": "1.0", "ceilings": {"phase": 8}}
            ),
            source("workspace/configuration", {"ctxbudget": {"contextWindow": 3000, "watch": None}}),
        ]
    )
    assert (settings.context_window, settings.watch) == (3000, True)
    assert (settings.ceilings.permanent, settings.ceilings.phase) == (9, 8)


@pytest.mark.parametrize(
    ("raw", "kept", "warnings"),
    [
        (None, {}, []),
        ([], {}, ["must be an object"]),
        ({"watch": 1}, {}, ['"watch"']),
        ({"colour": "red", "session": "s-1"}, {"session": "s-1"}, ['unknown setting "colour"']),
        (
            {"layers": [{"glob": "a", "layer": "phase", "x": 1}]},
            {"layers": [{"glob": "a", "layer": "phase"}]},
            ['"layers.0.x"'],
        ),
        ({"layers": [{"glob": "a", "layer": "blue", "x": 1}], "y": 1}, {}, ['"layers.0.layer"', '"y"']),
        ({"ceilings": {"phase": -1, "metadata": 0.5}}, {}, ['"ceilings.phase"']),
        ({"contextWindow": 0, "alerts": "loud", "hover": False}, {"hover": False}, ["contextWindow", "alerts"]),
    ],
)
def test_what_is_wrong_is_named_and_left_out(raw: Any, kept: Any, warnings: list[str]) -> None:
    found = source("here", raw)
    assert found.values == kept
    assert len(found.warnings) == len(warnings)
    for part in warnings:
        assert any(part in warning and "here" in warning for warning in found.warnings)


def test_project_files_that_are_none() -> None:
    assert "not valid TOML" in parsed("ctxbudget.toml", "[[").problems[0].message
    assert parsed("pyproject.toml", "[tool.other]\nx = 1").values == {}
    assert parsed("pyproject.toml", "[tool.ctxbudget]\nwatch = true").values == {"watch": True}
    assert "table [tool.ctxbudget]" in parsed("pyproject.toml", "[tool]\nctxbudget = 3").problems[0].message


def test_the_model_is_strict() -> None:
    with pytest.raises(ValidationError):
        EditorSettings.model_validate({"watch": "true"})


def window(editor: EditorClient, uri: str) -> int:
    found = editor.execute("ctxbudget.showBudget", uri)["window"]
    editor.notification("window/showMessage")
    return found


def test_the_project_file_is_read_again_when_it_changes(start_editor: StartEditor, folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.ctxbudget]\ncontextWindow = 1000\n")
    editor = start_editor(options=NOBODY_SAID)
    uri = editor.open_file("a.md", TEXT)
    assert window(editor, uri) == 1000
    (folder / "ctxbudget.toml").write_text("contextWindow = 20000\ninlayHints = false\n")
    assert window(editor, uri) == 20000
    assert not editor.hints(uri)
    editor.close()


def test_options_over_the_project_file_and_warnings(start_editor: StartEditor, folder: Path) -> None:
    (folder / "ctxbudget.toml").write_text("contextWindow = 1000\nhoover = true\n")
    editor = start_editor(options={"contextWindow": 2000, "colour": 1})
    uri = editor.open_file("a.md", TEXT)
    for _ in range(2):
        logged = editor.notification("window/logMessage")
        assert logged == editor.notification("window/showMessage")
        assert logged["type"] == 2
        assert '"hoover"' in logged["message"] or '"colour"' in logged["message"]
    assert window(editor, uri) == 2000
    editor.close()


def test_what_is_wrong_in_one_file_is_one_message(start_editor: StartEditor, folder: Path) -> None:
    (folder / "ctxbudget.toml").write_text("hoover = true\nwatcher = true\n")
    editor = start_editor(options=NOBODY_SAID)
    uri = editor.open_file("a.md", TEXT)
    told = editor.notification("window/showMessage")["message"]
    assert told == (
        'ctxbudget: ctxbudget.toml: unknown setting "hoover" (did you mean "hover"?); ignored (line 1); '
        'unknown setting "watcher" (did you mean "watch"?); ignored (line 2)'
    )
    editor.notification("window/logMessage")
    (folder / "ctxbudget.toml").write_text("[[\n")
    editor.hints(uri)
    assert editor.notification("window/showMessage")["message"].count("line 1") == 1
    editor.notification("window/logMessage")
    editor.close()


def test_the_client_is_asked_and_its_word_counts_most(folder: Path) -> None:
    more = {"workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}}
    with EditorClient(folder, options={"contextWindow": 2000}, more=more) as editor:
        registration = editor.server_request("client/registerCapability")
        editor.respond(registration["id"])
        (wanted,) = registration["params"]["registrations"]
        assert wanted["method"] == "workspace/didChangeConfiguration"
        asked = editor.server_request("workspace/configuration")
        assert asked["params"]["items"] == [
            {"scopeUri": folder.as_uri(), "section": "ctxbudget"}, {"section": "ctxbudget"}
        ]  # fmt: skip
        editor.respond(asked["id"], [{"contextWindow": 3000}, None])
        uri = editor.open_file("a.md", TEXT)
        assert window(editor, uri) == 3000
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        asked = editor.server_request("workspace/configuration")
        editor.respond(asked["id"], [{"contextWindow": 4000, "colour": 2}, {}])
        assert '"colour"' in editor.notification("window/logMessage")["message"]
        editor.notification("window/showMessage")
        assert window(editor, uri) == 4000


@pytest.mark.parametrize("wrapped", [True, False])
def test_settings_that_are_pushed(start_editor: StartEditor, wrapped: bool) -> None:
    editor = start_editor()
    uri = editor.open_file("CLAUDE.md", TEXT)
    settings = {"contextWindow": 1000, "ceilings": {"permanent": 10}}
    pushed = {"ctxbudget": settings, "other": {}} if wrapped else settings
    editor.notify("workspace/didChangeConfiguration", {"settings": pushed})
    (found,) = editor.diagnostics(uri)
    assert "10 tokens (1.0% of window)" in found["message"]
    assert window(editor, uri) == 1000
    editor.notify("workspace/didChangeConfiguration", {"settings": {"diagnostics": False}})
    assert editor.diagnostics(uri) == []
    editor.close()


def test_folders_have_settings_of_their_own(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for place, size in ((one, 1000), (two, 2000)):
        place.mkdir()
        (place / "ctxbudget.toml").write_text(f"contextWindow = {size}\n[[layers]]\nglob = 'x/*.md'\nlayer = 'phase'\n")
    command = [*SERVE, "--store", str(tmp_path / "store.db")]
    with EditorClient(one, folders=[one], options=NOBODY_SAID, command=command) as editor:
        there = (two / "x" / "a.md").as_uri()
        editor.open(there, TEXT)
        assert window(editor, there) == 25_000 and "layer" not in editor.lenses(there)[0]["title"]
        added = {"added": [{"uri": two.as_uri(), "name": "two"}], "removed": []}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": added})
        assert window(editor, there) == 2000 and "layer: phase" in editor.lenses(there)[0]["title"]
        here = editor.open_file("b.md", TEXT)
        assert window(editor, here) == 1000


def test_a_folder_inside_a_workspace_has_the_budget_of_its_account(folder: Path) -> None:
    docs = folder / "docs"
    docs.mkdir()
    (folder / "ctxbudget.toml").write_text("contextWindow = 120000\ntargetShare = 0.5\n")
    (docs / "pyproject.toml").write_text("[tool.ctxbudget]\ncontextWindow = 10000\n")
    with EditorClient(folder, folders=[docs], options=NOBODY_SAID) as editor:
        uri = editor.open_file("docs/a.md", TEXT)
        shown = editor.execute("ctxbudget.showBudget", uri)
        status = editor.request("budget/status", {})
        assert (shown["window"], shown["budget"]) == (status["window"], status["budget"]) == (120_000, 60_000)
        editor.request("session/open", {"config": {"contextWindow": 90_000}})
        shown = editor.execute("ctxbudget.showBudget", uri)
        assert (shown["budget"], shown["windowSource"]) == (45_000, "session")
        for _ in range(2):
            assert "0.3% of budget" in editor.notification("window/showMessage")["message"]


@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_workspace_that_the_user_chose_holds_for_everything_that_is_opened(tmp_path: Path, by: str) -> None:
    chosen, other = tmp_path / "chosen", tmp_path / "other"
    for place, size in ((chosen, 1000), (other, 2000)):
        place.mkdir()
        (place / "ctxbudget.toml").write_text(f"contextWindow = {size}\n")
    store = ["--store", str(tmp_path / "store.db")]
    command = [*SERVE, *store, "--workspace", str(chosen)] if by == "option" else [*SERVE, *store]
    env = {} if by == "option" else {"CTXBUDGET_WORKSPACE": str(chosen)}
    with EditorClient(other, options=NOBODY_SAID, command=command, env=env) as editor:
        status = editor.request("budget/status", {})
        here = editor.open_file("a.md", TEXT)
        nowhere = editor.open((tmp_path / "b.md").as_uri(), TEXT)
        assert window(editor, here) == window(editor, nowhere) == status["window"] == 1000


def test_what_is_shown_can_be_switched_off(start_editor: StartEditor) -> None:
    editor = start_editor(
        options={"inlayHints": False, "codeLens": False, "hover": False, "summaryDiagnostic": "on", "languages": []}
    )
    uri = editor.open_file("a.md", TEXT)
    assert editor.diagnostics(uri)[0]["code"] == "documentBudget"
    assert not editor.hints(uri) and not editor.lenses(uri) and editor.hover(uri, 0) is None
    editor.close()


def test_files_that_are_excluded_or_too_large(start_editor: StartEditor) -> None:
    editor = start_editor(options={"exclude": ["vendor/"], "maxFileBytes": 600})
    assert not editor.hints(editor.open_file("vendor/a.md", TEXT))
    assert editor.hints(editor.open_file("b.md", TEXT))
    assert not editor.hints(editor.open_file("c.md", TEXT * 2))
    editor.close()


def test_figures_of_a_model_are_marked(start_editor: StartEditor) -> None:
    editor = start_editor(options={"model": "claude-opus-4-8"})
    uri = editor.open_file("a.md", TEXT)
    tokens = editor.request("tokens/count", {"texts": [TEXT], "model": "claude-opus-4-8"})["total"]
    assert editor.labels(uri)[0].startswith(f"~{tokens:,} tokens")
    assert "Estimated for claude-opus-4-8, off by" in (editor.hover(uri, 0) or "")
    editor.close()
