"""Tells the model how to get back what was taken out of its sight, in words that it will act on."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ctxbudget_server.agents.model import AccountClient, HostEvent

_TOOLS: Final = ("context_get", "context_search", "metadata_extract", "budget_report")
_GET: Final = "ctxbudget__context_get"
"""How hosts name the tool that fetches an original: `mcp__ctxbudget__context_get`."""
MAX_ID_CHARACTERS: Final = 64
"""No id of ours is longer."""
_COMMAND: Final = re.compile(r"ctxbudget\W{0,3} call context/")
"""A request of ours in a command line, in whose JSON a quoted path may be escaped."""
FIRST_LINES: Final = 200
"""The range of lines shown as an example."""


def is_retrieval(event: HostEvent) -> bool:
    """Whether the model itself fetched this output; if it were replaced again, it could never be read."""
    tool = event.text("tool_name")
    if tool.startswith("mcp") and tool.endswith(_TOOLS):
        return True
    return _COMMAND.search(json.dumps(event.payload.get("tool_input"), ensure_ascii=False)) is not None


def fetched_item(event: HostEvent) -> str | None:
    """The item that the model fetched with our tool; None if it did something else."""
    asked = event.payload.get("tool_input")
    if not event.text("tool_name").endswith(_GET) or not isinstance(asked, dict):
        return None
    item = asked.get("id")
    return item if isinstance(item, str) and 0 < len(item) <= MAX_ID_CHARACTERS else None


def way_back(account: AccountClient, session: str, item: dict[str, Any]) -> str:
    """The text on how to read an item, or a part of it, with our tool or in a shell."""
    part = {"sessionId": session, "itemId": item["id"], "lines": {"start": 1, "end": FIRST_LINES}}
    return (
        f"[The whole output, {item['tokens']:,} tokens, is kept as item {item['id']}. To read it: the tool context_get "
        f'with this id, and lines such as "1-{FIRST_LINES}" for a part; in a shell: {call(account, "get", part)}]'
    )


def call(account: AccountClient, method: str, params: dict[str, Any]) -> str:
    """The command for a request about the context, valid in any folder, also where ours is not on PATH."""
    from ctxbudget_server.runtime.program import name_for_a_shell

    given = json.dumps(params, ensure_ascii=False)
    import shlex  # most outputs are not replaced

    return f"{name_for_a_shell()} call context/{method} {shlex.quote(given)} {shlex.join(account.place)}"
