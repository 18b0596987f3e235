"""Each feature over stdio, for each way to count columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_server.tokens import count
from editor.conftest import EditorClient, StartEditor, span

LONG = "Words of a paragraph that goes on for quite a while, line after line.\n" * 120
TEXT = f"# Plan 🎉 für 日本\n\nintro\n\n## One\n\n{LONG}\n## Two 日\n\nshort\n"
WIDTHS = {"utf-8": (23, 10), "utf-16": (16, 8), "utf-32": (15, 8)}
"""Columns where the first and the last heading end."""


@pytest.fixture(scope="module", params=list(WIDTHS))
def shown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EditorClient, str]]:
    """An editor with the document open, and the encoding."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / ".git").mkdir()
    with EditorClient(folder, encoding=request.param) as editor:
        yield editor, request.param


def lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def section(first: int, last: int | None = None) -> int:
    return count("".join(lines_of(TEXT)[first:last]))


def test_hints(shown: tuple[EditorClient, str]) -> None:
    editor, encoding = shown
    uri = editor.open_file("notes.md", TEXT)
    assert editor.initialize_result["capabilities"]["positionEncoding"] == encoding
    hints = editor.hints(uri)
    first, last = WIDTHS[encoding]
    two = len(lines_of(TEXT)) - 3
    assert [hint["position"] for hint in hints] == [
        {"line": 0, "character": first}, {"line": 4, "character": 6}, {"line": two, "character": last}
    ]  # fmt: skip
    assert [hint["label"].split(" tokens")[0] for hint in hints] == [
        f"{count(TEXT):,}", f"{section(4, two):,}", f"{section(two):,}"
    ]  # fmt: skip
    assert hints[1]["label"].endswith(f"· {section(4, two) / 7_500:.0%} of budget")
    assert all("exact" in hint["tooltip"] for hint in hints)
    params = {"textDocument": {"uri": uri}, "range": span(3, 0, 5, 0)}
    assert [hint["position"]["line"] for hint in editor.request("textDocument/inlayHint", params)] == [4]
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_lenses_and_diagnostics(shown: tuple[EditorClient, str]) -> None:
    editor, encoding = shown
    uri = editor.open_file("plans/plan.md", TEXT)
    lenses = editor.lenses(uri)
    share = f"{count(TEXT) / 7_500:.0%}"
    assert lenses[0]["title"] == f"{count(TEXT):,} tokens · {share} of budget · layer: metadata"
    assert [lens["command"] for lens in lenses] == [
        "ctxbudget.showBudget", "ctxbudget.insertMetadata", "ctxbudget.moveSection"
    ]  # fmt: skip
    assert [lens["arguments"] for lens in lenses] == [[uri], [uri], [uri, 4]]
    (found,) = editor.diagnostics(uri)
    assert (found["code"], found["source"], found["severity"]) == ("layerCeiling", "ctxbudget", 2)
    assert found["range"] == span(4, 0, 4, 6)
    assert f"{count(TEXT):,} tokens" in found["message"] and "1,500" in found["message"]
    (other,) = found["relatedInformation"]
    two = len(lines_of(TEXT)) - 3
    assert other["location"] == {"uri": uri, "range": span(two, 0, two, WIDTHS[encoding][1])}
    (fix,) = [each for each in editor.actions(uri, (4, 0, 4, 0), [found]) if each["kind"] == "quickfix"]
    assert fix["diagnostics"][0]["code"] == "layerCeiling" and fix["command"]["arguments"] == [uri, 4]
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.diagnostics(uri) == []


