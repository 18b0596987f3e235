"""A tool's response as the model reads it, and the same response with another text in it."""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, Final

IMAGE_TOKENS: Final = 1_600
"""The cost of an image of unknown size; `context/fit` assumes the same."""

_PAGE: Final = re.compile(rb"/Type\s*/Page\b")
"""A page of a PDF, as far as it is not compressed."""
_BYTES: Final = ("base64", "image_data")
"""Members of Claude Code's responses that hold a picture or a document, which the model is shown as such."""
_TEXTS: Final = ("llmContent", "content", "result", "output", "text", "error")
"""Members that hold what the model reads, the first that is there."""
_EDITS: Final = ("structuredPatch", "originalFile", "oldString", "newString")
"""Members of an edit's response that the model wrote itself, or does not see."""
_INPUTS: Final = ("command", "file_path", "path", "pattern", "query", "url", "description", "prompt")
"""Members of a tool's input that say best what was asked."""


def text_of(response: Any) -> str:
    """The text of a response of any tool; empty for images."""
    if isinstance(response, str):
        return response
    if isinstance(response, list):
        return "\n".join(part for part in map(text_of, response) if part)
    if not isinstance(response, Mapping):
        return "" if response is None else json.dumps(response, ensure_ascii=False)
    if _is_image(response):
        return ""
    if "stdout" in response or "stderr" in response:
        parts = (response.get("stdout"), response.get("stderr"))
        return "\n".join(part for part in parts if isinstance(part, str) and part)
    file = response.get("file")
    if isinstance(file, Mapping) and isinstance(file.get("content"), str):
        return str(file["content"])
    if isinstance(file, Mapping) and "cells" in file:
        return json.dumps(_without_bytes(file["cells"]), ensure_ascii=False)
    if any(name in response for name in _EDITS):
        return f"{response.get('filePath', 'the file')} has been updated"
    for name in _TEXTS:
        if response.get(name):
            return text_of(response[name])
    names = response.get("filenames")
    if isinstance(names, list):
        return "\n".join(name for name in names if isinstance(name, str))
    return json.dumps(response, ensure_ascii=False)


def images_in(response: Any) -> int:
    """How many images a response holds; a page of a PDF is one."""
    if isinstance(response, list):
        return sum(images_in(part) for part in response)
    if not isinstance(response, Mapping):
        return 0
    file = response.get("file")
    if isinstance(file, Mapping) and "cells" in file:
        return json.dumps(file["cells"]).count('"image_data":')
    if _is_image(response):
        return _pages(file) if response.get("type") == "pdf" else 1
    return max((images_in(response.get(name)) for name in _TEXTS), default=0)


def _is_image(response: Mapping[str, Any]) -> bool:
    return response.get("isImage") is True or response.get("type") in ("image", "pdf") or "inlineData" in response


def _pages(file: Any) -> int:
    """The pages of a PDF; 1 where it does not show them."""
    encoded = file.get("base64") if isinstance(file, Mapping) else None
    try:
        return len(_PAGE.findall(binascii.a2b_base64(encoded or ""))) or 1
    except (TypeError, ValueError):
        return 1


def _without_bytes(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_bytes(part) for part in value]
    if isinstance(value, Mapping):
        return {name: _without_bytes(part) for name, part in value.items() if name not in _BYTES}
    return value


def numbering_in(response: Any) -> int:
    """Tokens of the line numbers that Claude Code puts before the lines of a file: three digits a token, and a tab."""
    file = response.get("file") if isinstance(response, Mapping) else None
    if not isinstance(file, Mapping) or not isinstance(file.get("content"), str):
        return 0
    start = file.get("startLine")
    first = start if isinstance(start, int) and start > 0 else 1
    lines = range(first, first + file["content"].count("\n") + 1)
    return sum(1 + (len(str(number)) + 2) // 3 for number in lines)


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


def title_of(tool: str, given: Any) -> str:
    """What was asked of a tool, in one line."""
    if isinstance(given, Mapping):
        for name in _INPUTS:
            if isinstance(given.get(name), str) and given[name]:
                return f"{tool}: {given[name]}"
    return tool or "tool"
