"""The messages that opencode sent to the model, put together from a session as `opencode export` writes it.

A session is an object with `info` and `messages`; each message has an `info` and `parts`, and the part of a call holds
its result too. The folders of older versions and the database of later ones hold the same objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ctxbudget_server.fit import Message
from ctxbudget_server.transcripts.model import CLEARED, Segment, Transcript, TranscriptError
from ctxbudget_server.transcripts.records import Record, member

_ASKED: Final = "What did we do so far?"
"""What the host asks in the message at which it compacts."""
_AS_TEXT: Final = ("text/plain", "application/x-directory")
"""Files that the host gives to the model as a text beside them."""


def is_session(value: Any) -> bool:
    """Whether a value is a session, or the messages of one."""
    messages = value.get("messages") if isinstance(value, Mapping) else value
    return (
        isinstance(messages, list)
        and bool(messages)
        and all(isinstance(one, Mapping) and isinstance(one.get("parts"), list) for one in messages)
        and any(member(one, "info").get("role") in ("user", "assistant") for one in messages)
    )


def read_session(value: Any, warnings: tuple[str, ...] = ()) -> Transcript:
    """A session; `is_session` must hold. Raises `TranscriptError` if nobody speaks in it."""
    messages: list[Record] = value["messages"] if isinstance(value, Mapping) else value
    messages = _before(messages, member(value, "info", "revert") if isinstance(value, Mapping) else {})
    breaks = [index for index, one in enumerate(messages) if _compaction_of(one, messages) is not None]
    segments = []
    for end in [*breaks, len(messages)]:
        window, kept = _window(messages[:end])
        array = _chat(window)
        if array:
            segments.append(Segment(array, len(_chat(window[:kept])) if kept else 0))
    if not segments:
        raise TranscriptError("holds no messages of a user and an assistant")
    return Transcript("opencode", "openai-chat", segments, warnings)


def _before(messages: list[Record], revert: Record) -> list[Record]:
    """The messages that still count after a person went back to one."""
    ids = [member(one, "info").get("id") for one in messages]
    target = revert.get("messageID")
    return messages[: ids.index(target)] if target in ids else messages


def _compaction_of(message: Record, messages: Sequence[Record]) -> Record | None:
    """The part at which the host compacted, if the summary was written."""
    info = member(message, "info")
    if info.get("role") != "user":
        return None
    part = next((one for one in message["parts"] if member({"_": one}, "_").get("type") == "compaction"), None)
    done = any(
        one.get("summary") and one.get("finish") and not one.get("error") and one.get("parentID") == info.get("id")
        for one in (member(other, "info") for other in messages)
    )
    return part if done else None


def _window(messages: Sequence[Record]) -> tuple[list[Record], int]:
    """What the model is sent of messages: (those since the last compaction, how many of them are from before it).

    The compaction and its summary come first, then the last turns that it kept word for word, then what followed.
    """
    start = next((i for i in range(len(messages) - 1, -1, -1) if _compaction_of(messages[i], messages)), None)
    if start is None:
        return list(messages), 0
    ids = [member(one, "info").get("id") for one in messages]
    tail = (_compaction_of(messages[start], messages) or {}).get("tail_start_id")
    kept = list(messages[ids.index(tail) : start]) if tail in ids[:start] else []
    after = next(
        (
            index + 1
            for index in range(start, len(messages))
            if (info := member(messages[index], "info")).get("summary") and info.get("parentID") == ids[start]
        ),
        start + 1,
    )
    head = list(messages[start:after])
    return [*head, *kept, *messages[after:]], len(head) + len(kept)


def _chat(messages: Iterable[Record]) -> list[Message]:
    array: list[Message] = []
    for message in messages:
        parts = [one for one in message["parts"] if isinstance(one, Mapping) and not one.get("ignored")]
        if member(message, "info").get("role") == "user":
            array += _asked(parts)
        else:
            array += _answered(parts)
    return array


def _asked(parts: Sequence[Record]) -> list[Message]:
    texts = [
        _ASKED if one.get("type") == "compaction" else one.get("text") for one in parts if one.get("type") in _SAID
    ]
    said = "\n".join(text for text in texts if isinstance(text, str) and text)
    files = [_file(one) for one in parts if one.get("type") == "file" and one.get("mime") not in _AS_TEXT]
    if not files:
        return [{"role": "user", "content": said}] if said else []
    return [{"role": "user", "content": [*([{"type": "text", "text": said}] if said else []), *files]}]


_SAID: Final = ("text", "compaction")


def _answered(parts: Sequence[Record]) -> list[Message]:
    """One message for each step: calls that were made together, and their results behind it."""
    array: list[Message] = []
    texts: list[str] = []
    calls: list[Record] = []

    def close() -> None:
        said = "\n".join(texts)
        made = [one for one in calls if _result(one) is not None]
        if said or made:
            array.append(
                {"role": "assistant", "content": said, **({"tool_calls": [*map(_call, made)]} if made else {})}
            )
        array.extend({"role": "tool", "tool_call_id": _id(one), "content": _result(one)} for one in made)
        texts.clear()
        calls.clear()

    for part in parts:
        kind = part.get("type")
        if kind == "step-start" or (kind == "text" and calls):
            close()
        if kind == "text" and isinstance(part.get("text"), str) and part["text"]:
            texts.append(part["text"])
        elif kind == "tool":
            calls.append(part)
    close()
    return array


def _call(part: Record) -> dict[str, Any]:
    given = json.dumps(member(part, "state").get("input") or {}, ensure_ascii=False)
    return {"id": _id(part), "type": "function", "function": {"name": str(part.get("tool")), "arguments": given}}


def _id(part: Record) -> str:
    return str(part.get("callID") or part.get("id"))


def _result(part: Record) -> str | None:
    """What the model read; None for a call that never ended."""
    state = member(part, "state")
    if member(state, "time").get("compacted"):
        return CLEARED
    told = state.get("output") if state.get("status") == "completed" else state.get("error")
    return told if isinstance(told, str) and state.get("status") in ("completed", "error") else None


def _file(part: Record) -> dict[str, Any]:
    url = str(part.get("url") or "")
    if str(part.get("mime")).startswith("image/"):
        return {"type": "image_url", "image_url": {"url": url}}
    return {"type": "file", "file": {"filename": str(part.get("filename") or "file"), "file_data": url}}
