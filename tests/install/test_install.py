"""`ctxbudget install`: what it writes, where, what it asks, and what it refuses."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.code_stand_in import StandIn

from ctxbudget_server.cli import main
from ctxbudget_server.install.commands import call_in
from install.conftest import FILES
from install.renew import rendered
from install.test_shapes import commands

Install = Callable[..., str]
SHELLS = [shell for shell in ("sh", "dash", "bash", "zsh", "fish") if shutil.which(shell)]


def lines(file: Path) -> list[str]:
    """The commands of a file."""
    return commands(json.loads(file.read_bytes()))


def hook(file: Path, event: str) -> str:
    """The command line of an event's hook."""
    return next(line for line in lines(file) if (call := call_in(line)) and call.event == event)


@pytest.mark.parametrize("host", FILES)
def test_in_an_empty_home_it_makes_the_file_and_takes_it_away(
    host: str, home: Path, program: Path, install: Install
) -> None:
    said = install(host)
    file = home / FILES[host]
    assert str(file) in said
    assert all(call.program == str(program) for line in lines(file) if (call := call_in(line)))
    install(host, "--uninstall")
    assert [path.name for path in home.iterdir()] == [".local"]
    assert "nothing is installed" in install(host, "--uninstall")


@pytest.mark.parametrize("host", FILES)
def test_a_project_gets_a_command_that_others_have_as_well(host: str, home: Path, install: Install) -> None:
    Path("deeper").mkdir()
    os.chdir("deeper")
    install(host, "--scope", "project")
    file = Path("..") / FILES[host]
    assert all(call.program == "ctxbudget" for line in lines(file) if (call := call_in(line)))
    assert str(home) not in file.read_text()
    install(host, "--scope", "project", "--uninstall")
    assert not file.parent.exists()


def test_the_home_itself_is_not_a_project(home: Path, install: Install) -> None:
    os.chdir(home)
    assert "in no project" in install("codex", "--scope", "project", code=1)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("host", FILES)
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("scope", ["user", "project"])
@pytest.mark.parametrize("broken", ["missing", "without its interpreter"])
def test_a_missing_command_is_silent_except_at_the_start(
    host: str, shell: str, scope: str, broken: str, home: Path, program: Path, install: Install
) -> None:
    install(host, "--scope", scope)
    file = (home if scope == "user" else Path()) / FILES[host]
    for there in (True, False):
        for line in lines(file):
            done = subprocess.run([shell, "-c", line], capture_output=True, text=True, check=False, input="{}")
            call = call_in(line)
            assert call is not None
            assert done.returncode == 0
            if there:
                assert done.stdout.split() == list(call.words)
            elif call.event == "SessionStart":
                assert f"ctxbudget install {host}" in json.loads(done.stdout)["systemMessage"]
            else:
                assert done.stdout == ""
            if there or broken == "missing":
                assert done.stderr == ""
        if broken == "missing":
            program.unlink(missing_ok=True)
        else:
            program.write_text("#!/nowhere/python\n")


@pytest.mark.parametrize("host", FILES)
def test_a_dry_run_shows_the_change_and_makes_none(host: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", host, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert f"+++ {home / FILES[host]}" in said
    assert '+  "hooks": {' in said
    assert list(home.iterdir()) == []


def test_without_a_terminal_it_asks_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert main(["install", "codex"]) == 2
    assert "--yes" in capsys.readouterr().err
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_at_a_terminal_it_shows_and_asks(
    answer: str, code: int, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(f"\n{answer}" if answer else ""))  # first: about large outputs
    assert main(["install", "codex"]) == code
    assert "+++ " in capsys.readouterr().out
    assert (home / FILES["codex"]).exists() is (code == 0)


def test_an_unknown_host_is_answered_with_the_list(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["install", "emacs-nox"])
    assert "choose from" in (said := capsys.readouterr().err)
    assert all(host in said for host in FILES)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{\n  "model": "opus"\n  "env": {}\n}\n', "line 3, column 3"),
        ('{\n  "model": opus\n}\n', "line 2, column 12"),
        ('{"a": "b\n"}', "line 1, column 9"),
        ("[]\n", "line 1, column 1"),
        ('{"hooks": []}\n', "line 1, column 11"),
        ('{\n"hooks": {"SessionStart": {}}}\n', "line 2, column 27"),
        ('{"a": 1} x\n', "line 1, column 10"),
        ("{" * 9, "line 1, column 2"),
        ("[" * 100_000, "line 1"),
    ],
)
@pytest.mark.parametrize("host", FILES)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(
    host: str, text: str, where: str, home: Path, install: Install
) -> None:
    file = home / FILES[host]
    file.parent.mkdir()
    file.write_text(text)
    for words in ((), ("--uninstall",)):
        said = install(host, *words, code=1) if not words or where != "line 2, column 27" else where
        assert where in said
        assert file.read_text() == text


