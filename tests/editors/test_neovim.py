"""The shipped client files in a real Neovim: what a person sees of a document and of the running session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .neovim_host import Neovim, neovim
from .project import REPORT, add, call, make_project, pasted

CLIENT = Path(__file__).parents[2] / "clients" / "neovim"

INIT = """
vim.o.swapfile = false
NOTIFIED = {}
vim.notify = function(message, level) table.insert(NOTIFIED, { message, level }) end
""" + pasted("neovim.md", "lua")
"""What docs/neovim.md says, and notifications that can be counted."""

STATUS = "return require('ctxbudget').status()"
HINTS = """
local labels = {}
for _, hint in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
  labels[hint.inlay_hint.position.line + 1] = hint.inlay_hint.label
end
return vim.iter(pairs(labels)):map(function(line, label) return { line, label } end):totable()
"""
LENSES = "return vim.iter(vim.lsp.codelens.get(0)):map(function(lens) return lens.command.title end):totable()"
CLICK_LENS = """
vim.ui.select = function(choices, options, choose)
  choose(vim.iter(choices):find(function(each) return options.format_item(each):find("Insert metadata") end))
end
vim.api.nvim_win_set_cursor(0, { 1, 0 })
vim.lsp.codelens.run()
"""
DIAGNOSTICS = "return vim.diagnostic.get(0)"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return make_project(tmp_path / "tideline")


@pytest.fixture
def editor(workspace: Path, tmp_path: Path) -> Iterator[Neovim]:
    with neovim(workspace, tmp_path / "home", INIT) as editor:
        yield editor


def test_what_a_document_costs(editor: Neovim) -> None:
    editor.command(f"edit {REPORT}")
    hints = dict(editor.wait(HINTS, bool))
    assert all(int(label.split(" ")[0].replace(",", "")) >= 100 for label in hints.values())
    assert 1 not in hints  # the lens says it, in the same line
    assert 3 not in hints  # of 96 tokens
    assert 1 < len(hints) < len(re.findall(r"(?m)^##+ ", editor.text()))
    lenses = editor.wait(LENSES, bool)
    assert lenses == ["2,628 tokens · 35% of budget · layer: metadata", "Insert metadata block", *lenses[2:]]
    [diagnostic] = editor.wait(DIAGNOSTICS, bool)
    assert diagnostic["source"] == "ctxbudget" and diagnostic["code"] == "layerCeiling"
    assert diagnostic["lnum"] == editor.text().split("\n").index("## Findings")
    assert "over the ceiling of layer metadata: 1,500 tokens" in diagnostic["message"]
    assert diagnostic["user_data"]["lsp"]["relatedInformation"]
    assert "As metadata: **" in hover(editor, 1)
    assert "2,628 tokens" in hover(editor, 1)


def test_a_title_that_is_not_the_whole_document_has_its_hint(editor: Neovim, workspace: Path) -> None:
    (workspace / "two.md").write_text(f"# One\n\n{'Words. ' * 100}\n\n# Two\n\n{'Words. ' * 100}\n")
    editor.command("edit two.md")
    assert [line for line, _label in editor.wait(HINTS, bool)] == [1, 5]


def test_a_buffer_is_looked_at_once_it_has_a_name(editor: Neovim) -> None:
    editor.command("call setline(1, ['# Notes', 'Words.'])")
    editor.command("write notes.md")
    editor.wait(LENSES, bool)
    editor.command("enew")
    editor.command("setfiletype markdown")
    assert editor.lua("return vim.lsp.get_clients({ bufnr = 0 })") == []
    editor.command("edit notes.md")
    editor.command("set nomodifiable")
    editor.command("CtxbudgetMoveSection")
    [[message, _level]] = editor.wait("return NOTIFIED", bool)
    assert message == "ctxbudget: this buffer cannot be changed: 'modifiable' is off"


def hover(editor: Neovim, line: int) -> str:
    """What `K` shows."""
    editor.lua(f"vim.api.nvim_win_set_cursor(0, {{ {line}, 0 }}); vim.lsp.buf.hover()")
    shown = """
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(window).relative ~= "" then
          return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), "\\n")
        end
      end
      return ""
    """
    found: str = editor.wait(shown, bool)
    return found


def test_actions_and_commands_change_the_text(editor: Neovim, workspace: Path) -> None:
    editor.command(f"edit {REPORT}")
    editor.wait(LENSES, bool)
    before = editor.text()

    editor.lua("""
      vim.lsp.buf.code_action({
        apply = true,
        filter = function(action) return action.title == "Insert metadata block" end,
      })
    """)
    editor.wait("return vim.api.nvim_buf_line_count(0)", lambda count: count > before.count("\n") + 1)
    assert editor.text().split("\n")[2].startswith("<!-- ctxbudget:metadata tokens=")
    editor.wait(LENSES, lambda titles: "Update metadata block" in titles)
    editor.command("undo")
    assert editor.text() == before

    for insert in (CLICK_LENS, 'vim.cmd("CtxbudgetInsertMetadata")'):
        editor.wait(LENSES, lambda titles: "Insert metadata block" in titles)
        editor.lua(insert)
        editor.wait("return vim.fn.getline(3)", lambda line: line.startswith("<!-- ctxbudget:metadata"))
        editor.command("undo")

    section = before.split("\n").index("## Executive Summary") + 1
    editor.lua(f"vim.api.nvim_win_set_cursor(0, {{ {section}, 0 }})")
    editor.command("CtxbudgetMoveSection")
    editor.wait("return vim.fn.getline(1, '$')", lambda lines: any("(executive-summary.md)" in line for line in lines))
    editor.command("wall")
    assert "A token bucket kept in Redis" in (workspace / "reports" / "executive-summary.md").read_text()
    assert "A token bucket kept in Redis" not in (workspace / REPORT).read_text()

    first = editor.text().split("\n").index("### Finding 1: Fixed windows allow twice the limit at the edges") + 1
    editor.command(f"{first},{first + 12}CtxbudgetExtract")
    editor.wait("return vim.api.nvim_buf_line_count(0)", lambda count: count < before.count("\n") - 5)
    assert editor.text().split("\n")[first - 1].startswith("### Finding 1")


def test_commands_that_show(editor: Neovim, workspace: Path) -> None:
    editor.command(f"edit {REPORT}")
    editor.wait(LENSES, bool)
    editor.command("CtxbudgetShow")
    [[message, _level]] = editor.wait("return NOTIFIED", bool)
    assert "2,628 tokens · 35% of budget" in message and "ceiling 1,500, exceeded" in message

    editor.command("CtxbudgetCount")
    found = editor.wait("return vim.fn.getqflist({ title = 1, items = 1 })", lambda found: found["items"])
    assert re.fullmatch(r"[\d,]+ tokens in 9 files", found["title"])
    assert found["items"][0]["text"] == "2,628 tokens"

    editor.command("wincmd p")
    editor.command("CtxbudgetReport")
    editor.wait("return vim.fn.getline(1)", lambda line: line.startswith("There is no session yet"))
    call(workspace, "session/open", sessionId="run-1")
    editor.wait("return vim.fn.getline(1)", lambda line: line == "# Context budget report: run-1")
    call(workspace, "context/add", sessionId="run-1", items=[{"layer": "phase", "tokens": 72}])
    editor.wait("return vim.fn.getline(3)", lambda line: line.startswith("Retained **72** of 7,500"))


def test_the_running_session(editor: Neovim, workspace: Path) -> None:
    editor.command(f"edit {REPORT}")
    editor.wait(LENSES, bool)
    assert editor.lua(STATUS) == ""
    call(workspace, "workflow/startPhase", phase=2, name="planning")
    add(workspace, 5_250)
    status = "ctx 21% of window · 5,250/7,500 · phase 2 · ok"
    editor.wait(STATUS, lambda text: text == status)
    assert status in editor.lua("return vim.api.nvim_eval_statusline(vim.o.statusline, {}).str")

    add(workspace, 600)
    for total in ("5,850", "5,950", "6,050"):  # the last one comes after any notification of the first two
        editor.wait(STATUS, lambda text, total=total: f"{total}/7,500 · phase 2 · warn" in text)
        add(workspace, 100)
    warn = editor.lua("return vim.log.levels.WARN")
    assert editor.lua("return NOTIFIED") == [["ctxbudget: warn at 5,850 of 7,500 tokens, session default", warn]]

    call(workspace, "session/close")
    editor.wait(STATUS, lambda text: "closed" in text)
    call(workspace, "session/delete")
    editor.wait(STATUS, lambda text: text == "")


def test_health(editor: Neovim, workspace: Path) -> None:
    editor.command(f"edit {REPORT}")
    add(workspace, 72)
    editor.wait(STATUS, bool)
    editor.command("checkhealth ctxbudget")
    said = editor.text()
    assert re.search(r"OK Neovim 0\.1\d", said)
    assert re.search(r"OK ctxbudget \d+\.\d+\.\d+ at /", said)
    assert re.search(r"OK client \d+: server ctxbudget \d.*, 1 buffer\(s\), positions in utf-8, root /", said)
    assert "session default (open): 72 of 7,500 tokens retained, level ok" in said
    assert "ERROR" not in said and "WARN" not in said


def test_health_without_the_command(workspace: Path, tmp_path: Path) -> None:
    init = INIT + 'vim.lsp.config("ctxbudget", { cmd = { "ctxbudget-of-nowhere" } })'
    with neovim(workspace, tmp_path / "home", init) as editor:
        editor.command("checkhealth ctxbudget")
        assert "ERROR `ctxbudget-of-nowhere` cannot be run" in editor.text()


def test_a_rules_file_without_a_type_is_looked_at(editor: Neovim, workspace: Path) -> None:
    (workspace / ".cursorrules").write_text("# Rules\n\nWrite tests.\n")
    editor.command("edit .cursorrules")
    assert editor.wait(LENSES, bool)[0].endswith("layer: permanent")


def test_settings_of_the_user_count(workspace: Path, tmp_path: Path) -> None:
    with neovim(workspace, tmp_path / "home", INIT + pasted("neovim.md", "lua", 1)) as editor:
        editor.command(f"edit {REPORT}")
        assert "2,628 tokens · 4.4% of budget · layer: metadata" in editor.wait(LENSES, bool)
        [diagnostic] = editor.wait(DIAGNOSTICS, bool)
        assert "2,000 tokens (1.0% of window)" in diagnostic["message"]


def test_its_help_is_found(editor: Neovim) -> None:
    editor.command("help :CtxbudgetCount")
    assert editor.lua("return vim.fn.expand('%:t')") == "ctxbudget.txt"


def test_the_tags_of_its_help_are_up_to_date() -> None:
    """They are in the package, so that `:help ctxbudget` needs no `:helptags`."""
    documentation = CLIENT / "doc" / "ctxbudget.txt"
    tags = [line.split("\t")[0] for line in (CLIENT / "doc" / "tags").read_text().splitlines()]
    assert tags == sorted(set(re.findall(r"\*([^*\s]+)\*", documentation.read_text())))
