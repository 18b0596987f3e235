"""What the shapes of all providers have in common."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from ctxbudget_server.fit.model import Key, Message, Part, Role
from ctxbudget_server.fit.unicode import well_formed


class Fault(NamedTuple):
    """Where in a message something is wrong, and what."""

    where: tuple[str | int, ...]
    why: str

    @property
    def member(self) -> str:
        """Where, as one writes it: `.content[0].type`."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.where)


Words: TypeAlias = Sequence[tuple[Message, Sequence[int]]]
"""What people said: messages, and slots in them."""


Place: TypeAlias = tuple[str | int, ...]
"""Members and indexes that lead from a message to something in it."""


class Shape(Protocol):
    """One provider's shape."""

    provider: str
    """Who bills."""
    alternates: bool
    """Whether agent and user must take turns."""
    grows: bool
    """Whether results, and further steps of the agent, enter the message of a call."""

    def fault(self, message: Message) -> Fault | None:
        """What keeps a message from being read, or None."""

    def owns(self, message: Message) -> bool:
        """Whether a message that can be read has something that no other shape has."""

    def role(self, message: Message) -> Role:
        """Whose message it is; `result` for messages that are nothing but results of calls."""

    def parts(self, index: int, message: Message) -> list[Part]:
        """What a message contains, in order."""

    def place(self, message: Message, slot: int) -> Place:
        """Where in a message the content of a result stands."""

    def reduced(self, content: Any, text: str, *, keep: bool) -> Any:
        """A result's content with a text in place of its texts. `keep`: its blocks other than text stay."""

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        """Messages that replace removed ones: the record, then what people said. `speakers` as `who_records` says."""

    def sent(self, message: Message) -> Message:
        """What the provider shows the model of a message: a copy, or the very message."""

    def begins_anew(self, message: Message) -> bool:
        """Whether the provider leaves out all messages before this one."""

    def has_unknown(self, message: Message) -> bool:
        """Whether something in it is of a type that is not known here, so that its cost is an estimate."""


def who_records(before: Role | None, after: Role | None) -> tuple[Role, ...]:
    """Who must speak between two messages so that speakers keep taking turns, the user first."""
    first: Role = "assistant" if before in ("user", "result") else "user"
    last: Role = "assistant" if after in ("user", "result") else "user"
    return (first,) if first == last else (first, last)


def must_record(before: Role | None, after: Role | None, *, alternates: bool) -> bool:
    """Whether an array would not be legal with nothing at all between two messages."""
    if before in (None, "system"):
        return after not in ("user", "system")
    return alternates and (before == "assistant") == (after in (None, "assistant"))


BRIDGE = "(Earlier turns are on record.)"
"""What the agent says beside a record, so that speakers keep taking turns."""

_ENCODER = json.JSONEncoder(ensure_ascii=False)


def to_json(value: Any) -> str:
    """The JSON text that figures and archives are made from."""
    return _ENCODER.encode(value)


class Content(NamedTuple):
    """What a result says."""

    text: str
    original: str
    """What an archive keeps."""
    is_json: bool
    is_open: bool
    """Whether a text may replace it: all of it is known, and nothing of it is the provider's own."""
    is_lasting: bool
    """Whether it refers to something that only the provider has."""
    loads_tools: bool


LOADERS = frozenset(("tool_reference", "tool_addition", "tool_removal"))
"""Blocks that say which tools the model has."""
ENCRYPTED = ("encrypted_content", "encrypted_index", "encrypted_stdout")
"""Members that only the provider can read, and that it needs again."""


def content_of(content: Any, known: Collection[str]) -> Content:
    """A result's content. `known` are the types of blocks that it may contain."""
    if isinstance(content, str):
        return Content(well_formed(content), content, False, True, False, False)
    blocks = content if isinstance(content, list) else []
    inner = [block for block in blocks if isinstance(block, dict)]
    lasting = refers_to_provider(content)
    loads = any(block.get("type") in LOADERS for block in inner)
    is_open = not lasting and not loads and all(block.get("type") in known for block in inner)
    return Content(joined_text(inner), to_json(content), True, is_open, lasting, loads)


def result_part(
    key: Key, call_id: str, found: Content, *, fixed: bool, failed: bool = False, stays: bool = False, tool: str = ""
) -> Part:
    """The part for a result with this content; `fixed` if no text may replace it."""
    return Part(
        key,
        "result",
        found.text,
        call_id,
        tool,
        failed=failed,
        original=found.original,
        is_json=found.is_json,
        fixed=fixed,
        stays=stays,
        lasting=found.is_lasting,
    )


def readable(value: Any) -> str:
    """A JSON value as text with its lines: members and elements one after another."""
    match value:
        case str():
            return well_formed(value)
        case {} | [] | bool() | int() | float() | None:
            return to_json(value)
        case dict():
            return "\n".join(f"{well_formed(name)}: {_inner(one)}" for name, one in value.items())
    return "\n".join(map(_inner, value))


def _inner(value: Any) -> str:
    return well_formed(value if isinstance(value, str) else to_json(value))