def test_a_comment_is_refused_where_the_host_reads_none(home: Path, install: Install) -> None:
    file = home / FILES["codex"]
    file.parent.mkdir()
    file.write_text("{\n  // mine\n}\n")
    assert "line 2, column 3: a comment" in install("codex", code=1)


def test_bytes_that_are_not_text_are_refused(home: Path, install: Install) -> None:
    file = home / FILES["gemini"]
    file.parent.mkdir()
    file.write_bytes(b'{\n"a": "\xff"}')
    assert "line 2: not UTF-8" in install("gemini", code=1)
    assert file.read_bytes() == b'{\n"a": "\xff"}'


def test_a_link_is_followed_and_stays(home: Path, install: Install) -> None:
    dotfiles = home / "dotfiles"
    dotfiles.mkdir()
    kept = dotfiles / "claude.json"
    kept.write_text('{"model": "opus"}\n')
    kept.chmod(0o640)
    file = home / FILES["claude-code"]
    file.parent.mkdir()
    file.symlink_to("../dotfiles/claude.json")
    install("claude-code")
    assert file.is_symlink()
    assert "statusline" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o640
    install("claude-code", "--uninstall")
    assert file.is_symlink()
    assert kept.read_text() == '{"model": "opus"}\n'
    assert [path.name for path in dotfiles.iterdir()] == ["claude.json"], "nothing is left beside it"


def test_a_link_to_nowhere_gets_its_file(home: Path, install: Install) -> None:
    file = home / FILES["gemini"]
    file.parent.mkdir()
    file.symlink_to("../later/settings.json")
    install("gemini")
    assert (home / "later" / "settings.json").is_file()
    install("gemini", "--uninstall")
    assert file.is_symlink()
    assert not (home / "later").exists()


def test_links_in_a_circle_are_refused(home: Path, install: Install) -> None:
    file = home / FILES["gemini"]
    file.parent.mkdir()
    file.symlink_to("settings.json")
    assert "nothing is changed" in install("gemini", code=1)


@pytest.mark.parametrize("host", FILES)
def test_a_file_that_is_read_only_is_left_alone(host: str, home: Path, install: Install) -> None:
    file = home / FILES[host]
    file.parent.mkdir()
    file.write_text("{}\n")
    file.chmod(0o444)
    assert "read-only" in install(host, code=1)
    assert file.read_text() == "{}\n"
    assert file.stat().st_mode & 0o777 == 0o444


