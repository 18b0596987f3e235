"""`ctxbudget install --replace-over`: off unless the user says so, asked once, kept by upgrades, taken back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ctxbudget_server.cli import main
from ctxbudget_server.install.commands import call_in
from install.conftest import FILES
from install.test_install import hook, lines

Install = Callable[..., str]
EVENTS = {"claude-code": "PostToolUse", "codex": "PostToolUse", "gemini": "AfterTool"}


def over(home: Path, host: str) -> list[str]:
    """The words about large outputs in the line of the tools' hook; no other line has any."""
    file = home / FILES[host]
    line = hook(file, EVENTS[host])
    assert [other for other in lines(file) if "--replace-over" in other] == ([line] if "--replace-over" in line else [])
    call = call_in(line)
    assert call is not None and call.guarded
    words = list(call.words)
    return words[words.index("--replace-over") :] if "--replace-over" in words else []


@pytest.mark.parametrize("host", FILES)
def test_it_is_off_on_as_said_and_stays_as_it_is(host: str, home: Path, install: Install) -> None:
    install(host)
    before = (home / FILES[host]).read_bytes()
    assert over(home, host) == []
    install(host, "--replace-over", "8000")
    assert over(home, host) == ["--replace-over", "8000"]
    assert "already installed" in install(host), "an upgrade leaves it"
    install(host, "--replace-over", "500")
    assert over(home, host) == ["--replace-over", "500"]
    install(host, "--replace-over", "0")
    assert (home / FILES[host]).read_bytes() == before
    install(host, "--replace-over", "8000")
    install(host, "--uninstall")
    assert not (home / FILES[host]).exists()


def test_other_options_of_the_user_stay(home: Path, install: Install) -> None:
    install("codex")
    file = home / FILES["codex"]
    file.write_text(
        file.read_text().replace("hook PostToolUse --host codex", "hook PostToolUse --host codex --store x")
    )
    install("codex", "--replace-over", "9")
    call = call_in(hook(file, "PostToolUse"))
    assert call is not None
    assert call.words == ("hook", "PostToolUse", "--host", "codex", "--store", "x", "--replace-over", "9")


@pytest.mark.parametrize(
    ("told", "wanted"),
    [("", []), ("n", []), ("8,000", ["--replace-over", "8000"]), ("many\n300", ["--replace-over", "300"])],
)
def test_who_installs_at_a_terminal_is_asked_once(
    told: str, wanted: list[str], home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    answers = iter([*told.split("\n"), "y"])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or next(answers))
    assert main(["install", "codex"]) == 0
    assert "nothing is lost" in asked[0] and "Make these changes?" in asked[-1]
    assert over(home, "codex") == wanted
    asked.clear()
    assert main(["install", "codex"]) == 0
    assert asked == []
    capsys.readouterr()


def test_hosts_without_hooks_refuse_it(install: Install) -> None:
    assert "has no hooks" in install("neovim", "--replace-over", "9", code=1)


def test_the_plugin_has_the_hooks(home: Path, install: Install) -> None:
    file = home / FILES["claude-code"]
    file.parent.mkdir()
    file.write_text('{"enabledPlugins": {"ctxbudget@ctxbudget": true}}')
    assert "its hooks replace no outputs" in install("claude-code", "--replace-over", "9", code=1)
