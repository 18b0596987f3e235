"""Messages of few fields, for hosts of shapes that are not read here: who speaks, what, which calls, which results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctxbudget_server.fit.model import Key, Message, Part, Role
from ctxbudget_server.fit.records import plain_record
from ctxbudget_server.fit.shape import (
    Content,
    Fault,
    Place,
    Words,
    result_part,
    role_fault,
    shape_fault,
    string,
    to_json,
)
from ctxbudget_server.fit.unicode import well_formed

_ROLES = ("system", "user", "assistant", "tool")
_TEXT = 0
"""The slot of a message's text; behind it come the calls, then the results."""


class Neutral:
    """`id, role, text, calls [{id, tool, arguments}], results [{callId, text, failed, fixed}], fixed`."""

    provider = "neutral"
    alternates = False
    grows = True

    def fault(self, message: Message) -> Fault | None:
        """See `Shape`."""
        return (
            shape_fault(message, foreign=("content", "tool_calls", "tool_call_id", "toolCallId"))
            or role_fault(message, _ROLES)
            or _members_fault(message)
        )

    def owns(self, message: Message) -> bool:
        """See `Shape`."""
        return True

    def role(self, message: Message) -> Role:
        """See `Shape`."""
        match message.get("role"):
            case "assistant":
                return "assistant"
            case "tool":
                return "result"
            case "user":
                return "result" if message.get("results") and not message.get("text") else "user"
            case _:
                return "system"

    def parts(self, index: int, message: Message) -> list[Part]:
        """See `Shape`."""
        stays = message.get("fixed") is True
        text = well_formed(string(message.get("text")))
        found = [Part(Key(index, _TEXT), "text", text, stays=stays)] if text else []
        calls, results = _list(message, "calls"), _list(message, "results")
        for slot, call in enumerate(calls, 1):
            given = call.get("arguments")
            arguments = well_formed(given if isinstance(given, str) else to_json(given))
            tool = well_formed(string(call.get("tool")))
            key = Key(index, slot)
            found.append(Part(key, "call", call_id=string(call.get("id")), tool=tool, arguments=arguments, stays=stays))
        for slot, result in enumerate(results, 1 + len(calls)):
            said = string(result.get("text"))
            content = Content(well_formed(said), said, False, True, False, False)
            fixed, failed = result.get("fixed") is True, result.get("failed") is True
            call_id = string(result.get("callId"))
            found.append(result_part(Key(index, slot), call_id, content, fixed=fixed, failed=failed, stays=stays))
        return found or [Part(Key(index, _TEXT), "opaque", stays=stays)]

    def place(self, message: Message, slot: int) -> Place:
        """See `Shape`."""
        return ("results", slot - 1 - len(_list(message, "calls")), "text")

    def reduced(self, content: Any, text: str, *, keep: bool) -> Any:
        """See `Shape`."""
        return text

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        """See `Shape`."""
        return plain_record(text, words, speakers, "text")

    def sent(self, message: Message) -> Message:
        """All of it."""
        return message

    def begins_anew(self, message: Message) -> bool:
        """Never."""
        return False

    def has_unknown(self, message: Message) -> bool:
        """Never: what a host leaves out is not known here either."""
        return False


def _list(message: Message, name: str) -> list[Mapping[str, Any]]:
    return message.get(name) or []


def _members_fault(message: Message) -> Fault | None:
    """What is wrong with a text, with calls and with results: each needs the id that makes them a pair."""
    if message.get("text") is not None and not isinstance(message["text"], str):
        return Fault(("text",), "is not a text")
    for name, needed in (("calls", ("id", "tool")), ("results", ("callId", "text"))):
        value = message.get(name)
        if value is None:
            continue
        if not isinstance(value, list):
            return Fault((name,), "is not a list")
        for index, one in enumerate(value):
            if not isinstance(one, dict):
                return Fault((name, index), "is not an object")
            for member in needed:
                if not isinstance(one.get(member), str):
                    return Fault((name, index, member), "is missing or no text")
    if all(message.get(name) is None for name in ("text", "calls", "results")):
        return Fault(("text",), "is missing, and so are `calls` and `results`")
    return None