def test_an_upgrade_that_moves_the_command_renews_every_line(
    home: Path, program: Path, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / FILES["claude-code"]
    file.parent.mkdir()
    file.write_text('{"model": "opus"}\n')
    install("claude-code")
    moved = program.parent / "new" / "ctxbudget"
    moved.parent.mkdir()
    program.rename(moved)
    monkeypatch.setattr(sys, "argv", [str(moved)])
    install("claude-code")
    assert {call.program for line in lines(file) if (call := call_in(line))} == {str(moved)}
    assert len(lines(file)) == 11
    install("claude-code", "--uninstall")
    assert file.read_text() == '{"model": "opus"}\n'


def test_options_that_the_user_gave_a_hook_stay(home: Path, program: Path, install: Install) -> None:
    install("claude-code")
    file = home / FILES["claude-code"]
    file.write_text(file.read_text().replace("hook PostToolUse |", "hook PostToolUse --replace-over 8000 |"))
    moved = program.parent / "ctxbudget"
    install("claude-code")
    call = call_in(hook(file, "PostToolUse"))
    assert call is not None
    assert (call.program, call.words) == (str(moved), ("hook", "PostToolUse", "--replace-over", "8000"))
    install("claude-code", "--uninstall")
    assert not file.exists()


def test_a_status_line_of_the_users_stays_and_it_is_said(home: Path, install: Install) -> None:
    file = home / FILES["claude-code"]
    file.parent.mkdir()
    file.write_text('{"statusLine": {"type": "command", "command": "mine"}}\n')
    assert "the status line that is set there stays" in install("claude-code")
    assert json.loads(file.read_text())["statusLine"]["command"] == "mine"


def test_where_the_plugin_is_enabled_only_the_status_line_is_set(home: Path, install: Install) -> None:
    file = home / FILES["claude-code"]
    file.parent.mkdir()
    text = '{"enabledPlugins": {"ctxbudget@ctxbudget": true}}\n'
    file.write_text(text)
    assert "the plugin ctxbudget is enabled" in install("claude-code")
    assert len(lines(file)) == 1
    install("claude-code", "--uninstall")
    assert file.read_text() == text


def test_folders_that_hosts_are_told_to_use(home: Path, install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, host, file in (
        ("CLAUDE_CONFIG_DIR", "claude-code", "a/settings.json"),
        ("CODEX_HOME", "codex", "b/hooks.json"),
        ("GEMINI_CLI_HOME", "gemini", "c/.gemini/settings.json"),
    ):
        monkeypatch.setenv(name, str(home / file[0]))
        install(host)
        assert lines(home / file)


def test_a_temporary_environment_is_refused(home: Path, install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    program = home / ".cache" / "uv" / "archive-v0" / "x" / "bin" / "ctxbudget"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    assert "temporary environment" in install("codex", code=1)


def test_a_file_that_changes_meanwhile_is_not_overwritten(
    home: Path, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ctxbudget_server.install import plan

    file = home / FILES["gemini"]
    file.parent.mkdir()
    file.write_text("{}\n")
    save = plan.record.save

    def saving(target: Path, record: plan.Record) -> None:
        save(target, record)
        file.write_text('{"theirs": 1}\n')

    monkeypatch.setattr(plan.record, "save", saving)
    assert "changed by another program" in install("gemini", code=1)
    assert file.read_text() == '{"theirs": 1}\n'
    monkeypatch.setattr(plan.record, "save", save)
    install("gemini", "--uninstall")
    assert file.read_text() == '{"theirs": 1}\n'


EDITORS = {
    "neovim": ".local/share/nvim/site/plugin/ctxbudget.lua",
    "emacs": ".emacs.d/init.el",
    "vscode": ".config/Code/User/settings.json",
}


@pytest.mark.parametrize("editor", EDITORS)
def test_an_editor_in_an_empty_home(editor: str, home: Path, program: Path, install: Install) -> None:
    StandIn(program.parent)
    install(editor)
    assert str(program) in (home / EDITORS[editor]).read_text()
    assert "no scope project" in install(editor, "--scope", "project", code=1)
    install(editor, "--uninstall")
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_a_setting_of_the_users_in_vs_code_stays(home: Path, program: Path, install: Install) -> None:
    StandIn(program.parent)
    file = home / EDITORS["vscode"]
    file.parent.mkdir(parents=True)
    file.write_text('{"ctxbudget.path": "/mine"}\n')
    assert "stays as it is" in install("vscode")
    install("vscode", "--uninstall")
    assert file.read_text() == '{"ctxbudget.path": "/mine"}\n'


def test_a_mark_without_the_other_is_refused(home: Path, install: Install) -> None:
    file = home / ".emacs"
    file.write_text("(setq x 1)\n;; >>> ctxbudget >>>\n(setq y 2)\n")
    assert "line 2: one of our two marks is missing" in install("emacs", code=1)
    assert "line 2" in install("emacs", "--uninstall", code=1)


PLUGS = ("opencode", "pi")


def plug_file(host: str, home: Path, scope: str = "user") -> Path:
    """Where a plug-in goes."""
    folders = {
        "opencode": (".config/opencode/plugins", ".opencode/plugins"),
        "pi": (".pi/agent/extensions", ".pi/extensions"),
    }
    user, project = folders[host]
    return (home / user if scope == "user" else Path(project)) / "ctxbudget.js"


@pytest.mark.parametrize("host", PLUGS)
@pytest.mark.parametrize("scope", ["user", "project"])
def test_a_plug_in_starts_this_command_and_goes_again(
    host: str, scope: str, home: Path, program: Path, install: Install
) -> None:
    before = {path for folder in (home, Path()) for path in folder.rglob("*")}
    install(host, "--scope", scope)
    file = plug_file(host, home, scope)
    started = str(program) if scope == "user" else "ctxbudget"
    assert f"var PROGRAM = {json.dumps(started)};" in file.read_text()
    assert "nothing to change" in install(host, "--scope", scope)

    old = file.read_text().replace(f'"{started}";', '"/gone/ctxbudget";')
    file.write_text(old)  # as another installation wrote it
    install(host, "--scope", scope)
    assert "/gone/ctxbudget" not in file.read_text()

    install(host, "--scope", scope, "--uninstall")
    left = {path for folder in (home, Path()) for path in folder.rglob("*")} - before
    assert not [path for path in left if path.is_file()]
    assert not file.parent.exists()


@pytest.mark.parametrize("host", PLUGS)
def test_a_file_of_another_with_the_name_of_a_plug_in_stays(host: str, home: Path, install: Install) -> None:
    file = plug_file(host, home)
    file.parent.mkdir(parents=True)
    file.write_text("export const mine = 1\n")
    assert "is another file, not ours" in install(host, code=1)
    install(host, "--uninstall")
    assert file.read_text() == "export const mine = 1\n"


def test_a_file_that_is_all_ours_is_shown_in_a_line(home: Path, install: Install) -> None:
    (line,) = install("pi", "--dry-run").splitlines()
    assert line.startswith(f"+++ {plug_file('pi', home)}: ")
    assert line.endswith(" lines, all of ctxbudget")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("path", rendered(), ids=lambda path: path.name)
def test_the_files_of_the_repository_are_those_of_the_tables(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == rendered()[path], "run make generate"


def test_the_compaction_of_claude_code_is_a_folder_of_ours(home: Path, program: Path, install: Install) -> None:
    folder = home / ".claude" / "skills" / "ctxbudget"
    said = install("claude-code")
    assert f"{folder}: compactions are cuts by ctxbudget" in said
    assert str(program) in (folder / "hooks" / "program.ts").read_text()
    hooks = json.loads((folder / "hooks" / "hooks.json").read_text())
    assert hooks["hooks"] == {}, "versions that know no modules need the member"
    assert (folder / "hooks" / hooks["modules"][0]).is_file()
    assert "already installed" in install("claude-code")

    other = folder / "notes.md"
    other.write_text("mine")
    (folder / "hooks" / "session.ts").unlink()
    install("claude-code", "--uninstall")
    assert [path for path in folder.rglob("*") if path.is_file()] == [other]


def test_a_folder_of_that_name_that_is_anothers_stays(home: Path, install: Install) -> None:
    manifest = home / ".claude" / "skills" / "ctxbudget" / ".claude-plugin" / "plugin.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text('{"name": "mine"}')
    assert "is another file, not ours" in install("claude-code", code=1)
    assert not (home / ".claude" / "settings.json").exists()


def test_where_the_plugin_is_enabled_its_compaction_is_enough(home: Path, install: Install) -> None:
    install("claude-code")
    file = home / ".claude" / "settings.json"
    file.write_text(json.dumps({**json.loads(file.read_bytes()), "enabledPlugins": {"ctxbudget@ctxbudget": True}}))
    install("claude-code")
    assert not (home / ".claude" / "skills").exists()
