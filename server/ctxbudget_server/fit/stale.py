"""Results that are worthless now: no longer needed, repeated, superseded, and failed calls that were done again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from ctxbudget_server.fit.conversation import Conversation, by_text
from ctxbudget_server.fit.model import Key, Part, Reason
from ctxbudget_server.fit.titles import COMMANDS, PATHS, arguments, told

MIN_REPEATED = 200
"""Characters from which a repeated result is worth a marker."""

_RANKS: tuple[Reason, ...] = ("requested", "repeated", "superseded", "retried")
_READS = re.compile(r"(?:^|_)(?:read|view|open|cat|get)(?:_?(?:file|text|many_files|resource|notebook))?$|^cat$", re.I)
_EDITS = re.compile(r"edit|write|replace|patch|insert|create_file|update_file|save", re.I)
_RANGE = ("offset", "limit", "start_line", "end_line", "view_range", "lines", "pages", "range")
_FAILED = re.compile(
    r"\s*(?:<tool_use_error>|<error>|Error\b|ERROR\b|error:|Traceback \(most recent|Exit code [1-9]|fatal:"
    r"|Command failed|The user doesn't want to proceed)"
)
_CHANGE_FOLDER = re.compile(r"\s*cd\s+\S+\s*(?:&&|;)\s*")
_PIPED = re.compile(r"\||&&|;|\d?>")


def stale_results(talk: Conversation) -> dict[Key, tuple[Reason, int]]:
    """Why a result may go first, and the message that took its place, if any, in the order in which they should go.

    Among equals the later one goes: what stands before it stays in the provider's cache.
    """
    found: dict[Key, tuple[Reason, int]] = {
        part.key: ("requested", part.key.message) for part in talk.results if part.named_id in talk.options.spent
    }
    for group in by_text([part for part in talk.results if len(part.original) >= MIN_REPEATED]).values():
        for part in group[:-1]:
            found.setdefault(part.key, ("repeated", group[-1].key.message))
    calls = [_Done(talk.calls[part.call_id], part) for part in talk.results if part.call_id in talk.calls]
    by_path = _groups((one.path, one) for one in calls if one.path is not None and not one.failed)
    by_aim = _groups(((one.tool, one.aim), one) for one in calls if one.aim)
    rules: tuple[tuple[Reason, _Groups, _Later], ...] = (
        ("superseded", by_path, _supersedes),
        ("retried", [group for group in by_aim if any(one.failed for one in group)], _retries),
    )
    for reason, groups, later in rules:
        for one, after in _followed(groups, later):
            found.setdefault(one.result.key, (reason, after.result.key.message))
    may_go = {part.key for part in talk.results if talk.is_open(part)}
    order = sorted(found, key=lambda key: (_RANKS.index(found[key][0]), -key.message, -key.slot))
    return {key: found[key] for key in order if key in may_go}


class _Done:
    """A call with its result."""

    def __init__(self, call: Part, result: Part) -> None:
        self.result = result
        self.tool = call.tool
        given = arguments(call)
        self.path = told(given, PATHS)
        mode = given.get("command")
        self.reads = bool(_READS.search(call.tool)) or (self.path is not None and mode == "view")
        self.edits = not self.reads and bool(_EDITS.search(call.tool))
        self.failed = result.failed or bool(_FAILED.match(result.text[:200]))
        self.range = [given.get(name) for name in _RANGE]
        self.aim = self.path or _aim(told(given, COMMANDS) or "")


_Groups: TypeAlias = "list[list[_Done]]"
_Later: TypeAlias = "Callable[[_Done, _Done], bool]"


def _aim(command: str) -> str:
    """What a command is about: its words without options, up to a pipe, and without the folder it changes to first."""
    first = _PIPED.split(_CHANGE_FOLDER.sub("", command), maxsplit=1)[0]
    return " ".join(word for word in first.split() if not word.startswith("-"))


def _groups(calls: Iterable[tuple[object, _Done]]) -> _Groups:
    found: dict[object, list[_Done]] = {}
    for key, one in calls:
        found.setdefault(key, []).append(one)
    return list(found.values())


def _followed(groups: _Groups, later: _Later) -> Iterator[tuple[_Done, _Done]]:
    """Calls that a later one of their group has made worthless, with that one."""
    for group in groups:
        for position, one in enumerate(group):
            if after := next((two for two in group[position + 1 :] if later(one, two)), None):
                yield one, after


def _supersedes(one: _Done, two: _Done) -> bool:
    """Of calls on one file that succeeded: a later edit, or a later read of all that the earlier one read."""
    return one.reads and (two.edits or (two.reads and (not any(two.range) or two.range == one.range)))


def _retries(one: _Done, two: _Done) -> bool:
    """Of calls with one aim: it succeeded where the earlier one failed."""
    return one.failed and not two.failed
