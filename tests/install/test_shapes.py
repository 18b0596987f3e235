"""Whatever the user's file looks like, it is the same to the byte after installing and uninstalling."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agents.real_hosts import AGENTS
from support.code_stand_in import StandIn

from ctxbudget_server.install.commands import call_in
from ctxbudget_server.install.jsonc import parse, plain
from install.conftest import FILES

OTHER = '{"type": "command", "command": "notify-send done"}'
OLD = {
    "claude-code": AGENTS / "claude-code" / "hooks" / "hooks.json",
    "codex": AGENTS / "codex" / "hooks.json",
    "gemini": AGENTS / "gemini-cli" / "settings.json",
}

SHAPES: dict[str, str] = {
    "empty": "",
    "blank lines": "\n\n",
    "BOM alone": "\ufeff",
    "empty object": "{}",
    "empty object and line": "{}\n",
    "empty object, open": "{\n}\n",
    "blanks in the object": "{   }\n",
    "two blanks": '{\n  "model": "opus",\n  "env": {\n    "A": "1"\n  }\n}\n',
    "four blanks": '{\n    "model": "opus"\n}\n',
    "three blanks": '{\n   "model": "opus"\n}\n',
    "tabs": '{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": []\n\t}\n}\n',
    "no last newline": '{\n  "model": "opus"\n}',
    "several last newlines": '{\n  "model": "opus"\n}\n\n\n',
    "CRLF": '{\r\n  "model": "opus",\r\n  "hooks": {}\r\n}\r\n',
    "BOM": '\ufeff{\n  "model": "opus"\n}\n',
    "BOM and CRLF": '\ufeff{\r\n  "model": "opus"\r\n}\r\n',
    "minified": '{"model":"opus","hooks":{"Stop":[{"hooks":[{"type":"command","command":"x"}]}]}}',
    "one line": '{ "model": "opus", "permissions": { "allow": [ "Bash(ls:*)" ] } }\n',
    "unusual layout": '{ "a"\n: 1\n      ,"hooks" :\n{\n"Stop"\n:[ ]} }\n',
    "bracket on its own line": '\n\n  {\n      "a": [\n 1,2 ]\n  }  \n',
    "not ASCII": '{\n  "name": "Zoë \\u00e9 😀",\n  "path": "/home/zoë"\n}\n',
    "numbers kept as written": '{\n  "a": 1.0, "b": 1e3, "c": 12345678901234567890\n}\n',
    "same name twice": '{\n  "a": 1,\n  "a": 2,\n  "hooks": {}\n}\n',
    "hooks of others": f'{{\n  "hooks": {{\n    "SessionStart": [\n      {{\n        "hooks": [\n          {OTHER}\n'
    "        ]\n      }\n    ]\n  }\n}\n",
    "hooks of others, inline": f'{{\n  "hooks": {{\n    "SessionStart": [{{"hooks": [{OTHER}, {OTHER}]}}]\n  }}\n}}\n',
    "hooks of others, with matcher": f'{{\n  "hooks": {{\n    "PostToolUse": [\n      {{"matcher": "Bash", "hooks": '
    f'[{OTHER}]}}\n    ],\n    "PreToolUse": [{{"hooks": [{OTHER}]}}]\n  }},\n  "z": null\n}}\n',
    "hooks that are empty": '{\n  "hooks": {\n    "SessionStart": [],\n    "Stop": [\n    ]\n  }\n}\n',
    "groups that are empty": '{"hooks": {"SessionStart": [{}], "Stop": [{"hooks": []}]}}\n',
    "status line of their own": '{\n  "statusLine": {\n    "type": "command",\n    "command": "my-line"\n  }\n}\n',
    "our line, set by hand": '{\n  "statusLine": {"type": "command", "command": "ctxbudget statusline --width 9"}\n}\n',
    "our hook among theirs": '{"hooks": {"SessionStart": [{"hooks": ['
    f'{OTHER}, {{"type": "command", "command": "ctxbudget hook SessionStart"}}]}}]}}}}\n',
    "our hook within a line of theirs": '{\n  "hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": '
    '"cd /x && ctxbudget hook SessionStart 2>/dev/null; true"}]}]}\n}\n',
    "our hooks with options": '{\n  "hooks": {"PostToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", '
    '"command": "ctxbudget hook PostToolUse --replace-over 8000"}]}]}\n}\n',
    "a name in quotes": '{\n  "x\\"y": "{ // [",\n  "hooks": {}\n}\n',
}
COMMENTED: dict[str, str] = {
    "comments": '// mine\n{\n  // the model\n  "model": "opus", // the best\n  /* and */ "b": 2 // last\n}\n// end\n',
    "comment alone": "// nothing yet",
    "comment in an empty object": "{\n  // nothing yet\n}\n",
    "CRLF and comments": '{\r\n  // the model\r\n  "model": "opus" // best\r\n}\r\n',
    "comments in hooks": f'{{\n  "hooks": {{ // mine\n    "SessionStart": [ // at first\n      {{"hooks": [{OTHER}]}} '
    "// one\n      /* two */\n    ] // so far\n  } // all\n}\n",
    "comment behind the bracket": "{ // nothing yet\n}\n",
}
TRAILING: dict[str, str] = {
    "trailing comma": '{\n  "model": "opus",\n}\n',
    "trailing comma, inline": '{"model": "opus", }\n',
    "trailing comma and comment": '{\n  "model": "opus", // the best\n  // more?\n}\n',
    "trailing comma in hooks": f'{{\n  "hooks": {{ // mine\n    "SessionStart": [\n      {{"hooks": [{OTHER}]}}, '
    "// one\n      /* two */\n    ] // so far\n  } // all\n}\n",
}
ALL = {**SHAPES, **COMMENTED, **TRAILING}
CASES = [(host, name, text) for host in FILES for name, text in ALL.items()]
REFUSED = {
    "claude-code": COMMENTED.keys() | TRAILING.keys(),
    "codex": COMMENTED.keys() | TRAILING.keys() | {name for name, text in SHAPES.items() if text.startswith("\ufeff")},
    "gemini": TRAILING.keys() | {name for name, text in SHAPES.items() if text.startswith("\ufeff")},
}
"""What a host itself does not read: seen in the real ones."""
Install = Callable[..., str]


def commands(value: Any) -> list[str]:
    """Every command in a value."""
    if isinstance(value, dict):
        own = [value["command"]] if isinstance(value.get("command"), str) else []
        return own + [command for each in value.values() for command in commands(each)]
    return [command for each in value for command in commands(each)] if isinstance(value, list) else []


def values(text: str) -> dict[str, Any]:
    """The values of a file."""
    root = parse(text)
    found: dict[str, Any] = plain(root) if root else {}
    return found


@pytest.mark.parametrize(("host", "name", "text"), CASES, ids=[f"{host}: {name}" for host, name, _ in CASES])
def test_the_file_is_the_same_afterwards(host: str, name: str, text: str, home: Path, install: Install) -> None:
    file = home / FILES[host]
    file.parent.mkdir()
    file.write_bytes(text.encode())

    if name in REFUSED[host]:
        assert "which this host does not read; nothing is changed" in install(host, code=1)
        assert file.read_bytes() == text.encode()
        return
    install(host)
    first = file.read_bytes()
    assert "already installed" in install(host)
    assert file.read_bytes() == first, "twice equals once"

    made = values(first.decode())
    wired = {call.event for line in commands(made) if (call := call_in(line)) and call.event}
    assert wired >= values(OLD[host].read_text())["hooks"].keys()
    before = values(text)
    assert {name: made[name] for name in before if name not in ("hooks", "statusLine")} == {
        name: value for name, value in before.items() if name not in ("hooks", "statusLine")
    }
    theirs = [line for line in commands(before) if call_in(line) is None]
    assert [line for line in commands(made) if call_in(line) is None] == theirs, "in their order"
    if "\r\n" in text:
        assert b"\n" not in first.replace(b"\r\n", b"")

    install(host, "--uninstall")
    assert file.read_bytes() == text.encode()
    assert not (home / ".local/state/ctxbudget/installed").exists()


@pytest.mark.parametrize("host", FILES)
def test_hooks_copied_from_the_repository_are_renewed_in_place(host: str, home: Path, install: Install) -> None:
    file = home / FILES[host]
    file.parent.mkdir()
    shutil.copy(OLD[host], file)
    before = file.read_bytes()
    install(host)
    lines = commands(json.loads(file.read_bytes()))
    hooks = [call for line in lines if (call := call_in(line)) and call.event]
    assert {call.event for call in hooks} >= {call.event for call in map(call_in, commands(json.loads(before))) if call}
    assert len(hooks) == len({call.event for call in hooks}), "none is there twice"
    assert all(call.guarded for call in hooks)
    install(host, "--uninstall")
    assert file.read_bytes() == before


@pytest.mark.parametrize("host", FILES)
@pytest.mark.parametrize(("name", "text"), SHAPES.items(), ids=list(SHAPES))
def test_after_the_host_has_rewritten_the_file_only_ours_goes(
    host: str, name: str, text: str, home: Path, install: Install
) -> None:
    if name in REFUSED[host]:
        text = "{}"
    file = home / FILES[host]
    file.parent.mkdir()
    file.write_bytes(text.encode())
    install(host)
    rewritten = {**values(file.read_text(encoding="utf-8")), "added": True}
    file.write_text(json.dumps(rewritten, indent=1), encoding="utf-8")

    assert "already installed" in install(host)
    install(host, "--uninstall")
    expected = {**values(text), "added": True}
    assert values(file.read_text(encoding="utf-8")) == expected
    assert "nothing is installed" in install(host, "--uninstall")


JSONC = [(name, text) for name, text in ALL.items() if name not in ("our line, set by hand",)]


@pytest.mark.parametrize(("name", "text"), JSONC, ids=[name for name, _ in JSONC])
def test_settings_of_vs_code(name: str, text: str, home: Path, program: Path, install: Install) -> None:
    file = home / ".config" / "Code" / "User" / "settings.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode())
    StandIn(program.parent)
    install("vscode")
    assert values(file.read_text(encoding="utf-8")) == {**values(text), "ctxbudget.path": str(program)}
    assert "already installed" in install("vscode")
    install("vscode", "--uninstall")
    assert file.read_bytes() == text.encode()


TEXTS = {
    "empty": "",
    "lines": "(setq x 1)\n",
    "no last newline": "(setq x 1)",
    "CRLF": "(setq x 1)\r\n(setq y 2)\r\n",
    "blank lines at the end": "(setq x 1)\n\n\n",
    "tabs and signs": "\t;; Zoë — 😀\n",
}


@pytest.mark.parametrize("place", [".emacs.el", ".emacs", ".emacs.d/init.el", ".config/emacs/init.el"])
@pytest.mark.parametrize(("name", "text"), TEXTS.items(), ids=list(TEXTS))
def test_init_files_of_emacs(name: str, text: str, place: str, home: Path, install: Install) -> None:
    file = home / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    install("emacs")
    assert file.read_bytes().startswith(text.encode())
    assert b"ctxbudget-mode-line-mode" in file.read_bytes()
    assert "already installed" in install("emacs")
    install("emacs", "--uninstall")
    assert file.read_bytes() == text.encode()

    install("emacs")
    with file.open("ab") as more:
        more.write(b"(setq z 3)\n")
    assert "already installed" in install("emacs")
    install("emacs", "--uninstall")
    assert file.read_text().split() == [*text.split(), "(setq", "z", "3)"]