def test_hovers(shown: tuple[EditorClient, str]) -> None:
    editor, _ = shown
    uri = editor.open_file("hovered.md", TEXT)
    text = editor.hover(uri, 4)
    two = len(lines_of(TEXT)) - 3
    tokens = section(4, two)
    assert text is not None
    assert f"**{tokens:,} tokens** · {tokens / 7_500:.0%} of budget (7,500), {tokens / 25_000:.1%} of window" in text
    extracted = editor.request("metadata/extract", {"content": "".join(lines_of(TEXT)[4:two]), "maxTokens": 300})
    assert f"As metadata: **{extracted['tokens']} tokens**" in text and extracted["text"] in text
    assert editor.hover(uri, 2) is None
    text = editor.hover(uri, 0) or ""
    assert f"hovered.md: {count(TEXT):,} tokens" in text
    assert text.count("of budget") == 1, "the only section of the first level is the document"
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def apply(text: str, edits: list[Any], encoding: str) -> str:
    """What an editor makes of edits that do not overlap, in its own units."""
    codec = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    lines = [line.encode(codec) for line in [*lines_of(text), ""]]

    def offset(place: dict[str, int]) -> int:
        return sum(map(len, lines[: place["line"]])) + place["character"] * width

    data = text.encode(codec)
    for edit in sorted(edits, key=lambda edit: -offset(edit["range"]["start"])):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        data = data[:start] + edit["newText"].encode(codec) + data[end:]
    return data.decode(codec)


