"""Results that later ones have made worthless: repeated, superseded, and failed calls that were done again."""

from __future__ import annotations

import json
import re
from typing import Any

from .conversation import Conversation, by_text
from .model import Key, Part, Reason

MIN_REPEATED = 200
"""Characters from which a repeated result is worth a marker."""

_PATHS = ("file_path", "path", "filename", "file", "notebook_path", "target_file", "filePath", "absolute_path", "uri")
_READS = re.compile(r"(?:^|_)(?:read|view|open|cat|get)(?:_?(?:file|text|many_files|resource|notebook))?$|^cat$", re.I)
_EDITS = re.compile(r"edit|write|replace|patch|insert|create_file|update_file|save", re.I)
_RANGE = ("offset", "limit", "start_line", "end_line", "view_range", "lines", "pages", "range")
_FAILED = re.compile(
    r"\s*(?:<tool_use_error>|<error>|Error\b|ERROR\b|error:|Traceback \(most recent|Exit code [1-9]|fatal:"
    r"|Command failed|The user doesn't want to proceed)"
)
_COMMAND = ("command", "cmd", "script", "query", "pattern", "url")


def stale_results(talk: Conversation) -> dict[Key, tuple[Reason, int]]:
    """Why a result may go first, and the message that took its place. In the order in which they should go."""
    found: dict[Key, tuple[Reason, int]] = {}
    for group in by_text([part for part in talk.results if len(part.original) >= MIN_REPEATED]).values():
        for part in group[:-1]:
            found[part.key] = ("repeated", group[-1].key.message)
    calls = [_Done(talk.calls[part.call_id], part) for part in talk.results if part.call_id in talk.calls]
    for reason, later in (("superseded", _supersedes), ("retried", _retries)):
        for position, one in enumerate(calls):
            if one.result.key in found:
                continue
            after = next((two for two in calls[position + 1 :] if later(one, two)), None)
            if after is not None:
                found[one.result.key] = (
                    "superseded" if reason == "superseded" else "retried",
                    after.result.key.message,
                )
    may_go = {part.key for part in talk.results if talk.is_open(part)}
    return {key: why for key, why in found.items() if key in may_go}


class _Done:
    """A call with its result."""

    def __init__(self, call: Part, result: Part) -> None:
        self.result = result
        self.tool = call.tool
        self.arguments = _arguments(call)
        self.path = next((v for name in _PATHS if isinstance(v := self.arguments.get(name), str) and v), None)
        mode = self.arguments.get("command")
        self.reads = bool(_READS.search(call.tool)) or (self.path is not None and mode == "view")
        self.edits = not self.reads and bool(_EDITS.search(call.tool))
        self.failed = result.failed or bool(_FAILED.match(result.text[:200]))
        self.range = [self.arguments.get(name) for name in _RANGE]
        whole = next((v for name in _COMMAND if isinstance(v := self.arguments.get(name), str)), "")
        self.aim = self.path or " ".join(whole.split()[:2])


def _arguments(call: Part) -> dict[str, Any]:
    try:
        value = json.loads(call.arguments)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _supersedes(one: _Done, two: _Done) -> bool:
    """A later successful edit of the file, or a later read of all that the earlier one read."""
    if not one.reads or one.failed or two.failed or one.path is None or one.path != two.path:
        return False
    return two.edits or (two.reads and (not any(two.range) or two.range == one.range))


def _retries(one: _Done, two: _Done) -> bool:
    """The same tool succeeded later where this call failed."""
    return one.failed and not two.failed and one.tool == two.tool and bool(one.aim) and one.aim == two.aim
