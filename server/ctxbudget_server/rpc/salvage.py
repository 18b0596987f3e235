"""The id of a request that was too large to keep, from the edges of its body: its sender waits for an answer."""

from __future__ import annotations

import json
import re

EDGE_BYTES = 4096
"""How much of either end of a skipped body is kept."""

_SCALAR = rb'(?:"(?:[^"\\]|\\.)*"|-?\d+)'
_MEMBER = rb'"(?:id|jsonrpc|method)"\s*:\s*' + _SCALAR
_HEAD = re.compile(rb"\s*\{\s*((?:" + _MEMBER + rb"\s*,\s*)+)")
_TAIL = re.compile(rb"((?:,\s*" + _MEMBER + rb"\s*)+)\}\s*$")
_ID = re.compile(rb'"id"\s*:\s*(' + _SCALAR + rb")")


def salvaged_id(head: bytes, tail: bytes) -> str | int | None:
    """The id that stands before or behind the params in a body's first or last bytes; None if it cannot be told."""
    for found in (_HEAD.match(head), _TAIL.search(tail)):
        if found and (member := _ID.search(found.group(1))):
            try:
                value = json.loads(member.group(1))
            except ValueError:
                continue
            if isinstance(value, str | int):
                return value
    return None
