"""The short way of a one-shot command: plain words, understood without `argparse`, and a sidecar that answers.

Whatever is not plain, and whatever no sidecar answers, is left to the long way, which also reports what is wrong.
"""

from __future__ import annotations

import os
import sys

from ctxbudget_server.oneshot.frames import Answer, Ask

COMMANDS = frozenset({"call"})
_OPTIONS = ("--workspace", "--store", "--durability")


class Attempt:
    """One command line on its short way, and what the long way must know of it."""

    __slots__ = ("_given", "body", "key")

    def __init__(self, given: list[str]) -> None:
        self._given = given
        self.body: bytes | None = None
        """What was read from stdin, which cannot be read again."""
        self.key = ""
        """The request key that a sidecar was given; it may have acted on it, and have been unable to answer."""

    def ask(self) -> Answer | None:
        """The answer of the workspace's sidecar, or None."""
        if not self._given or self._given[0] not in COMMANDS:
            return None
        plain = plain_words(self._given[1:])
        if plain is None:
            return None
        from ctxbudget_server.oneshot import caller

        words, options = plain
        if not caller.switched_on() or len(words) not in (1, 2):
            return None
        return self._ask(words, options)

    def _ask(self, words: list[str], options: dict[str, str]) -> Answer | None:
        from ctxbudget_server.oneshot.caller import ask_sidecar
        from ctxbudget_server.oneshot.identity import identity
        from ctxbudget_server.store.keys import passing_key
        from ctxbudget_server.store.location import store_path

        try:
            workspace = _workspace(options.get("--workspace"))
            store = store_path(workspace, options.get("--store"))
            shared = identity(workspace, store, options.get("--durability", "full"))
        except (OSError, ValueError):
            return None
        ask = Ask(shared, passing_key(), self._given[0], words[:1], self._read(words[1:]))
        answer = ask_sidecar(ask, workspace, store)
        if ask.sent:
            self.key = ask.key
        return answer

    def _read(self, words: list[str]) -> bytes:
        if words == ["-"]:
            self.body = sys.stdin.buffer.read()
            return self.body
        return words[0].encode("utf-8", "surrogateescape") if words else b""


def plain_words(given: list[str]) -> tuple[list[str], dict[str, str]] | None:
    """(words, options by name); None for anything that `argparse` should look at. The words stand together."""
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
        name, equals, value = word.partition("=")
        if not equals:
            value = next(rest, "-")
        if name not in _OPTIONS or value.startswith("-"):
            return None
        options[name] = value
    if options.get("--durability", "full") not in ("full", "fast"):
        return None
    return words, options


def _workspace(option: str | None) -> str:
    """What `find_workspace` finds; raises ValueError for words that it must explain."""
    from ctxbudget_server.store.location import workspace_around, workspace_chosen

    chosen = workspace_chosen(option)
    if chosen is None:
        return workspace_around(".")
    if chosen.lower().startswith("file:"):
        raise ValueError(chosen)
    return os.path.realpath(chosen)
