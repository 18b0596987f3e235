"""The fast path of a one-shot command: plain arguments, parsed without `argparse`, and a sidecar that answers.

Anything not plain, or not answered by a sidecar, is left to the normal path, which also reports errors.
"""

from __future__ import annotations

import os
import sys
import time

from ctxbudget_server.sidecar.wire import OneShotAnswer, OneShotRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctxbudget_server.sidecar.wire import Body

COMMANDS = frozenset({"call", "hook", "statusline"})
UNBREAKABLE = frozenset({"hook", "statusline"})
"""Commands that coding agents run; whatever goes wrong, they end with exit code 0."""
STORE_OPTIONS = ("--workspace", "--store", "--durability")
OPTIONS = {
    "call": (*STORE_OPTIONS, "--session", "--get", "--errors", "--sidecar-for"),
    "hook": (*STORE_OPTIONS, "--host", "--replace-over"),
    "statusline": (*STORE_OPTIONS, "--session", "--color", "--width"),
}
FLAGS = {"hook": ("--sidecar",)}
REPEATED = "--get"
"""An option that may be repeated."""
NOT_TOLD = (*STORE_OPTIONS, "--sidecar", "--sidecar-for")
"""Options not passed to a sidecar: whoever reaches it shares their values with it or does not need them."""
CHOICES = {"--durability": ("full", "fast"), "--errors": ("json", "text")}
WORD_COUNTS = {"call": (1, 2), "hook": (1, 1), "statusline": (0, 0)}
"""Minimum and maximum number of arguments."""

PROJECT_VARIABLES = ("CLAUDE_PROJECT_DIR", "GEMINI_PROJECT_DIR")
"""Variables with the folder in which a coding agent was started; its current directory may change."""
MAX_STDIN_BYTES = 64 * 1024 * 1024

NEW_OBJECTS = 50_000
"""How many objects a process of one answer makes before it looks for unreachable ones; Python's default is 700."""


class FastPath:
    """One command line on the fast path, and what the normal path must know about the attempt."""

    __slots__ = ("begun", "body", "given", "key")

    def __init__(self, given: list[str]) -> None:
        self.given = given
        self.begun = time.monotonic()
        self.body: bytes | None = None
        """What was read from stdin, which cannot be read twice."""
        self.key = ""
        """The request key, always set for an event; a sidecar may have acted on it without being able to answer."""

    def ask(self) -> OneShotAnswer | None:
        """The answer of the workspace's sidecar, or None."""
        if not self.given or self.given[0] not in COMMANDS:
            return None
        plain = plain_words(self.given[0], self.given[1:])
        if plain is None:
            return None
        from ctxbudget_server.sidecar import client as caller

        if not caller.switched_on():
            return None
        return self._ask(*plain)

    def _ask(self, words: list[str], options: dict[str, str]) -> OneShotAnswer | None:
        from ctxbudget_server.settings.access import roots_of_user, store_of, user_access
        from ctxbudget_server.sidecar.client import ask_sidecar
        from ctxbudget_server.sidecar.identity import identity
        from ctxbudget_server.store.keys import event_key, passing_key

        command = self.given[0]
        if command in UNBREAKABLE:
            body: Body = self.stdin()
            arguments = [*words, *settings(command, options)]
            start = project_folder(command, body)
        else:
            body, arguments, start = self._read(words[1:]), [*words[:1], *settings(command, options)], "."
        try:
            workspace = _workspace(options.get("--workspace"), start)
            access = user_access()
            store = store_of(workspace, options.get("--store"), access)
            durability = options.get("--durability") or access.durability or "full"
            shared = identity(workspace, store, durability, roots_of_user((), access))
        except (OSError, ValueError):
            return None
        if command == "hook":
            self.key = event_key()
        ask = OneShotRequest(shared, self.key or passing_key(), command, arguments, body)
        answer = ask_sidecar(ask, workspace, store)
        if ask.sent:
            self.key = ask.key
        return answer

    def plain_call(self) -> tuple[list[str], dict[str, str]] | None:
        """(arguments, options) of a call that can do without `argparse` in this process too."""
        plain = plain_words("call", self.given[1:])
        return None if plain is None or "--sidecar-for" in plain[1] else plain

    def stdin(self) -> bytes:
        """What a host wrote to stdin; nothing if stdin is a terminal. Raises ValueError if it is too much."""
        if self.body is None:
            stream = sys.stdin
            self.body = b"" if stream is None or stream.isatty() else stream.buffer.read(MAX_STDIN_BYTES + 1)
        if len(self.body) > MAX_STDIN_BYTES:
            raise ValueError(f"stdin holds more than {MAX_STDIN_BYTES:,} bytes")
        return self.body

    def _read(self, words: list[str]) -> bytes:
        if words == ["-"]:
            self.body = sys.stdin.buffer.read()
            return self.body
        return words[0].encode("utf-8", "surrogateescape") if words else b""


