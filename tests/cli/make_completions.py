"""Writes the completion of the command for bash, zsh and fish, from its parser: `make generate` runs it.

shtab writes the scripts; they are kept as files, so that the installed command needs neither shtab nor time for it.
"""

from __future__ import annotations

from argparse import Action
from pathlib import Path

import shtab

from ctxbudget_protocol.methods import requests
from ctxbudget_server.cli.commands import COMMANDS, parser_of

FOLDER = Path(__file__).parents[2] / "clients" / "completion"
SHELLS = ("bash", "zsh", "fish")
FILES = {"FILE", "FILE ...", "TRANSCRIPT", "SESSION|FILE", "PATH"}
FOLDERS = {"DIR", "FOLDER"}
SESSIONS = {"bash": "_ctxbudget_sessions", "zsh": "_ctxbudget_sessions", "fish": "(_ctxbudget_sessions)"}
"""How a shell asks for the sessions of the workspace."""
ASK = "ctxbudget sessions --json 2>/dev/null | ctxbudget get 'sessions.*.sessionId' 2>/dev/null"
PREAMBLE = {
    "bash": f'_ctxbudget_sessions() {{\n  compgen -W "$({ASK})" -- "$1"\n}}\n',
    "zsh": f'_ctxbudget_sessions() {{\n  local -a ids\n  ids=(${{(f)"$({ASK})"}})\n  compadd -a ids\n}}\n',
    "fish": f"function _ctxbudget_sessions\n  {ASK}\nend\n",
}


def rendered() -> dict[Path, str]:
    """The text of each file."""
    parser, commands = parser_of(list(COMMANDS), list(COMMANDS))
    for name, command in commands.items():
        for action in command._actions:
            _describe(name, action)
    return {
        FOLDER / f"ctxbudget.{shell}": shtab.complete(parser, shell=shell, preamble=PREAMBLE).rstrip("\n") + "\n"
        for shell in SHELLS
    }


def _describe(command: str, action: Action) -> None:
    """Say what an argument takes, where its choices do not."""
    if (command, action.dest) == ("call", "method"):
        action.choices = [method.name for method in requests()]
    elif action.choices is None and isinstance(action.metavar, str):
        if action.metavar in FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.metavar == "SESSION" or action.dest == "session":
            action.complete = SESSIONS  # type: ignore[attr-defined]
        elif action.metavar in FILES and command != "get":
            action.complete = shtab.FILE  # type: ignore[attr-defined]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in rendered().items():
        path.write_text(text, "utf-8")
