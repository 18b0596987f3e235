"""Outputs that Claude Code keeps in a file: the model sees how they begin, so that is what enters.

Seen with Claude Code 2.1: it does so above 50,000 characters, of a search above 20,000, of a shell command above
30,000, never for Read. It then tells a hook the output itself, of a shell command how it begins, and the file.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_server.agents.files import read_start
from ctxbudget_server.agents.model import Event

FILE: Final = "persistedOutputPath"
MAX_WHOLE_CHARACTERS: Final = 50_000
SHOWN_BY_TOOL: Final = {"Read": sys.maxsize, "Grep": 20_000}
PREVIEW_CHARACTERS: Final = 2_000
MAX_BYTES: Final = 8 << 20
"""Of a kept output, what enters whole at most: a hook must not be held up."""


def shown(event: Event, text: str) -> str:
    """What the model sees of an output."""
    file = _file(event)
    limit = SHOWN_BY_TOOL.get(event.text("tool_name"), MAX_WHOLE_CHARACTERS)
    long = event.host == "claude-code" and len(text) > limit
    if not file and not long:
        return text
    kept = f" Full output saved to: {file}" if file else ""
    return f"[Output too large.{kept} Preview:]\n{text[:PREVIEW_CHARACTERS]}"


def whole(event: Event, text: str) -> str:
    """An output with what a hook was not told of it."""
    file = _file(event)
    kept = read_start(file, MAX_BYTES).decode("utf-8", "replace") if file else ""
    return kept if len(kept) > len(text) else text


def _file(event: Event) -> str:
    response: Any = event.payload.get("tool_response")
    file = response.get(FILE) if isinstance(response, Mapping) else None
    return file if isinstance(file, str) else ""
