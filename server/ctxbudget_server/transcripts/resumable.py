"""Session files that a host resumes, made of a fitted array: Claude Code's rows and Codex' lines.

Every row is new, in one unbroken line: Claude Code follows `parentUuid` and `message.id` back into rows of the
session that a row was copied from, and would send whole again what was cut.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_OID, uuid5

from ctxbudget_server.fit import Message
from ctxbudget_server.fit.unicode import well_formed
from ctxbudget_server.transcripts.claude_code import is_row, is_side, is_synthetic
from ctxbudget_server.transcripts.codex_items import is_persons
from ctxbudget_server.transcripts.model import TranscriptError
from ctxbudget_server.transcripts.records import Record, member, model_named, words_in

Row = dict[str, Any]

RESUMED: Final = ("claude-code", "codex")
"""The hosts that resume what is written here."""
_PLACE: Final = ("cwd", "version", "gitBranch", "userType", "entrypoint", "slug")
"""Members of Claude Code's rows that say where and by whom a session is held; the same in all of them."""
_USAGE: Final = {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
"""Nothing was billed for the new rows: the first request of the resumed session tells."""


class Resumable(NamedTuple):
    """A session file, without its name."""

    session: str
    """The host's id of it, which depends on what is in it alone."""
    rows: list[Row]
    replaced: int = 0
    """Texts in which lone surrogates were replaced."""


def resumable(host: str, messages: Sequence[Message], original: Iterable[Record]) -> Resumable:
    """The session file of a host with these messages; `original` are the records of the session that they are from.

    Lone surrogates become U+FFFD, as no provider takes them. Raises `TranscriptError` if the host could not resume it.
    """
    replaced: list[str] = []
    sound: list[Message] = _sound(list(messages), replaced)
    made = _codex(sound, original) if host == "codex" else _claude_code(sound, original)
    return made._replace(replaced=len(replaced))


def _sound(value: Any, replaced: list[str]) -> Any:
    if isinstance(value, str):
        sound = well_formed(value)
        if sound != value:
            replaced.append(sound)
        return sound
    if isinstance(value, list):
        return [_sound(one, replaced) for one in value]
    if isinstance(value, Mapping):
        return {_sound(name, replaced): _sound(one, replaced) for name, one in value.items()}
    return value


def _id(*parts: str) -> str:
    return str(uuid5(NAMESPACE_OID, "\0".join(("ctxbudget", *parts))))


def _claude_code(messages: Sequence[Message], original: Iterable[Record]) -> Resumable:
    place: Row = {}
    before = at = model = ""
    for row in original:
        if not is_row(row) or is_side(row):
            continue
        place.update({name: row[name] for name in _PLACE if name in row})
        before, at = str(row.get("sessionId") or before), str(row.get("timestamp") or at)
        if not is_synthetic(row):
            model = model_named(member(row, "message")) or model
    if not before:
        raise TranscriptError("holds no rows of a session of its own: streams and subagents are not resumed")
    session = _id(before, json.dumps(messages))
    return Resumable(session, list(_rows(messages, session, {**place, "timestamp": at, "sessionId": session}, model)))


def _rows(messages: Sequence[Message], session: str, place: Row, model: str) -> Iterator[Row]:
    parent = None
    for number, message in enumerate(messages):
        uuid = _id(session, str(number))
        head = {"parentUuid": parent, "isSidechain": False, "type": message["role"], "uuid": uuid, **place}
        if message["role"] == "assistant":
            kinds = {block.get("type") for block in message["content"] if isinstance(block, Mapping)}
            reason = "tool_use" if "tool_use" in kinds else "end_turn"
            made = {"id": f"msg_{uuid.replace('-', '')}", "type": "message", "model": model, **message}
            yield {**head, "message": {**made, "stop_reason": reason, "stop_sequence": None, "usage": _USAGE}}
        else:
            yield {**head, "message": dict(message)}
        parent = uuid


def _codex(items: Sequence[Message], original: Iterable[Record]) -> Resumable:
    meta: Row | None = None
    context: dict[str, Row] = {}
    states: list[Row] = []
    for line in original:
        if line.get("type") == "session_meta" and meta is None:
            meta = dict(line)
        elif line.get("type") == "turn_context":
            context["turn_context"] = dict(line)
        elif line.get("type") == "world_state":  # the first is whole, the others say what changed
            states.append(dict(line))
    if meta is None:
        raise TranscriptError("holds no line of type session_meta, without which Codex resumes nothing")
    known = dict(member(meta, "payload"))
    session = _id(str(known.get("id")), json.dumps(items))
    known.update({name: session for name in ("id", "session_id") if name in known})
    known.pop("history_mode", None)  # what is beside the file, in Codex' database, holds nothing of the new session
    at = str(meta.get("timestamp") or "")
    rows: list[Row] = [{"timestamp": at, "type": "session_meta", "payload": known}]
    for item in items:
        if is_persons(item):
            told = {"type": "user_message", "message": words_in(item.get("content")), "images": []}
            rows.append({"timestamp": at, "type": "event_msg", "payload": told})
        rows.append({"timestamp": at, "type": "response_item", "payload": _as_message(item)})
    rows += [{**line, "timestamp": at} for line in (*states, *context.values())]
    return Resumable(session, rows)


def _as_message(item: Message) -> Message:
    """An item with its type, which messages may lack, and with its content in parts."""
    if "role" not in item or item.get("type", "message") != "message":
        return item
    kind = "output_text" if item["role"] == "assistant" else "input_text"
    content = item.get("content")
    parts = [{"type": kind, "text": content}] if isinstance(content, str) else content
    return {**item, "type": "message", "content": parts}
