"""The arrays that Claude Code sent to the model, put together from the rows of a session file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ctxbudget_server.fit import Message
from ctxbudget_server.transcripts.claude_code import (
    blocks_of,
    is_boundary,
    is_person,
    is_row,
    is_side,
    is_synthetic,
    parent_of,
)
from ctxbudget_server.transcripts.model import Segment

Row = dict[str, Any]


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
        self._is_side = bool(messages) and all(is_side(row) for row in messages)
        self._parents = {row["uuid"]: parent_of(row) for row in rows if isinstance(row.get("uuid"), str)}
        self._seen: set[str] = set()
        self._done: list[Segment] = []
        self._shared = 0
        self._rows: list[Row] = []

    def take(self, row: Row) -> None:
        """Take the next row."""
        if is_boundary(row):
            self._break([])
        if not is_row(row) or (is_side(row) and not self._is_side) or is_synthetic(row):
            return
        uuid = row.get("uuid")
        if isinstance(uuid, str):
            if uuid in self._seen:
                return
            self._seen.add(uuid)
        if self._rows and is_person(row):
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
        """A person who goes back in time drops what came after; a message without a parent starts over."""
        before = [one.get("uuid") for one in self._rows if is_person(one)]
        last = before[-1] if before else None
        if last is None:
            return
        if parent_of(row) is None and "parentUuid" in row:
            self._break([])
            return
        line = self._ancestors(row)
        if not line or last in line:
            return
        kept = [index for index, one in enumerate(self._rows) if one.get("uuid") in line]
        self._break(self._rows[: kept[-1] + 1] if kept else [])

    def _ancestors(self, row: Row) -> set[str]:
        """All rows before a row; none if the file does not hold the whole line."""
        found: set[str] = set()
        uuid = parent_of(row)
        while uuid is not None and uuid not in found:
            if uuid not in self._parents:
                return set()
            found.add(uuid)
            uuid = self._parents[uuid]
        return found


def _messages(rows: Iterable[Row]) -> list[Message]:
    """One message per turn; an answer that was interrupted by its first results is joined again."""
    array: list[Message] = []
    answer: object = None
    for row in rows:
        if not (blocks := blocks_of(row)):
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