def blocks_of(content: Any) -> list[Mapping[str, Any]]:
    """The blocks of a content; a text is one block, and anything but an object is an empty one."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    blocks = content if isinstance(content, list) else []
    return [block if isinstance(block, dict) else {} for block in blocks]


def joined_text(blocks: Any) -> str:
    """The texts of blocks, or of a text itself."""
    if isinstance(blocks, str):
        return well_formed(blocks)
    found = blocks if isinstance(blocks, list) else []
    return "\n".join(well_formed(block["text"]) for block in found if isinstance(block, dict) and is_text(block))


def replaced(shape: Shape, message: Message, texts: Mapping[int, str], keep: Collection[int] = ()) -> Message:
    """A copy with a text in place of some results, by slot. Those in `keep` keep their blocks other than text."""
    for slot, text in texts.items():
        place = shape.place(message, slot)
        message = with_value(message, place, shape.reduced(value_at(message, place), text, keep=slot in keep))
    return message


def value_at(value: Any, place: Place) -> Any:
    """The value at a place; None if its last member is missing."""
    for step in place:
        value = value.get(step) if isinstance(value, dict) else value[step]
    return value


def with_value(value: Any, place: Place, new: Any) -> Any:
    """A copy with another value at a place."""
    if not place:
        return new
    step, rest = place[0], place[1:]
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[step] = with_value(value_at(value, (step,)), rest, new)
    return copy


def shared_beginning(one: Message, other: Message) -> Message:
    """What two messages have in common: members, and of lists the elements before the first that differs."""
    shared: Message = {}
    for name, value in one.items():
        also = other.get(name)
        if isinstance(value, list) and isinstance(also, list):
            pairs = enumerate(zip(value, also, strict=False))
            shared[name] = value[: next((at for at, (left, right) in pairs if left != right), len(value))]
        elif value == also:
            shared[name] = value
    return shared


def with_text(content: Any, text: str, *, keep: bool) -> str | list[Any]:
    """A text in place of a content, or of all its texts if its other blocks are to stay."""
    if not keep:
        return text
    blocks = content if isinstance(content, list) else []
    if all(map(is_text, blocks)):
        return text
    first = next((place for place, block in enumerate(blocks) if is_text(block)), None)
    return [
        {**block, "text": text} if place == first else block
        for place, block in enumerate(blocks)
        if place == first or not is_text(block)
    ]


def is_text(block: Mapping[str, Any]) -> bool:
    """Whether a block has a text."""
    return isinstance(block.get("text"), str)


def string(value: Any) -> str:
    """A text, or an empty one in place of anything else."""
    return value if isinstance(value, str) else ""


def objects_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """All objects in a value, itself included."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def refers_to_provider(value: Any) -> bool:
    """Whether a value refers to a file that the provider holds, or has a part that only the provider can read."""
    if isinstance(value, str):
        return False
    return any(
        isinstance(one.get("file_id"), str) or any(isinstance(one.get(name), str) for name in ENCRYPTED)
        for one in objects_in(value)
    )


def is_deeper(value: Any, levels: int) -> bool:
    """Whether more objects and arrays lie within each other than this."""
    if levels == 0:
        return True
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list) and is_deeper(inner, levels - 1):
            return True
    return False


# ------------------------------------------------------------------ faults

_ENVELOPES = ("message", "payload", "kwargs")
"""Members in which rows of hosts' files and serialised objects hold a message."""
_OTHERS = ("parts", "toolInvocations", "toolCallId")
"""Members of messages of other shapes: Gemini's contents, the Vercel AI SDK's."""


def shape_fault(message: Message, *, foreign: Collection[str], own: str = "") -> Fault | None:
    """What shows that an object is not a message, or one of another shape. `foreign` are members of such ones.

    `own` is the member that holds the parts, where other shapes have none of that name.
    """
    for name in _ENVELOPES:
        if isinstance(message.get(name), dict):
            return Fault((name,), "holds a message: this is a row around it, or a serialised object")
    other = next((name for name in (*_OTHERS, *foreign) if name != own and message.get(name) is not None), None)
    return None if other is None else Fault((other,), "belongs to messages of another provider's shape")


def role_fault(message: Message, roles: Collection[str]) -> Fault | None:
    """What is wrong with a role."""
    role = message.get("role")
    if not isinstance(role, str):
        return Fault(("role",), "is missing or no text")
    return None if role in roles else Fault(("role",), f"is none of {', '.join(roles)}")


def content_fault(content: Any, name: str, foreign: Collection[str], *, may_lack: bool = False) -> Fault | None:
    """What is wrong with a content: a text, or blocks that each have a type, none of another provider's."""
    if content is None:
        return None if may_lack else Fault((name,), "is null or missing: the provider takes a text or a list")
    if isinstance(content, str):
        return None
    if not isinstance(content, list):
        return Fault((name,), "is neither a text nor a list")
    for index, block in enumerate(content):
        if not isinstance(block, dict):
            return Fault((name, index), "is not an object")
        kind = block.get("type")
        if not isinstance(kind, str):
            return Fault((name, index, "type"), "is missing or no text")
        if kind in foreign:
            return Fault((name, index, "type"), f"is {kind!r}, which belongs to another provider's shape")
    return None
