"""Where the tokens of a window come from, and how a text or a tool is told to be of one of these sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from ctxbudget_server.fit.markers import is_marker, read_record
from ctxbudget_server.fit.people import is_hosts
from ctxbudget_server.fit.summary import find_summary

Source = Literal[
    "system", "toolDefinitions", "memory", "people", "assistant", "thinking", "toolCalls", "toolOutput", "summary",
    "hostNotes", "ctxbudget",
]  # fmt: skip

_REMINDER: Final = re.compile(r"<(system-reminder)>.*?</\1>\s*", re.DOTALL)
_MEMORY: Final = re.compile(r"# claudeMd\b|\bContents of \S+ \((?:project|user|global|local|managed)[^)\n]*\)")
"""How Claude Code introduces memory files, all together or one by one."""
_MEMORY_STARTS: Final = ("# AGENTS.md instructions for", "<user_instructions>", "--- Context from: ")
"""How Codex and Gemini CLI begin theirs."""
_SUMMARY_STARTS: Final = (
    "This session is being continued from a previous conversation",
    "Another language model started to solve this problem",
)
"""How Claude Code and Codex introduce the summary of a compaction."""
_OURS: Final = ("Context budget: ", "[The whole output, ")
"""How texts begin that our hooks put before the model, besides markers, records and summaries."""
_OUR_COMMAND: Final = re.compile(r"\bctxbudget\W{0,3} (?:call|report|diagnose|count|fit|breakdown)\b")
_MCP: Final = re.compile(r"mcp__(?:plugin_)?(.+?)__(.+)")
BUILT_IN: Final = "built-in"


class Stretch(NamedTuple):
    """A part of a text, and whose it is."""

    source: Source
    text: str


def stretches(text: str, role: str) -> Iterator[Stretch]:
    """A text of a message by whose it is; `role` is the message's (`system`, `user`, `assistant`)."""
    if role == "system":
        yield Stretch("memory" if _is_memory(text) else "system", text)
        return
    if is_ours(text):
        yield Stretch("ctxbudget", text)
        return
    if role == "assistant":
        yield Stretch("assistant", text)
        return
    start = 0
    for reminder in _REMINDER.finditer(text):
        if text[start : reminder.start()].strip():
            yield Stretch(_of_user(text[start : reminder.start()]), text[start : reminder.start()])
        yield Stretch(_of_reminder(reminder[0]), reminder[0])
        start = reminder.end()
    if text[start:].strip() or not start:
        yield Stretch(_of_user(text[start:]), text[start:])


def is_ours(text: str) -> bool:
    """Whether a text is one that ctxbudget puts before a model."""
    if text.startswith(_OURS):
        return True
    if "[ctxbudget" not in text:
        return False
    return is_marker(text) or read_record(text) is not None or find_summary(text) is not None


def is_our_tool(tool: str, arguments: str = "") -> bool:
    """Whether a call is of a tool of ctxbudget, or of its command in a shell."""
    return "ctxbudget" in tool.lower() or _OUR_COMMAND.search(arguments) is not None


def server_of(tool: str) -> str:
    """The MCP server of a tool, by its name; `built-in` for the host's own."""
    found = _MCP.fullmatch(tool)
    return found[1] if found else BUILT_IN


def _of_user(text: str) -> Source:
    if text.startswith(_SUMMARY_STARTS):
        return "summary"
    if _is_memory(text):
        return "memory"
    return "hostNotes" if is_hosts(text) else "people"


def _of_reminder(text: str) -> Source:
    if any(sign in text for sign in (*_OURS, "[ctxbudget")):
        return "ctxbudget"
    return "memory" if _MEMORY.search(text) else "hostNotes"


def _is_memory(text: str) -> bool:
    return text.startswith(_MEMORY_STARTS)
