"""A tool's response as the model reads it, and the same response with another text in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_server.media import MEDIUM_TOKENS, Rules, is_medium, may_hold_bytes, rules_of, without_bytes

_BYTES: Final = ("base64", "image_data")
"""Members of notebooks' cells that hold pictures."""
MAX_DEPTH: Final = 100
"""Objects and arrays within each other in which a text is looked for."""
_TEXTS: Final = ("llmContent", "content", "result", "output", "text", "error")
"""Members that hold what the model reads, the first that is there."""
_EDITS: Final = ("structuredPatch", "originalFile", "oldString", "newString")
"""Members of an edit's response that the model wrote itself, or does not see."""
_INPUTS: Final = ("command", "file_path", "path", "pattern", "query", "url", "description", "prompt")
"""Members of a tool's input that say best what was asked."""
_FILE_INPUTS: Final = ("file_path", "absolute_path", "notebook_path")
"""Members of a tool's input that name the file that it reads or writes."""


def text_of(response: Any) -> str:
    """The text of a response of any tool; empty for pictures, sounds and documents."""
    return _text(without_bytes(_blocks_of(response), rules_of("")).bare, MAX_DEPTH)


def _blocks_of(response: Any) -> Any:
    """A response; blocks with pictures or sounds, where a host writes them as a JSON text."""
    if not isinstance(response, str) or not response.startswith(("[", "{")) or not may_hold_bytes(response):
        return response
    try:
        value = json.loads(response)
    except (ValueError, RecursionError):
        return response
    blocks = value.get("content") if isinstance(value, dict) else value
    found = isinstance(blocks, list) and any(isinstance(block, dict) and is_medium(block) for block in blocks)
    return value if found else response


def _json(value: Any) -> str:
    """The JSON text of what has no other; empty if it is too deep to be written."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def _text(response: Any, depth: int) -> str:
    if isinstance(response, str):
        return response
    if depth == 0:
        return _json(response)
    if isinstance(response, list):
        return "\n".join(part for one in response if (part := _text(one, depth - 1)))
    if not isinstance(response, Mapping):
        return "" if response is None else _json(response)
    if _is_image(response):
        return ""
    if "stdout" in response or "stderr" in response:
        parts = (response.get("stdout"), response.get("stderr"))
        return "\n".join(part for part in parts if isinstance(part, str) and part)
    file = response.get("file")
    if isinstance(file, Mapping) and isinstance(file.get("content"), str):
        return str(file["content"])
    if isinstance(file, Mapping) and "cells" in file:
        return _json(_without_pictures(file["cells"]))
    if any(name in response for name in _EDITS):
        return f"{response.get('filePath', 'the file')} has been updated"
    for name in _TEXTS:
        if response.get(name):
            return _text(response[name], depth - 1)
    names = response.get("filenames")
    if isinstance(names, list):
        return "\n".join(name for name in names if isinstance(name, str))
    return _json(response)


def bytes_in(response: Any, rules: Rules) -> int:
    """Tokens of the pictures, documents and sounds in a response."""
    response = _blocks_of(response)
    if isinstance(response, Mapping) and response.get("isImage") is True:
        printed = response.get("stdout")
        found = without_bytes({"type": "image", "data": printed} if isinstance(printed, str) else response, rules)
        return max(found.tokens, MEDIUM_TOKENS) if not found.media else found.tokens
    for _ in range(MAX_DEPTH):  # as for the text: the model does not see what is beside it
        if not isinstance(response, Mapping) or "file" in response or is_medium(response):
            break
        name = next((name for name in _TEXTS if response.get(name)), None)
        if name is None:
            break
        response = response[name]
    return without_bytes(response, rules).tokens


def holds_bytes(response: Any) -> bool:
    """Whether there are pictures, documents or sounds in a response."""
    return bytes_in(response, rules_of("")) > 0


def _is_image(response: Mapping[str, Any]) -> bool:
    return response.get("isImage") is True or (is_medium(response) and "content" not in response)


def _without_pictures(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_pictures(part) for part in value]
    if isinstance(value, Mapping):
        return {name: _without_pictures(part) for name, part in value.items() if name not in _BYTES}
    return value


def shown_to_model(response: Any) -> str:
    """The text of a hook's response as the model reads it: Claude Code numbers the lines of a file that it shows.

    Its hooks are given the file's own text; the numbers are in the window, and in its session files.
    """
    text = text_of(response)
    file = response.get("file") if isinstance(response, Mapping) else None
    if not text or not isinstance(file, Mapping) or not isinstance(file.get("content"), str):
        return text
    start = file.get("startLine")
    first = start if isinstance(start, int) and start > 0 else 1
    return "\n".join(f"{number}\t{line}" for number, line in enumerate(text.split("\n"), first))


def replaced(response: Any, text: str) -> Any:
    """The response, of the same shape, with `text` in place of its own; None for an unknown shape."""
    if isinstance(response, str):
        return text
    if isinstance(response, list):
        return [{"type": "text", "text": text}]
    if not isinstance(response, Mapping):
        return None
    if "stdout" in response or "stderr" in response:
        inline = {name: value for name, value in response.items() if not name.startswith("persistedOutput")}
        return {**inline, "stdout": text, "stderr": ""}
    file = response.get("file")
    if isinstance(file, Mapping) and "content" in file:
        return {**response, "file": {**file, "content": text, "numLines": text.count("\n") + 1}}
    for name in _TEXTS:
        if response.get(name):
            inner = replaced(response[name], text)
            return None if inner is None else {**response, name: inner}
    return None


def file_of(given: Any) -> str | None:
    """The file that a tool was asked about; None if its input names none."""
    names = (given.get(name) for name in _FILE_INPUTS) if isinstance(given, Mapping) else ()
    return next((name for name in names if isinstance(name, str) and name), None)


def title_of(tool: str, given: Any) -> str:
    """What was asked of a tool, in one line."""
    if isinstance(given, Mapping):
        for name in _INPUTS:
            if isinstance(given.get(name), str) and given[name]:
                return f"{tool}: {given[name]}"
    return tool or "tool"