def collect_rarely() -> None:
    """Importing makes many objects and no garbage, and this process ends soon."""
    import gc

    gc.set_threshold(NEW_OBJECTS)


def plain_words(command: str, given: list[str]) -> tuple[list[str], dict[str, str]] | None:
    """(arguments, options by name); None for anything that `argparse` should handle. Arguments must be adjacent.

    The values of a repeated option are joined by NUL.
    """
    words: list[str] = []
    options: dict[str, str] = {}
    closed = False
    rest = iter(given)
    for word in rest:
        if not word.startswith("-") or word == "-":
            if closed:
                return None
            words.append(word)
            continue
        closed = bool(words)
        if word in FLAGS.get(command, ()):
            options[word] = "yes"
            continue
        name, equals, value = word.partition("=")
        if not equals:
            value = next(rest, "-")
        if name not in OPTIONS[command] or value.startswith("-") or value not in CHOICES.get(name, (value,)):
            return None
        options[name] = f"{options[name]}\0{value}" if name == REPEATED and name in options else value
    least, most = WORD_COUNTS[command]
    if not options.get("--sidecar-for", "0").isdigit() or not least <= len(words) <= most:
        return None
    return words, options


def settings(command: str, options: dict[str, str]) -> list[str]:
    """`name=value` for each option, or environment variable, that affects how a command answers."""
    chosen = {name: value for name, value in options.items() if name not in NOT_TOLD}
    if command == "statusline" and os.environ.get("NO_COLOR"):
        chosen.setdefault("--color", "never")
    if command != "hook" and (session := os.environ.get("CTXBUDGET_SESSION")):
        chosen.setdefault("--session", session)
    return [f"{name[2:]}={value}" for name, values in chosen.items() for value in values.split("\0")]


def project_folder(command: str, body: Body) -> str:
    """A coding agent's project folder: from its environment or its status line's JSON, else the current directory.

    The JSON is only searched for one literal string: importing `json` takes longer than everything else.
    """
    for name in PROJECT_VARIABLES:
        if folder := os.environ.get(name):
            return folder
    if command == "hook":  # a tool may have an argument with that name
        return "."
    _, found, rest = bytes(body[:65536]).partition(b'"project_dir":')
    text = rest.lstrip()
    if found and text.startswith(b'"'):
        folder, closed, _ = os.fsdecode(text[1:]).partition('"')
        if closed and "\\" not in folder and os.path.isdir(folder):
            return folder
    return "."


def _workspace(option: str | None, start: str) -> str:
    """What `find_workspace` finds; raises ValueError for values that it must report on."""
    from ctxbudget_server.store.location import workspace_around, workspace_chosen

    chosen = workspace_chosen(option)
    if chosen is None:
        return workspace_around(start)
    if chosen.lower().startswith("file:"):
        raise ValueError(chosen)
    return os.path.realpath(chosen)
