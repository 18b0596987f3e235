"""Session files of Claude Code: one row per event, from which the arrays that the model was sent are put together.

A row of type `user` or `assistant` holds (a part of) a message. One answer of the model may be spread over rows with
the same `message.id`, with results of its first calls in between. Rows of other types are the host's own notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ctxbudget_server.fit import Message
from ctxbudget_server.transcripts.model import Segment

Row = dict[str, Any]


def is_row(row: Row) -> bool:
    """Whether an object is a row with a message."""
    return row.get("type") in ("user", "assistant") and isinstance(row.get("message"), dict)


def read_rows(rows: Sequence[Row]) -> list[Segment]:
    """The arrays between the breaks of a session, legal for the provider."""
    session = _Session(rows)
    for row in rows:
        session.take(row)
    return session.finish()


class _Session:
    """Rows that become messages, in the order of the file."""

    def __init__(self, rows: Sequence[Row]) -> None:
        messages = [row for row in rows if is_row(row)]
        self._is_side = bool(messages) and all(row.get("isSidechain") for row in messages)
        self._parents = {row["uuid"]: _parent(row) for row in rows if isinstance(row.get("uuid"), str)}
        self._seen: set[str] = set()
        self._done: list[Segment] = []
        self._shared = 0
        self._rows: list[Row] = []

    def take(self, row: Row) -> None:
        """Take the next row."""
        if row.get("subtype") == "compact_boundary":
            self._break([])
        if not is_row(row) or (row.get("isSidechain") and not self._is_side) or _is_synthetic(row):
            return
        uuid = row.get("uuid")
        if isinstance(uuid, str):
            if uuid in self._seen:
                return
            self._seen.add(uuid)
        if self._rows and _is_person(row):
            self._step_back(row)
        self._rows.append(row)

    def finish(self) -> list[Segment]:
        """All segments."""
        self._break([])
        return self._done

    def _break(self, rows: list[Row]) -> None:
        if self._rows:
            messages = _legal(_messages(self._rows))
            self._done.append(Segment(messages, min(self._shared, len(messages))))
        self._rows = rows
        self._shared = len(_legal(_messages(rows)))

    def _step_back(self, row: Row) -> None:
        """A person who goes back in time leaves what came after it; one whose message has no parent begins anew."""
        before = [one.get("uuid") for one in self._rows if _is_person(one)]
        last = before[-1] if before else None
        if last is None:
            return
        if _parent(row) is None and "parentUuid" in row:
            self._break([])
            return
        line = self._ancestors(row)
        if not line or last in line:
            return
        kept = [index for index, one in enumerate(self._rows) if one.get("uuid") in line]
        self._break(self._rows[: kept[-1] + 1] if kept else [])

    def _ancestors(self, row: Row) -> set[str]:
        """All that a row goes back to; nothing where the file does not hold the whole line."""
        found: set[str] = set()
        uuid = _parent(row)
        while uuid is not None and uuid not in found:
            if uuid not in self._parents:
                return set()
            found.add(uuid)
            uuid = self._parents[uuid]
        return found


def _parent(row: Row) -> str | None:
    parent = row.get("parentUuid") or row.get("logicalParentUuid")
    return parent if isinstance(parent, str) else None


def _is_synthetic(row: Row) -> bool:
    """Whether the host wrote an answer itself, as it does of errors: the model never sees it."""
    return bool(row.get("isApiErrorMessage")) or row["message"].get("model") == "<synthetic>"


def _is_person(row: Row) -> bool:
    if row["type"] != "user" or row.get("isMeta") or row.get("isCompactSummary"):
        return False
    return not any(block.get("type") == "tool_result" for block in _blocks(row))


def _blocks(row: Row) -> list[Message]:
    content = row["message"].get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    return [block for block in blocks if block.get("type") != "text" or str(block.get("text", "")).strip()]


def _messages(rows: Iterable[Row]) -> list[Message]:
    """One message for each side that speaks; an answer that its first results interrupt is put together again."""
    array: list[Message] = []
    answer: object = None
    for row in rows:
        if not (blocks := _blocks(row)):
            continue
        role = row["type"]
        target = array[-1] if array and array[-1]["role"] == role else None
        if role == "assistant":
            this = row["message"].get("id")
            if target is None and len(array) > 1 and this is not None and this == answer and _only_results(array[-1]):
                target = array[-2]
            answer = this
        if target is None:
            target = {"role": role, "content": []}
            array.append(target)
        target["content"] = [*target["content"], *blocks]
        if role == "user":
            target["content"].sort(key=lambda block: block.get("type") != "tool_result")
    return array


def _only_results(message: Message) -> bool:
    return all(block.get("type") == "tool_result" for block in message["content"])


def _legal(messages: list[Message]) -> list[Message]:
    """The array without calls that were never answered and results of no call, the user first, taking turns."""
    while True:
        clean: list[Message] = []
        for index, message in enumerate(messages):
            near = (
                messages[index + 1 : index + 2]
                if message["role"] == "assistant"
                else messages[max(0, index - 1) : index]
            )
            partners = {_call_id(block) for other in near for block in other["content"]} - {None}
            content = [b for b in message["content"] if _call_id(b) is None or _call_id(b) in partners]
            if not any(block.get("type") not in ("thinking", "redacted_thinking") for block in content):
                continue
            if clean and clean[-1]["role"] == message["role"]:
                clean[-1] = {"role": message["role"], "content": [*clean[-1]["content"], *content]}
            elif clean or message["role"] == "user":
                clean.append({"role": message["role"], "content": content})
        if clean == messages:
            return clean
        messages = clean


def _call_id(block: Message) -> str | None:
    name = {"tool_use": "id", "tool_result": "tool_use_id"}.get(str(block.get("type")))
    return block.get(name) if name else None


def without_signatures(messages: Sequence[Message]) -> list[Message]:
    """Messages without the signatures of thinking, which are sent along but not billed."""
    return [
        {**message, "content": [_unsigned(block) for block in message["content"]]}
        if isinstance(message.get("content"), list)
        else message
        for message in messages
    ]


def _unsigned(block: Any) -> Any:
    if isinstance(block, dict) and block.get("type") == "thinking":
        return {name: value for name, value in block.items() if name != "signature"}
    return block
