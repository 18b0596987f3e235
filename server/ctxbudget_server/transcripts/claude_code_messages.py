"""The arrays that Claude Code sent to the model, put together from the rows of a session file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from ctxbudget_server.fit import Message
from ctxbudget_server.transcripts.claude_code import (
    agent_of,
    blocks_of,
    cleared_in,
    is_boundary,
    is_person,
    is_row,
    is_side,
    is_summary,
    is_synthetic,
    kept_after,
    parent_of,
    replaced_in,
)
from ctxbudget_server.transcripts.model import CLEARED, Segment, Transcript, TranscriptError

Row = dict[str, Any]

NO_PROMPT: Final = "[The prompt is not in the recording.]"
"""Stands where a recording begins with an answer: the provider wants the user to begin."""


def read_rows(rows: Sequence[Row], warnings: tuple[str, ...] = ()) -> Transcript:
    """The arrays between the breaks of a session, legal for the provider. Raises `TranscriptError` if there is none."""
    session = _Session(rows)
    for row in rows:
        session.take(row)
    segments = [segment for segment in session.finish() if segment.messages]
    if not segments:
        raise TranscriptError("holds no messages of a user and an assistant")
    return Transcript("claude-code", "anthropic", segments, (*warnings, *_told(session, segments)))


def _told(session: _Session, segments: list[Segment]) -> list[str]:
    found = []
    if session.others:
        found.append(f"{session.others:,} messages of further subagents were left out: only the first one's are read")
    if segments[-1].messages[0] == _placeholder():
        found.append("the prompt is not in the file; a note replaces it")
    return found


def _placeholder() -> Message:
    return {"role": "user", "content": [{"type": "text", "text": NO_PROMPT}]}


class _Session:
    """Rows that become messages, in the order of the file."""

    def __init__(self, rows: Sequence[Row]) -> None:
        messages = [row for row in rows if is_row(row)]
        self._is_side = bool(messages) and all(is_side(row) for row in messages)
        self._agent = agent_of(messages[0]) if self._is_side else ""
        self.others = 0
        """Messages of subagents that were left out of a recording of nothing but subagents."""
        self._parents = {row["uuid"]: parent_of(row) for row in rows if isinstance(row.get("uuid"), str)}
        self._replaced = {
            call: text
            for row in rows
            if self._is_side or not row.get("agentId")
            for call, text in replaced_in(row).items()
        }
        self._cleared: set[str] = set()
        self._kept: list[Row] = []
        self._seen: set[str] = set()
        self._done: list[Segment] = []
        self._shared = 0
        self._rows: list[Row] = []

    def take(self, row: Row) -> None:
        """Take the next row."""
        if is_boundary(row):
            kept = self._preserved(row)
            self._break([])
            self._kept = kept
        elif cleared := cleared_in(row):
            self._clear(cleared)
        if not is_row(row) or (is_side(row) and not self._is_side) or is_synthetic(row):
            return
        if self._is_side and agent_of(row) != self._agent:
            self.others += 1
            return
        uuid = row.get("uuid")
        if isinstance(uuid, str):
            if uuid in self._seen:
                return
            self._seen.add(uuid)
        if self._kept and not is_summary(row):
            self._put_back()
        if self._rows and is_person(row):
            self._step_back(row)
        self._rows.append(row)
        if self._kept:
            self._put_back()

    def finish(self) -> list[Segment]:
        """All segments."""
        self._put_back()
        self._break([])
        return self._done

    def _array(self, rows: list[Row]) -> list[Message]:
        return _legal(_messages(rows, self._shown))

    def _shown(self, block: Message) -> Message:
        """A block as it was sent: a result may be cleared, or another text was sent."""
        call = block.get("tool_use_id")
        if block.get("type") != "tool_result" or call is None:
            return block
        text = CLEARED if call in self._cleared else self._replaced.get(call)
        return block if text is None else {**block, "content": text}

    def _break(self, rows: list[Row]) -> None:
        if self._rows:
            messages = self._array(self._rows)
            self._done.append(Segment(messages, min(self._shared, len(messages))))
        self._rows = rows
        self._shared = len(self._array(rows))

    def _clear(self, calls: list[str]) -> None:
        """From here on these results are cleared; what was sent before was whole."""
        rows = self._rows
        self._break([])
        self._cleared.update(calls)
        self._rows = rows
        self._shared = len(self._array(rows))

    def _preserved(self, boundary: Row) -> list[Row]:
        """The rows that a compaction keeps as they are behind its summary."""
        ids, stretch = kept_after(boundary)
        if stretch is not None:
            line = [row.get("uuid") for row in self._rows]
            if stretch[0] in line and stretch[1] in line:
                return self._rows[line.index(stretch[0]) : line.index(stretch[1]) + 1]
        return [row for row in self._rows if row.get("uuid") in ids]

    def _put_back(self) -> None:
        kept, self._kept = self._kept, []
        if kept:
            self._rows.extend(kept)
            self._shared = len(self._array(self._rows))

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


def _messages(rows: Iterable[Row], shown: Callable[[Message], Message]) -> list[Message]:
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
        target["content"] = [*target["content"], *map(shown, blocks)]
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
            else:
                clean += [_placeholder()] if not clean and message["role"] == "assistant" else []
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
