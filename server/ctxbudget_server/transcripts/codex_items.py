"""The items that Codex sent to the model, put together from the lines of a rollout file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ctxbudget_server.fit import Message
from ctxbudget_server.fit.people import is_hosts
from ctxbudget_server.transcripts.lines import numbers_told
from ctxbudget_server.transcripts.model import Segment, Transcript, TranscriptError
from ctxbudget_server.transcripts.records import Record, words_in

Line = dict[str, Any]

_SENT: Final = frozenset(
    (
        *("message", "reasoning", "function_call", "function_call_output", "custom_tool_call"),
        *("custom_tool_call_output", "local_shell_call", "web_search_call", "image_generation_call"),
        *("tool_search_call", "tool_search_output", "compaction", "compaction_summary", "context_compaction"),
    )
)
"""Items that are sent to the model; others in the file, such as the state of the work tree, do not."""
_HOSTS_OWN: Final = ("internal_chat_message_metadata_passthrough",)
"""Members of an item that the host keeps for itself."""


def read_lines(lines: Sequence[Line], numbers: Sequence[int] | None, warnings: tuple[str, ...] = ()) -> Transcript:
    """The arrays of a rollout, between its compactions. Raises `TranscriptError` if there is no item in it."""
    session = _Session()
    for index, line in enumerate(lines):
        session.take(line, numbers[index] if numbers else index + 1)
    segments = [segment for segment in session.finish() if segment.messages]
    if not segments:
        raise TranscriptError("holds no items of a conversation")
    return Transcript("codex", "openai-responses", segments, (*warnings, *session.told()))


class _Session:
    """Lines that become items, in the order of the file."""

    def __init__(self) -> None:
        self._items: list[Message] = []
        self._done: list[Segment] = []
        self._shared = 0
        self._unknown: list[int] = []
        self._rebuilt: list[int] = []

    def take(self, line: Line, number: int) -> None:
        """Take the next line."""
        payload = line.get("payload")
        if not isinstance(payload, Mapping):
            if not _is_note(line):
                self._unknown.append(number)
        elif line.get("type") == "response_item":
            self._take_item(payload)
        elif line.get("type") == "compacted":
            self._compact(payload, number)
        elif payload.get("type") == "thread_rolled_back":
            self._roll_back(payload.get("num_turns"))

    def finish(self) -> list[Segment]:
        """All segments."""
        self._break([], 0)
        return self._done

    def told(self) -> list[str]:
        """What was left out, or put together by guess."""
        found = []
        if self._unknown:
            lines = "line" if len(self._unknown) == 1 else "lines"
            found.append(f"{lines} {numbers_told(self._unknown)}: not of Codex' form, left out")
        if self._rebuilt:
            found.append(
                f"line {numbers_told(self._rebuilt)}: the compaction does not say what it kept; "
                "what people said and the summary take its place"
            )
        return found

    def _take_item(self, payload: Mapping[str, Any]) -> None:
        if payload.get("type") in _SENT:
            self._items.append(_sent(payload))

    def _compact(self, payload: Mapping[str, Any], number: int) -> None:
        kept = payload.get("replacement_history")
        if isinstance(kept, list):
            items = [_sent(one) for one in kept if isinstance(one, Mapping) and one.get("type") in _SENT]
        else:
            self._rebuilt.append(number)
            summary = {"type": "input_text", "text": str(payload.get("message") or "")}
            items = [one for one in self._items if one.get("type") == "message" and one.get("role") != "assistant"]
            items.append({"type": "message", "role": "user", "content": [summary]})
        self._break(items, 0)

    def _roll_back(self, turns: Any) -> None:
        """A person goes back: the last turns that people began are gone."""
        begun = [index for index, item in enumerate(self._items) if is_persons(item)]
        if isinstance(turns, int) and turns > 0 and begun:
            kept = self._items[: begun[max(0, len(begun) - turns)]]
            self._break(kept, len(kept))

    def _break(self, items: list[Message], shared: int) -> None:
        if self._items:
            found = _legal(self._items)
            self._done.append(Segment(found, min(self._shared, len(found))))
        self._items = list(items)
        self._shared = shared


def _is_note(line: Record) -> bool:
    """Whether a line is what older versions wrote beside items: who, when and where, or a state."""
    return "record_type" in line or ("id" in line and "timestamp" in line and "type" not in line)


def _sent(item: Mapping[str, Any]) -> Message:
    return {name: value for name, value in item.items() if name not in _HOSTS_OWN}


def is_persons(item: Message) -> bool:
    """Whether a person speaks in an item; not the host in a person's name."""
    if item.get("type") != "message" or item.get("role") != "user":
        return False
    text = words_in(item.get("content"))
    return bool(text.strip()) and not is_hosts(text)


def _legal(items: Sequence[Message]) -> list[Message]:
    """The items without calls that were never answered, outputs of no call, and reasoning that led to nothing."""
    calls = {id for item in items if (id := _call(item)) is not None}
    outputs = {id for item in items if (id := _output(item)) is not None}
    kept: list[Message] = []
    leads = False  # whether the item behind is kept, and may be what reasoning led to
    for item in reversed(items):
        if item.get("type") == "reasoning":
            is_kept = leads
        else:
            is_kept = (_call(item) is None or _call(item) in outputs) and (
                _output(item) is None or _output(item) in calls
            )
            leads = is_kept and _follows(item)
        if is_kept:
            kept.append(item)
    kept.reverse()
    return kept


def _call(item: Record) -> str | None:
    kinds = ("function_call", "custom_tool_call", "local_shell_call", "tool_search_call")
    id = item.get("call_id") or item.get("id")
    return str(id) if item.get("type") in kinds and id else None


def _output(item: Record) -> str | None:
    kinds = ("function_call_output", "custom_tool_call_output", "tool_search_output")
    return str(item["call_id"]) if item.get("type") in kinds and item.get("call_id") else None


def _follows(item: Record) -> bool:
    kind = str(item.get("type"))
    if kind == "message":
        return item.get("role") == "assistant"
    return kind.endswith("_call") and kind in _SENT


def is_early(records: Sequence[Record]) -> bool:
    """Whether lines are an early version's: bare items behind a line that says who, when and where."""
    first = records[0] if records else {}
    return _is_note(first) and ("instructions" in first or "git" in first)


def early_lines(records: Sequence[Line]) -> list[Line]:
    """The lines of an early version in the form of later ones."""
    return [one if _is_note(one) else {"type": "response_item", "payload": one} for one in records]
