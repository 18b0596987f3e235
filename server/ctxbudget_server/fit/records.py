"""Records as OpenAI's shapes hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctxbudget_server.fit.model import Message, Role
from ctxbudget_server.fit.shape import BRIDGE, Words
from ctxbudget_server.fit.unicode import well_formed


def plain_record(text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
    """Messages that replace removed ones: the record, and each message in which a person spoke."""
    if "user" not in speakers:
        return [{"role": "assistant", "content": text}]
    said = [_well_formed(message) for message, _ in words]
    bridge = {"role": "assistant", "content": BRIDGE}
    records: dict[str, list[Message]] = {"user": [{"role": "user", "content": text}, *said], "assistant": [bridge]}
    return [message for speaker in speakers for message in records[speaker]]


def _well_formed(message: Message) -> Message:
    """The very message where all its texts can be written."""
    content = message.get("content")
    if isinstance(content, str):
        clean = well_formed(content)
        return message if clean == content else {**message, "content": clean}
    if not isinstance(content, list):
        return message
    blocks = [_clean_block(block) if isinstance(block, dict) else block for block in content]
    return message if blocks == content else {**message, "content": blocks}


def _clean_block(block: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**block, "text": well_formed(block["text"])} if isinstance(block.get("text"), str) else block
