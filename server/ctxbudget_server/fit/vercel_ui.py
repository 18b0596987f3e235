"""UI messages of the Vercel AI SDK (`UIMessage`), in which a call and its result are one part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctxbudget_server.fit.model import Key, Message, Part, Role
from ctxbudget_server.fit.records import BlockForm, block_record
from ctxbudget_server.fit.shape import (
    Content,
    Fault,
    Place,
    Words,
    blocks_of,
    is_text,
    readable,
    result_part,
    role_fault,
    shape_fault,
    string,
    to_json,
)
from ctxbudget_server.fit.unicode import well_formed

_ROLES = ("system", "user", "assistant")
_KNOWN = frozenset(
    (
        *("text", "reasoning", "reasoning-file", "file", "custom", "step-start", "steering-message"),
        *("source-url", "source-document", "dynamic-tool"),
    )
)
_UNSENT = ("source-url", "source-document")
"""Parts that are shown to people alone, like those of the program's own data."""
_TOOL, _DATA = "tool-", "data-"
"""How the types of a tool's parts begin, and those of the program's own data."""
_STATES = {"output-available": "output", "output-error": "errorText"}
"""Where the result of a call stands, by the state of its part."""
_FORM = BlockForm(lambda text: {"type": "text", "text": text}, member="parts")


class VercelUi:
    """UI messages of the Vercel AI SDK."""

    provider = "vercel"
    alternates = True
    grows = True

    def fault(self, message: Message) -> Fault | None:
        """See `Shape`."""
        return (
            shape_fault(message, foreign=("tool_calls", "tool_call_id", "toolCallId"), own="parts")
            or role_fault(message, _ROLES)
            or _parts_fault(message.get("parts"))
        )

    def owns(self, message: Message) -> bool:
        """See `Shape`."""
        return bool(message.get("parts"))

    def role(self, message: Message) -> Role:
        """See `Shape`."""
        role = message.get("role")
        return role if role in ("assistant", "user") else "system"

    def parts(self, index: int, message: Message) -> list[Part]:
        """See `Shape`. A result's slot is that of its part; the calls have the slots behind all of them."""
        blocks = blocks_of(message.get("parts"))
        is_persons = self.role(message) == "user"
        found: list[Part] = []
        for slot, block in enumerate(blocks):
            if _is_tool(block) and block.get("providerExecuted") is not True:
                found += _call(Key(index, len(blocks) + slot), Key(index, slot), block)
            elif block.get("type") == "text" and is_text(block):
                found.append(Part(Key(index, slot), "text", well_formed(block["text"])))
            else:
                refers = block.get("providerReference") is not None
                stays = block.get("type") == "steering-message" or (refers and is_persons)
                found.append(Part(Key(index, slot), "opaque", stays=stays, lasting=refers))
        return found

    def place(self, message: Message, slot: int) -> Place:
        """See `Shape`."""
        return ("parts", slot, _STATES.get(string(blocks_of(message["parts"])[slot].get("state")), "output"))

    def reduced(self, content: Any, text: str, *, keep: bool) -> Any:
        """See `Shape`."""
        return text

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        """See `Shape`. Every message has an id of its own."""
        from hashlib import blake2b

        digest = int.from_bytes(blake2b(well_formed(text).encode(), digest_size=8).digest(), "big") % 10**15
        made = block_record(text, words, speakers, _FORM)
        return [{"id": f"ctxbudget-{digest:015}-{number}", **message} for number, message in enumerate(made)]

    def sent(self, message: Message) -> Message:
        """What becomes of it in the prompt: no metadata, no sources, and none of the program's own data."""
        blocks = message.get("parts")
        kept = [block for block in blocks if not _is_unsent(block)] if isinstance(blocks, list) else blocks
        if "metadata" not in message and kept == blocks:
            return message
        return {**{name: value for name, value in message.items() if name != "metadata"}, "parts": kept}

    def begins_anew(self, message: Message) -> bool:
        """Never."""
        return False

    def has_unknown(self, message: Message) -> bool:
        """See `Shape`."""
        kinds = (string(block.get("type")) for block in blocks_of(message.get("parts")))
        return any(kind not in _KNOWN and not kind.startswith((_TOOL, _DATA)) for kind in kinds)


def earlier_steps(message: Message) -> list[Message]:
    """An agent's message as it was before its last step; none where it has one step, or does not tell its steps."""
    starts = step_starts(message)
    return [{**message, "parts": message["parts"][: starts[-1]]}] if starts and starts[-1] > 0 else []


def step_starts(message: Message) -> list[int]:
    """Slots where the steps of a message begin."""
    return [slot for slot, block in enumerate(blocks_of(message.get("parts"))) if block.get("type") == "step-start"]


def _is_tool(block: Mapping[str, Any]) -> bool:
    kind = string(block.get("type"))
    return kind == "dynamic-tool" or kind.startswith(_TOOL)


def _is_unsent(block: Any) -> bool:
    kind = string(block.get("type")) if isinstance(block, dict) else ""
    return kind in _UNSENT or kind.startswith(_DATA)


def _call(key: Key, result: Key, block: Mapping[str, Any]) -> list[Part]:
    """The call of a part, and its result where it has one."""
    state, call = string(block.get("state")), string(block.get("toolCallId"))
    tool = string(block.get("toolName")) or string(block.get("type")).removeprefix(_TOOL)
    given = block.get("input", block.get("rawInput"))
    arguments = well_formed(given if isinstance(given, str) else to_json(given))
    found = [Part(key, "call", call_id=call, tool=well_formed(tool), arguments=arguments)]
    if state in _STATES:
        value = block.get(_STATES[state])
        is_json = not isinstance(value, str)
        said = Content(readable(value), to_json(value) if is_json else value or "", is_json, True, False, False)
        fixed = block.get("preliminary") is True
        found.append(result_part(result, call, said, fixed=fixed, failed=state == "output-error"))
    elif state == "output-denied":
        found.append(result_part(result, call, Content("", "", False, False, False, False), fixed=True, failed=True))
    return found


def _parts_fault(parts: Any) -> Fault | None:
    if not isinstance(parts, list):
        return Fault(("parts",), "is missing or no list")
    for index, part in enumerate(parts):
        if not isinstance(part, dict):
            return Fault(("parts", index), "is not an object")
        if not isinstance(part.get("type"), str):
            return Fault(("parts", index, "type"), "is missing or no text")
        needed = ("toolCallId", "state") if _is_tool(part) else ()
        for name in (*needed, *(("text",) if part["type"] in ("text", "reasoning") else ())):
            if not isinstance(part.get(name), str):
                return Fault(("parts", index, name), "is missing or no text")
        if part["type"] in ("tool-call", "tool-result", "tool-invocation"):
            return Fault(("parts", index, "type"), "belongs to messages of another shape")
    return None
