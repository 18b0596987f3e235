"""The contents that Gemini CLI sent to the model, put together from a chat file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ctxbudget_server.fit import Message
from ctxbudget_server.transcripts.gemini import lighter
from ctxbudget_server.transcripts.model import Segment, Transcript, TranscriptError
from ctxbudget_server.transcripts.records import Record, member

Chat = dict[str, dict[str, Any]]
"""Messages by their ids, in order."""

_SPEAKERS = ("user", "gemini")
_NOTES = ("info", "error", "warning")
"""What the host told the person: the model never saw it."""


def is_record(record: Record) -> bool:
    """Whether a record is one of a chat file: its head, a message, or a change to what came before."""
    if "$set" in record or "$rewindTo" in record or ("sessionId" in record and "projectHash" in record):
        return True
    return record.get("type") in (*_SPEAKERS, *_NOTES) and isinstance(record.get("id"), str) and "content" in record


def is_document(value: Record) -> bool:
    """Whether a value is a whole chat: older versions write one object, not lines."""
    messages = value.get("messages")
    return "sessionId" in value and isinstance(messages, list) and all(map(_is_message, messages))


def _is_message(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("type") in (*_SPEAKERS, *_NOTES) and "message" not in value


def read_document(value: Record, warnings: tuple[str, ...] = ()) -> Transcript:
    """A chat that is one object. Raises `TranscriptError` if nobody speaks in it."""
    return read_records([{"$set": value}], warnings)


def read_records(records: Iterable[Record], warnings: tuple[str, ...] = ()) -> Transcript:
    """A chat of lines, each a message or a change. Raises `TranscriptError` if nobody speaks in it."""
    chats: list[Chat] = [{}]
    for record in records:
        given = member(record, "$set").get("messages", record.get("messages"))
        if isinstance(back := record.get("$rewindTo"), str):
            chats.append(_rewound(chats[-1], back))
        elif isinstance(given, list):
            chats.append({one["id"]: lighter(one) for one in _with_ids(given)})
        elif isinstance(record.get("id"), str) and record.get("type") in _SPEAKERS:
            chats[-1][record["id"]] = dict(record)
    segments: list[Segment] = []
    known: Chat = {}
    for chat in chats:
        contents = _legal(_contents(chat.values()))
        if segments and contents[: len(segments[-1].messages)] == segments[-1].messages:
            segments[-1] = Segment(contents, segments[-1].shared)  # nothing was taken away
        elif contents:
            segments.append(Segment(contents, _shared(chat, known, len(contents))))
        known = chat
    if not segments:
        raise TranscriptError("holds no messages of a user and a model")
    return Transcript("gemini-cli", "gemini", segments, warnings)


def _with_ids(messages: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for number, message in enumerate(messages):
        if isinstance(message, dict) and message.get("type") in _SPEAKERS:
            yield message if isinstance(message.get("id"), str) else {**message, "id": f"message {number}"}


def _rewound(chat: Chat, back: str) -> Chat:
    """The messages before one that a person went back to; none if the chat does not hold it."""
    ids = list(chat)
    return {id: chat[id] for id in ids[: ids.index(back)]} if back in chat else {}


def _shared(chat: Chat, known: Chat, most: int) -> int:
    """How many contents there are up to the last message that the chat before held too."""
    old = [index for index, id in enumerate(chat) if id in known]
    return min(most, len(_legal(_contents(list(chat.values())[: old[-1] + 1])))) if old else 0


def _contents(messages: Iterable[Record]) -> list[Message]:
    """The messages as contents: a message of the model is followed by the responses to its calls."""
    given = list(messages)
    answered = {_id(part) for message in given if message["type"] == "user" for part in _parts(message.get("content"))}
    array: list[Message] = []
    for message in given:
        parts = _parts(message.get("content"))
        if message["type"] == "user":
            array += [{"role": "user", "parts": parts}] if parts else []
            continue
        calls = [one for one in message.get("toolCalls") or () if isinstance(one, Mapping)]
        if not any("functionCall" in part for part in parts):
            parts = [*parts, *map(_call_part, calls)]
        responses = [part for one in calls if one.get("id") not in answered for part in _response_parts(one)]
        array += [{"role": "model", "parts": parts}] if parts else []
        array += [{"role": "user", "parts": responses}] if responses else []
    return array


def _parts(content: Any) -> list[dict[str, Any]]:
    given = content if isinstance(content, list) else [content]
    parts = [{"text": one} if isinstance(one, str) else one for one in given]
    return [one for one in parts if isinstance(one, dict) and one and one.get("text") != ""]


def _call_part(call: Record) -> dict[str, Any]:
    return {"functionCall": {name: call[name] for name in ("id", "name", "args") if name in call}}


def _response_parts(call: Record) -> list[dict[str, Any]]:
    result = call.get("result")
    if isinstance(result, str):
        response = {"id": call.get("id"), "name": call.get("name"), "response": {"output": result}}
        return [{"functionResponse": response}]
    return _parts(result) if result else []


def _id(part: Record) -> Any:
    return member(part, "functionResponse").get("id")


def _legal(contents: Sequence[Message]) -> list[Message]:
    """The contents without calls that were never answered and responses to no call."""
    while True:
        clean: list[Message] = []
        for index, content in enumerate(contents):
            is_model = content["role"] == "model"
            near = contents[index + 1 : index + 2] if is_model else contents[max(0, index - 1) : index]
            kind, other = ("functionCall", "functionResponse") if is_model else ("functionResponse", "functionCall")
            partners = [
                _name(part[other]) for one in near for part in one["parts"] if isinstance(part.get(other), dict)
            ]
            parts = [
                part
                for part in content["parts"]
                if not isinstance(part.get(kind), dict) or _name(part[kind]) in partners
            ]
            if parts and clean and clean[-1]["role"] == content["role"]:
                clean[-1] = {**content, "parts": [*clean[-1]["parts"], *parts]}
            elif parts:
                clean.append({**content, "parts": parts})
        if clean == list(contents):
            return clean
        contents = clean


def _name(call: Record) -> tuple[Any, Any]:
    """What joins a call and its response: an id, or only the tool's name."""
    return (call["id"], None) if call.get("id") else (None, call.get("name"))
