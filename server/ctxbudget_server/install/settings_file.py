"""Our entries in a host's JSON file of settings: hooks by event, and the status line."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from ctxbudget_server.install.commands import Call, call_in
from ctxbudget_server.install.draft import Draft
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.jsonc import Dialect, Entry, JsonError, Node, place
from ctxbudget_server.install.replacing import with_replacing

HOOKS = "hooks"
STATUS_LINE = "statusLine"


class Wanted(NamedTuple):
    """A hook to install."""

    event: str
    line: str
    """The command line."""
    timeout: int
    """In the host's unit."""
    replace_over: int | None = None
    """Tokens above which a tool's output is replaced, 0 for never; None: as the line that is there has it."""


class Ours(NamedTuple):
    """An entry of ours in a file."""

    groups: Node
    """The array of an event."""
    group: Entry
    handlers: Node
    handler: Entry
    command: Node
    call: Call


class SettingsFile:
    """A file of settings under edit.

    Every method raises `InstallError`, with the place, where the file is not what the host reads.
    """

    def __init__(self, name: str, text: str, dialect: Dialect) -> None:
        self._name = name
        self.draft = Draft(text, dialect)
        self.replaced: dict[str, str] = {}

    def root(self) -> Node:
        """The object that the file holds, made if there is none."""
        try:
            root = self.draft.root()
            if root is None:
                self.draft.begin_object()
                root = self.draft.root()
        except (JsonError, RecursionError) as fault:
            raise InstallError(f"{self._name}: {fault}; nothing is changed") from fault
        assert root is not None
        return self._of_kind(root, "object", "the file")

    def containers(self) -> list[str]:
        """`hooks` and `hooks.EVENT`, as far as they are there."""
        hooks = self.root().member(HOOKS)
        if hooks is None:
            return []
        return [HOOKS, *(f"{HOOKS}.{entry.name}" for entry in hooks.entries)]

    def ours(self) -> list[Ours]:
        """All hooks of ours, in order."""
        return list(self._ours())

    def wire(self, wanted: Wanted) -> None:
        """Add a hook. Where one of ours is wired for its event, its line is renewed, with the options that it has."""
        there = [one for one in self.ours() if one.call.event == wanted.event]
        if there:
            new = call_in(wanted.line)
            assert new is not None
            for one in reversed(there):
                if one.call.plain:
                    self._renew(one, wanted, new)
            return
        line = wanted.line if wanted.replace_over is None else with_replacing(wanted.line, wanted.replace_over)
        entry = {HOOKS: [{"type": "command", "command": line, "timeout": wanted.timeout}]}
        root = self.root()
        hooks = root.member(HOOKS)
        if hooks is None:
            self.draft.append(root, {wanted.event: [entry]}, HOOKS)
            return
        groups = self._of_kind(hooks, "object", HOOKS).member(wanted.event)
        if groups is None:
            self.draft.append(hooks, [entry], wanted.event)
        else:
            self.draft.append(self._of_kind(groups, "array", f"{HOOKS}.{wanted.event}"), entry)

    def wire_status_line(self, line: str) -> bool:
        """Set the status line; False if the user has another one, which stays."""
        root = self.root()
        there = root.member(STATUS_LINE)
        if there is None:
            self.draft.append(root, {"type": "command", "command": line, "padding": 0}, STATUS_LINE)
            return True
        command = there.member("command")
        call = call_in(command.value) if command is not None else None
        if command is None or call is None or call.verb != "statusline":
            return False
        if call.plain:
            self._write_line(command, with_words(line, call))
        return True

    def unwire(self, kept: list[str], replaced: dict[str, str]) -> bool:
        """Take out every entry that `install` writes, and what becomes empty unless it is `kept`. Was there any?

        Lines in `replaced` become again what they were.
        """
        found = False
        while (one := next((each for each in self._ours() if each.call.guarded), None)) is not None:
            found = True
            if (old := replaced.get(str(one.command.value))) is not None:
                self._write_line(one.command, old)
            else:
                self._take_out(one, kept)
        root = self.root()
        for entry in root.entries:
            command = entry.node.member("command") if entry.name == STATUS_LINE else None
            call = call_in(command.value) if command is not None else None
            if command is None or call is None or not call.guarded:
                continue
            found = True
            if (old := replaced.get(str(command.value))) is not None:
                self._write_line(command, old)
            else:
                self.draft.remove(root, entry)
            break
        return found

    def _take_out(self, one: Ours, kept: list[str]) -> None:
        if len(one.handlers.entries) > 1:
            self.draft.remove(one.handlers, one.handler)
            return
        event = one.call.event
        if len(one.groups.entries) > 1:
            self.draft.remove(one.groups, one.group)
            return
        root = self.root()
        hooks = root.member(HOOKS)
        assert hooks is not None
        wired = next(entry for entry in hooks.entries if entry.node is one.groups or entry.node == one.groups)
        if f"{HOOKS}.{wired.name}" in kept or f"{HOOKS}.{event}" in kept:
            self.draft.remove(one.groups, one.group)
        elif len(hooks.entries) > 1 or HOOKS in kept:
            self.draft.remove(hooks, wired)
        else:
            self.draft.remove(root, next(entry for entry in root.entries if entry.name == HOOKS))

    def _ours(self) -> Iterator[Ours]:
        hooks = self.root().member(HOOKS)
        if hooks is None:
            return
        for event in self._of_kind(hooks, "object", HOOKS).entries:
            for group in event.node.entries:
                handlers = group.node.member(HOOKS)
                for handler in handlers.entries if handlers is not None else ():
                    command = handler.node.member("command")
                    call = call_in(command.value) if command is not None else None
                    if handlers is not None and command is not None and call is not None and call.event:
                        yield Ours(event.node, group, handlers, handler, command, call)

    def _renew(self, one: Ours, wanted: Wanted, new: Call) -> None:
        line = wanted.line if one.call.words == new.words else with_words(wanted.line, one.call)
        self._write_line(
            one.command, line if wanted.replace_over is None else with_replacing(line, wanted.replace_over)
        )

    def _write_line(self, command: Node, line: str) -> None:
        old = str(command.value)
        if old != line:
            self.replaced[line] = old
            self.draft.replace(command.start, command.end, json.dumps(line, ensure_ascii=False))

    def _of_kind(self, node: Node, kind: str, what: str) -> Node:
        if node.kind != kind:
            line, column = place(self.draft.text, node.start)
            raise InstallError(
                f"{self._name}: line {line}, column {column}: {what} is not an {kind}; nothing is changed"
            )
        return node


def with_words(line: str, call: Call) -> str:
    """A command line of ours with the words of another call."""
    new = call_in(line)
    assert new is not None
    return line.replace(shlex.join(new.words), shlex.join(call.words), 1)