def test_a_metadata_block_is_inserted_and_found_again(shown: tuple[EditorClient, str]) -> None:
    editor, encoding = shown
    uri = editor.open_file("block.md", TEXT)
    edit, answer = editor.edit_of("ctxbudget.insertMetadata", uri)
    assert answer["applied"] is True
    (change,) = edit["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    text = apply(TEXT, change["edits"], encoding)
    assert text.startswith("# Plan 🎉 für 日本\n\n<!-- ctxbudget:metadata tokens=") and f" of={count(TEXT)} -->" in text
    assert "<!-- /ctxbudget:metadata -->\n\nintro\n" in text
    editor.change(uri, 2, text)
    assert [lens["title"] for lens in editor.lenses(uri)][1] == "Update metadata block"
    assert len(editor.hints(uri)) == 3
    answer = editor.execute("ctxbudget.insertMetadata", uri)
    assert answer["reason"] == "up to date"
    assert "up to date" in editor.notification("window/showMessage")["message"]
    more = text.replace("short\n", "short\n\n## Three\n\nThe root cause is a missing lock in `store.py`.\n")
    editor.change(uri, 3, more)
    edit, _ = editor.edit_of("ctxbudget.insertMetadata", uri)
    updated = apply(more, edit["documentChanges"][0]["edits"], encoding)
    assert updated.count("ctxbudget:metadata tokens=") == 1 and updated != more
    editor.change(uri, 4, updated)
    assert editor.execute("ctxbudget.insertMetadata", uri)["reason"] == "up to date"
    editor.notification("window/showMessage")
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_a_section_moves_to_a_file_of_its_own(shown: tuple[EditorClient, str]) -> None:
    editor, encoding = shown
    uri = editor.open_file("moved.md", TEXT)
    two = len(lines_of(TEXT)) - 3
    (editor.folder / "two-日.md").write_text("taken")
    edit, answer = editor.edit_of("ctxbudget.moveSection", uri, two + 2)
    assert answer["applied"] is True
    create, fill, change = edit["documentChanges"]
    new = (editor.folder / "two-日-2.md").as_uri()
    assert create == {"kind": "create", "uri": new, "options": {"overwrite": False, "ignoreIfExists": False}}
    assert fill["textDocument"] == {"uri": new, "version": None}
    assert fill["edits"][0]["newText"] == "## Two 日\n\nshort\n"
    text = apply(TEXT, change["edits"], encoding)
    left = f"## Two 日\n\nMoved to [two-日-2.md](two-日-2.md): {section(two)} tokens.\n"
    assert text == "".join(lines_of(TEXT)[:two]) + left
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_a_selection_becomes_its_extract(shown: tuple[EditorClient, str]) -> None:
    editor, encoding = shown
    uri = editor.open_file("selected.md", TEXT)
    two = len(lines_of(TEXT)) - 3
    at = (4, 0, two, 0)
    titles = [action["title"] for action in editor.actions(uri, at)]
    assert "Replace selection by its extract" in titles
    (action,) = editor.actions(uri, at, only=["refactor.rewrite"])[:1]
    edit, answer = editor.edit_of(action["command"]["command"], *action["command"]["arguments"])
    assert answer["applied"] is True
    text = apply(TEXT, edit["documentChanges"][0]["edits"], encoding)
    assert text.startswith("# Plan 🎉 für 日本\n\nintro\n\n## One\n\n") and text.endswith("\n## Two 日\n\nshort\n")
    assert count(text) < count(TEXT) // 2
    assert "Replace selection by its extract" not in [a["title"] for a in editor.actions(uri, (2, 0, 2, 5))]
    assert {action["kind"] for action in editor.actions(uri, at, only=["refactor.move"])} == {"refactor.move"}
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_the_budget_in_figures(shown: tuple[EditorClient, str]) -> None:
    editor, _ = shown
    uri = editor.open_file("plan.md", TEXT)
    figures = editor.execute("ctxbudget.showBudget", uri)
    assert figures["tokens"] == figures["loads"] == count(TEXT)
    assert (figures["layer"], figures["ceiling"], figures["exceeded"]) == ("metadata", 1_500, True)
    assert (figures["window"], figures["budget"], figures["provenance"]) == (25_000, 7_500, "exact")
    assert "ceiling 1,500, exceeded" in editor.notification("window/showMessage")["message"]
    assert editor.diagnostics(uri)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.diagnostics(uri) == []


def test_edits_by_range_in_the_client_s_units(shown: tuple[EditorClient, str]) -> None:
    editor, encoding = shown
    uri = editor.open_file("typed.md", "# 🎉 日\r\n\r\nx\r\n")
    width = {"utf-8": 4, "utf-16": 2, "utf-32": 1}[encoding]
    editor.change(uri, 2, "é", (0, 2, 0, 2 + width))
    editor.change(uri, 3, "\r\n## 🎉🎉 two\r\n\r\nmore", (2, 1, 2, 1))
    text = "# é 日\r\n\r\nx\r\n## 🎉🎉 two\r\n\r\nmore\r\n"
    assert editor.request("tokens/count", {"paths": [uri]})["total"] == count(text)
    hints = editor.hints(uri)
    assert hints[0]["label"].startswith(f"{count(text)} tokens")
    assert hints[1]["position"] == {"line": 3, "character": 3 + 2 * width + 4}
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


@pytest.mark.parametrize(
    ("name", "language"),
    [("x.ipynb", "json"), ("a.py", "python")],
)
def test_other_documents_are_left_alone(start_editor: StartEditor, name: str, language: str) -> None:
    editor = start_editor()
    uri = editor.open_file(name, "# one\n\ntext\n", language=language)
    cell = editor.open("vscode-notebook-cell:/x.ipynb#W0", "# one\n")
    for each in (uri, cell):
        assert not editor.hints(each) and not editor.lenses(each) and editor.hover(each, 0) is None
    editor.close()


def test_binary_untitled_and_files_elsewhere(start_editor: StartEditor, tmp_path: Path) -> None:
    editor = start_editor()
    assert not editor.hints(editor.open_file("b.md", "# one\n\0\n"))
    text = "# one\n\ntext\n"
    untitled = editor.open("untitled:Untitled-1", text)
    assert editor.labels(untitled) == [f"{count(text)} tokens · 0.1% of budget"]
    assert "layer" not in editor.lenses(untitled)[0]["title"]
    assert not [a for a in editor.actions(untitled, (0, 0, 0, 0)) if a["kind"] == "refactor.move"]
    elsewhere = tmp_path / "elsewhere" / "CLAUDE.md"
    elsewhere.parent.mkdir()
    elsewhere.write_text("# rules\n")
    uri = editor.open(elsewhere.as_uri(), "# rules\n")
    assert "layer: permanent" in editor.lenses(uri)[0]["title"]
    assert editor.request("session/list")["sessions"] == []
    editor.close()


def test_lenses_that_a_client_names_in_another_place(start_editor: StartEditor) -> None:
    """As lsp-mode does."""
    editor = start_editor(without=("textDocument.codeLens",), more={"workspace": {"codeLens": {}}})
    uri = editor.open_file("plan.md", TEXT)
    assert [each["code"] for each in editor.diagnostics(uri)] == ["layerCeiling"]
    editor.close()


def test_clients_that_show_less(start_editor: StartEditor) -> None:
    editor = start_editor(
        without=("textDocument.codeLens", "workspace.workspaceEdit",
                 "textDocument.publishDiagnostics"),
    )  # fmt: skip
    uri = editor.open_file("plan.md", TEXT)
    summary, ceiling = editor.diagnostics(uri)
    assert (summary["code"], summary["severity"], summary["range"]["start"]["line"]) == ("documentBudget", 3, 0)
    assert summary["message"] == f"{count(TEXT):,} tokens · {count(TEXT) / 7_500:.0%} of budget · layer: metadata"
    assert "relatedInformation" not in ceiling and "Others: “Two 日”" in ceiling["message"]
    assert {action["kind"] for action in editor.actions(uri, (4, 0, 4, 0), [ceiling])} == {"refactor.rewrite"}
    assert editor.request_error(
        "workspace/executeCommand", {"command": "ctxbudget.moveSection", "arguments": [uri, 4]}
    )["data"]["name"] == "invalidRequest"  # fmt: skip
    edit, _ = editor.edit_of("ctxbudget.insertMetadata", uri)
    assert set(edit) == {"changes"}
    editor.drop_unread()
    editor.close()


@pytest.mark.parametrize(
    ("command", "arguments", "loc"),
    [
        ("ctxbudget.unknown", [], ["command"]),
        ("ctxbudget.insertMetadata", [], ["arguments", 0]),
        ("ctxbudget.insertMetadata", ["file:///nowhere.md"], ["arguments", 0]),
        ("ctxbudget.moveSection", ["URI"], ["arguments", 1]),
        ("ctxbudget.moveSection", ["URI", "x"], ["arguments", 1]),
        ("ctxbudget.extractSelection", ["URI", {"start": 1}], ["arguments", 1]),
    ],
)
def test_arguments_that_do_not_fit(
    shown: tuple[EditorClient, str], command: str, arguments: list[Any], loc: list[Any]
) -> None:
    editor, _ = shown
    uri = editor.open_file("args.md", "# one\n")
    given = [uri if argument == "URI" else argument for argument in arguments]
    error = editor.request_error("workspace/executeCommand", {"command": command, "arguments": given})
    assert error["data"]["errors"][0]["loc"] == loc
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


@pytest.mark.parametrize(
    ("start", "end"), [((0, 0), (99_999, 0)), ((99_999, 7), (0, 0)), ((0, 0), (8, 99_999)), ((99, 0), (99_999, 0))]
)
def test_a_selection_that_reaches_beyond_the_document(
    start_editor: StartEditor, start: tuple[int, int], end: tuple[int, int]
) -> None:
    editor = start_editor()
    text = "".join(f"## Part {part}\n\n" + "The parser reads each line once. " * 40 + "\n\n" for part in range(2))
    uri = editor.open_file("long.md", text)
    places = [{"line": line, "character": character} for line, character in (start, end)]
    selected = dict(zip(("start", "end"), places, strict=True))
    if min(start, end)[0] < 8:
        edit, _ = editor.edit_of("ctxbudget.extractSelection", uri, selected)
        (change,) = edit["documentChanges"][0]["edits"]
        assert change["range"] == {"start": {"line": 0, "character": 0}, "end": {"line": 8, "character": 0}}
    else:
        arguments = {"command": "ctxbudget.extractSelection", "arguments": [uri, selected]}
        assert editor.request("workspace/executeCommand", arguments)["applied"] is False
        assert "not longer" in editor.notification("window/showMessage")["message"]
    editor.close()


def test_a_client_that_names_its_resource_operations_alone(start_editor: StartEditor) -> None:
    """As Neovim 0.11 does."""
    editor = start_editor(without=("workspace.workspaceEdit.documentChanges",))
    uri = editor.open_file("notes.md", TEXT)
    edit, _ = editor.edit_of("ctxbudget.moveSection", uri, 4)
    assert [change.get("kind") for change in edit["documentChanges"]] == ["create", None, None]
    edit, _ = editor.edit_of("ctxbudget.insertMetadata", uri)
    assert set(edit) == {"changes"}
    editor.close()


def test_an_edit_that_the_client_refuses(start_editor: StartEditor) -> None:
    editor = start_editor()
    uri = editor.open_file("notes.md", TEXT)
    _, answer = editor.edit_of("ctxbudget.insertMetadata", uri, applied=False)
    assert answer["applied"] is False and answer["reason"]
    editor.close()
