"""The hosts: their names for events, how to tell them apart, and the JSON that they read.

Field names are those of Claude Code 2.1, Codex's published hook schemas and Gemini CLI's hook reference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, get_args

from ctxbudget_server.agents.model import EventName, FaultyPayloadError, Host, HostEvent, Reaction, session_id
from ctxbudget_server.presentation.terminal import json_text, line
from ctxbudget_server.transcripts.tool_responses import replaced

HOSTS: Final[tuple[Host, ...]] = get_args(Host)

_CLAUDE_CODE: Final[dict[str, EventName]] = {
    "SessionStart": "session-start",
    "PostToolUse": "tool",
    "PostToolUseFailure": "tool",
    "SubagentStart": "agent-start",
    "SubagentStop": "agent-stop",
    "PreCompact": "compacting",
    "PostCompact": "compacted",
    "PostModelSwitch": "model-switch",
    "Stop": "turn-end",
    "StopFailure": "turn-end",
    "SessionEnd": "session-end",
}
# Not PreCompress: Gemini CLI sends it before every request, whether it compresses or not.
_GEMINI: Final[dict[str, EventName]] = {
    "SessionStart": "session-start",
    "AfterTool": "tool",
    "AfterAgent": "turn-end",
    "SessionEnd": "session-end",
}
EVENTS: Final[dict[Host, dict[str, EventName]]] = {
    "claude-code": _CLAUDE_CODE,
    "codex": _CLAUDE_CODE,
    "gemini": _GEMINI,
}
_TELLS_THE_MODEL: Final = ("SessionStart", "PostToolUse", "PostToolUseFailure", "AfterTool")
"""Events for which hosts pass `additionalContext` on to the model."""


def payload_of(body: bytes | bytearray) -> dict[str, Any]:
    """Parse what a host wrote to stdin. Raises `FaultyPayloadError`."""
    try:
        payload = json.loads(bytes(body).decode("utf-8"))
    except (ValueError, RecursionError) as fault:
        raise FaultyPayloadError(f"stdin is not valid JSON: {fault}") from fault
    if not isinstance(payload, dict):
        raise FaultyPayloadError("stdin must be a JSON object")
    return payload


def event_of(word: str, payload: Mapping[str, Any], chosen: Host | None) -> HostEvent:
    """The event of a payload. `word` names it if the payload does not. Raises `FaultyPayloadError`."""
    named = payload.get("hook_event_name")
    host_name = named if isinstance(named, str) and named else word
    host = chosen or host_of(payload, host_name)
    name = EVENTS[host].get(host_name)
    if name is None:
        raise FaultyPayloadError(f"this command does not record any {host} event {host_name[:80]!r}")
    session = _text(payload, "session_id")
    if not session:
        raise FaultyPayloadError("the payload has no session_id")
    return HostEvent(
        name,
        host,
        host_name,
        session_id(session),
        _text(payload, "transcript_path") or None,
        session_id(_text(payload, "agent_id")) or None,
        _text(payload, "agent_type"),
        payload,
    )


def host_of(payload: Mapping[str, Any], host_name: str) -> Host:
    """The host that sent a payload: only Gemini CLI adds a timestamp, only Codex has turns and rollouts."""
    if "timestamp" in payload or host_name in _GEMINI.keys() - _CLAUDE_CODE.keys():
        return "gemini"
    if "turn_id" in payload or "rollout-" in _text(payload, "transcript_path").rpartition("/")[2]:
        return "codex"
    return "claude-code"


def answer(event: HostEvent, reaction: Reaction) -> bytes:
    """What the host reads on stdout; empty if there is nothing to say."""
    told: dict[str, Any] = {}
    specific: dict[str, Any] = {}
    if reaction.message:
        told["systemMessage"] = line(reaction.message)
    if reaction.context and event.host_name in _TELLS_THE_MODEL:
        specific["additionalContext"] = reaction.context
    if reaction.replacement is not None:
        if event.host == "claude-code":
            specific["updatedToolOutput"] = replaced(event.payload.get("tool_response"), reaction.replacement)
        else:
            told |= {"decision": "block" if event.host == "codex" else "deny", "reason": reaction.replacement}
    if specific:
        told["hookSpecificOutput"] = {"hookEventName": event.host_name, **specific}
    return f"{json_text(told)}\n".encode() if told else b""


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""
