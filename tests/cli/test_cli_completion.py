"""Completion, as real shells do it: a line is typed, and the shell is asked what may follow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli.make_completions import SHELLS, rendered

BASH = """
source <(ctxbudget completion bash)
read -ra COMP_WORDS <<< "$1"; [[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMPREPLY=()
_shtab_ctxbudget
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH_RC = r"""
PS1=
autoload -U compinit && compinit -u -d "$HOME/dump"
eval "$(ctxbudget completion zsh)"
compadd() {
  # What is already asked for an array is not offered.
  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    local -a hits
    builtin compadd -O hits "$@"
    print -rl -- $hits >> "$HOME/hits"
  fi
  builtin compadd "$@"
}
finished() { : > "$HOME/finished" }
comppostfuncs=(finished)
: > "$HOME/ready"
"""
ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'source $HOME/rc'
wait_for() { for i in {1..600}; do [[ -e $1 ]] && return; sleep 0.05; done; exit 1 }
wait_for $HOME/ready
zpty -w -n shell "$1"$'\t'
wait_for $HOME/finished
zpty -d shell
sort -u $HOME/hits
"""


@pytest.fixture
def around(tmp_path: Path) -> dict[str, str]:
    """An environment with the command on PATH, and a workspace with a session."""
    home = tmp_path / "home"
    home.mkdir()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HOME": str(home), "CTXBUDGET_STORE": str(tmp_path / "s.db")}
    command = ["ctxbudget", "call", "session/open", '{"sessionId": "nightly-run"}']
    subprocess.run(command, env=environment, cwd=tmp_path, check=True, capture_output=True)
    return environment


def completed(shell: str, line: str, environment: dict[str, str], folder: Path) -> list[str]:
    """What the shell offers after the line."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    if shell == "bash":
        command = ["bash", "-c", BASH, "bash", line]
    elif shell == "fish":
        command = ["fish", "--no-config", "-c", "ctxbudget completion fish | source; complete -C $argv[1]", line]
    else:
        (Path(environment["HOME"]) / "rc").write_text(ZSH_RC)
        command = ["zsh", "-f", "-c", ZSH, "zsh", line]
    done = subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True, text=True, timeout=60)
    return [word.split("\t")[0].strip() for word in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ctxbudget rep", ("replay", "report")),
        ("ctxbudget call budget/st", ("budget/status",)),
        ("ctxbudget plan --strategy ", ("dynamic", "history")),
        ("ctxbudget report night", ("nightly-run",)),
    ],
)
def test_a_shell_completes_commands_options_values_and_sessions(
    shell: str, line: str, offered: tuple[str, ...], around: dict[str, str], tmp_path: Path
) -> None:
    shown = completed(shell, line, around, tmp_path)

    for word in offered:
        assert any(word in each for each in shown), (word, shown)


def test_the_scripts_are_those_of_the_commands_of_today() -> None:
    for path, text in rendered().items():
        assert path.read_text("utf-8") == text, f"{path.name} is out of date: make generate"
