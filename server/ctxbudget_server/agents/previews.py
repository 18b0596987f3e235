"""Outputs that Claude Code keeps in a file: the model sees only the beginning, so only that is recorded.

As observed with Claude Code 2.1, it does so above 50,000 characters (searches: 20,000; shell commands: 30,000; Read:
never). It then gives a hook the output (of a shell command only the beginning) and the file.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_server.agents.files import read_start
from ctxbudget_server.agents.model import HostEvent

FILE: Final = "persistedOutputPath"
MAX_WHOLE_CHARACTERS: Final = 50_000
SHOWN_BY_TOOL: Final = {"Read": sys.maxsize, "Grep": 20_000}
PREVIEW_CHARACTERS: Final = 2_000
MAX_BYTES: Final = 8 << 20
"""Maximum size of a kept output that is recorded whole; a hook must not be held up."""


def shown(event: HostEvent, text: str) -> str:
    """What the model sees of an output."""
    file = _file(event)
    limit = SHOWN_BY_TOOL.get(event.text("tool_name"), MAX_WHOLE_CHARACTERS)
    long = event.host == "claude-code" and len(text) > limit
    if not file and not long:
        return text
    kept = f" Full output saved to: {file}" if file else ""
    return f"[Output too large.{kept} Preview:]\n{text[:PREVIEW_CHARACTERS]}"


def whole(event: HostEvent, text: str) -> str:
    """The complete output, including what the hook was not given."""
    file = _file(event)
    kept = read_start(file, MAX_BYTES).decode("utf-8", "replace") if file else ""
    return kept if len(kept) > len(text) else text


def _file(event: HostEvent) -> str:
    response: Any = event.payload.get("tool_response")
    file = response.get(FILE) if isinstance(response, Mapping) else None
    return file if isinstance(file, str) else ""
