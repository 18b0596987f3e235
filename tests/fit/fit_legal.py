"""What providers refuse: the rules of the Python client, and what only the tests know of the arrays they make."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

from ctxbudget_client import illegal_messages
from ctxbudget_client.legality import Format


def faults(form: str, messages: list[dict[str, Any]]) -> list[str]:
    """Why a provider would answer 400; and where the fitter does less than it promises."""
    found = [f"{fault.index}: {fault.why}" for fault in illegal_messages(messages, cast(Format, form))]
    spoken = [m.get("role") for m in messages if m.get("role") not in ("system", "developer")]
    if spoken[:1] != ["user"] and form != "openai-responses":
        found.append("does not begin with the user")
    has_notes = any(message.get("role") == "system" for message in messages)
    if form == "anthropic" and not has_notes and any(one == two for one, two in pairwise(spoken)):
        found.append("roles do not take turns")
    if form == "openai-responses":
        found += _reasoning_faults(messages)
    return found


def _reasoning_faults(items: list[dict[str, Any]]) -> list[str]:
    """Items of the tests name the reasoning they came `after`."""
    thoughts = {item["id"] for item in items if item.get("type") == "reasoning"}
    found = [
        f"{item} without its reasoning" for item in items if item.get("after", "") and item["after"] not in thoughts
    ]
    for index, item in enumerate(items):
        following = items[index + 1 : index + 2]
        if item.get("type") == "reasoning" and not (following and following[0].get("after") == item["id"]):
            found.append(f"{index}: reasoning without what it led to")
    silent = ("compaction", "mcp_list_tools", "additional_tools", "configuration_update")
    speaking = [item for item in items if item.get("type") not in silent]
    spoken = [item.get("role") for item in speaking if item.get("role") not in ("system", "developer")]
    return found if spoken[:1] == ["user"] else [*found, "does not begin with the user"]
