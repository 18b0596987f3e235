"""The command lines that hosts run, and how to recognise ours in a file.

Each checks for the program first, in its own line: a program that is missing cannot say so by itself, and a host would
show an error at every tool call. The lines are for every shell in which hosts run hooks: sh, bash, zsh and fish.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import Final, NamedTuple

from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.runtime.program import NAME, own_path

VERBS: Final = ("hook", "statusline")
_TEMPORARY: Final = ("/uv/archive-v", "/.cache/uv/", "/pipx/.cache/", "/.cache/pipx/")
_BREAKS: Final = re.compile(r"[|&;<>()]+")


class Call(NamedTuple):
    """A call of our command in a command line of a host."""

    program: str
    words: tuple[str, ...]
    """What follows the program."""
    guarded: bool
    """The line checks first whether the program is there."""
    plain: bool
    """The line has one of the two shapes that pages and `install` write, so it can be written again."""

    @property
    def verb(self) -> str:
        """`hook` or `statusline`."""
        return self.words[0]

    @property
    def event(self) -> str | None:
        """The event of a hook."""
        return self.words[1] if self.verb == "hook" and len(self.words) > 1 else None


def running_program() -> str:
    """The absolute path of this command, as a host is to call it later. Raises `InstallError`."""
    here = own_path()
    if here is None:
        raise InstallError(f"the command `{NAME}` was not found: install it, so that hosts can run it")
    if any(part in here for part in _TEMPORARY):
        raise InstallError(
            f"{here} is in a temporary environment, which may be deleted at any time: install {NAME} first, "
            f"such as with `uv tool install` or `pipx install`"
        )
    return here


def guarded(program: str, words: tuple[str, ...], otherwise: str = "true") -> str:
    """A command line that runs `program` with `words`, or does `otherwise` if it is missing; it always exits with 0."""
    name = shlex.quote(program)
    there = f"test -x {name}" if Path(program).is_absolute() else f"command -v {name} >/dev/null 2>&1"
    return f"{there} && {name} {shlex.join(words)} || {otherwise}"


def saying(message: str) -> str:
    """A command that tells the person at the host something, as the JSON of a SessionStart hook."""
    return f"printf '%s\\n' {shlex.quote(json.dumps({'systemMessage': message}, ensure_ascii=True))}"


def missing(program: str, host: str, removal: str) -> str:
    """What SessionStart says where the program is missing. `removal` is the other way out, as words."""
    where = f"the command {NAME} is not on PATH" if program == NAME else f"{program} is missing"
    return f"{NAME} records nothing: {where}. Install it again, then run {NAME} install {host}; or {removal}."


def call_in(line: object) -> Call | None:
    """The call of ours in a command line; None if there is none."""
    if not isinstance(line, str) or NAME not in line:
        return None
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:
        return None
    for at, token in enumerate(tokens[:-1]):
        if token.rpartition("/")[2] != NAME or tokens[at + 1] not in VERBS:
            continue
        end = next((n for n in range(at, len(tokens)) if _BREAKS.fullmatch(tokens[n])), len(tokens))
        words = tuple(tokens[at + 1 : end])
        is_guarded = tokens[:at] in (
            ["test", "-x", token, "&&"],
            ["command", "-v", token, ">", "/dev/null", "2", ">&", "1", "&&"],
            ["command", "-v", token, ">", "/dev/null", "2>&1", "&&"],
        )
        whole = at == 0 and end == len(tokens)
        return Call(token, words, is_guarded, is_guarded or whole)
    return None


def resolves(program: str) -> bool:
    """Whether a shell would find the program of a call."""
    return os.access(program, os.X_OK) if Path(program).is_absolute() else shutil.which(program) is not None
