"""Records in the forms that several shapes share: messages with a text, and messages with blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ctxbudget_server.fit.model import Message, Role
from ctxbudget_server.fit.shape import BRIDGE, Words, blocks_of
from ctxbudget_server.fit.unicode import well_formed


def plain_record(text: str, words: Words, speakers: Sequence[Role], member: str = "content") -> list[Message]:
    """Messages that replace removed ones: the record, and each message in which a person spoke."""
    if "user" not in speakers:
        return [{"role": "assistant", member: text}]
    said = [_well_formed(message, member) for message, _ in words]
    bridge = {"role": "assistant", member: BRIDGE}
    records: dict[str, list[Message]] = {"user": [{"role": "user", member: text}, *said], "assistant": [bridge]}
    return [message for speaker in speakers for message in records[speaker]]


class BlockForm(NamedTuple):
    """How a shape writes messages with blocks."""

    text: Callable[[str], dict[str, Any]]
    """The block for a text."""
    member: str = "content"
    """Where the blocks of a message stand."""
    agent: str = "assistant"
    """The agent's role."""


def block_record(text: str, words: Words, speakers: Sequence[Role], form: BlockForm) -> list[Message]:
    """Messages that replace removed ones, where speakers take turns: what people said is beside the record."""
    if "user" not in speakers:
        return [{"role": form.agent, form.member: [form.text(text)]}]
    said = [_clean_block(blocks_of(message[form.member])[slot]) for message, slots in words for slot in slots]
    record = {"role": "user", form.member: [form.text(text), *said]}
    bridge = {"role": form.agent, form.member: [form.text(BRIDGE)]}
    return [record if speaker == "user" else bridge for speaker in speakers]


def _well_formed(message: Message, member: str) -> Message:
    """The very message where all its texts can be written."""
    content = message.get(member)
    if isinstance(content, str):
        clean = well_formed(content)
        return message if clean == content else {**message, member: clean}
    if not isinstance(content, list):
        return message
    blocks = [_clean_block(block) if isinstance(block, dict) else block for block in content]
    return message if blocks == content else {**message, member: blocks}


def _clean_block(block: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**block, "text": well_formed(block["text"])} if isinstance(block.get("text"), str) else block
