"""Records of a transcript in JSON Lines, and what any host's reader can say about one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ctxbudget_server.transcripts.usage import Usage

Record = Mapping[str, Any]


class RecordReader:
    """Reads records of one host. A subclass overrides what its host records."""

    def model(self, record: Record) -> str | None:
        """The model that a record names."""
        return None

    def window(self, record: Record) -> int | None:
        """The size of the model's window, in tokens."""
        return None

    def answer(self, record: Record) -> tuple[str, Usage] | None:
        """The id and the bill of an answer of the model."""
        return None

    def is_input(self, record: Record) -> bool:
        """Whether something enters the conversation with this record, other than an answer."""
        return False

    def results(self, record: Record) -> list[str] | None:
        """The texts of the tool results that enter with an input; None if anything else does, or an image."""
        return None

    def is_hidden(self, record: Record) -> bool:
        """Whether the record belongs to another conversation, such as that of a subagent."""
        return False

    def is_compaction(self, record: Record) -> bool:
        """Whether the conversation was compacted here."""
        return False

    def summary(self, record: Record) -> str:
        """The host's summary, in the record of a compaction."""
        return ""

    def spoken(self, record: Record) -> tuple[str, str] | None:
        """The role and the words of a record in which a person or the agent speaks."""
        return None


def records_in(data: bytes) -> Iterator[Record]:
    """The objects among the lines; lines that are torn or are not JSON objects are skipped."""
    for line in data.split(b"\n"):
        if line.startswith(b"{"):
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                yield value


def member(record: Record, *names: str) -> Record:
    """The object at the end of a path of names; empty if there is none."""
    value: Any = record
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def model_named(holder: Record) -> str | None:
    """The model that an object names. Names in angle brackets mark answers that the host wrote itself."""
    model = holder.get("model")
    return model if isinstance(model, str) and model and not model.startswith("<") else None


def words_in(content: Any) -> str:
    """What is said in a message's content, without calls, results and thinking."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    kinds = ("text", "input_text", "output_text", None)
    parts = [block.get("text") for block in content if isinstance(block, Mapping) and block.get("type") in kinds]
    return "\n".join(part for part in parts if isinstance(part, str) and part)
