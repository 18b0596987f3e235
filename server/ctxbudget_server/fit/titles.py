"""What a call is called in a few words: its tool and what it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ctxbudget_server.fit.model import Part
from ctxbudget_server.fit.unicode import well_formed

PATHS = ("file_path", "path", "filename", "file", "notebook_path", "target_file", "filePath", "absolute_path", "uri")
"""Names of arguments that tell a file."""
COMMANDS = ("command", "cmd", "script", "query", "pattern", "url")
"""Names of arguments that tell what is done, or looked for."""
MAX_TITLE = 90
"""Characters of a title."""
MAX_PATH = 36
"""Characters of a path in a title, of which the end tells most."""


def arguments(call: Part) -> dict[str, Any]:
    """What a call was given, by name; empty if it is not a JSON object."""
    try:
        value = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def told(given: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """The first text that is given under one of these names."""
    return next((value for name in names if isinstance(value := given.get(name), str) and value), None)


def call_title(call: Part) -> str:
    """`Read src/x.py`: the tool, and the file, command or first text that it was given; failing that all of it."""
    given = arguments(call)
    texts = (value for value in given.values() if isinstance(value, str) and value)
    target = told(given, COMMANDS) or _short(told(given, PATHS)) or next(texts, call.arguments if given else "")
    title = " ".join(well_formed(f"{call.tool} {target}").split())
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"


def _short(path: str | None) -> str | None:
    return path if path is None or len(path) <= MAX_PATH else f"…{path[1 - MAX_PATH :]}"
