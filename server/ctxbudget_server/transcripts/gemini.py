"""Lines of Gemini CLI's chat files: a message each, whose `type` says who speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_server.transcripts.records import Record, RecordReader, member, model_named, words_in
from ctxbudget_server.transcripts.tool_responses import holds_bytes, text_of
from ctxbudget_server.transcripts.usage import Usage, usage_in

_INPUTS: Final = ("input",)
"""The input holds what came from the cache."""
_OUTPUTS: Final = ("output",)


def usage_of(record: Record) -> Usage | None:
    """The bill of an answer."""
    return usage_in(record.get("tokens"), _INPUTS, _OUTPUTS)


def lighter(record: dict[str, Any]) -> dict[str, Any]:
    """A message without what only the host's screen shows of its calls."""
    calls = record.get("toolCalls")
    if not isinstance(calls, list):
        return record
    light = [{k: v for k, v in one.items() if k != "resultDisplay"} if isinstance(one, dict) else one for one in calls]
    return {**record, "toolCalls": light}


class GeminiReader(RecordReader):
    """What a line says to a hook."""

    def model(self, record: Record) -> str | None:
        """The model that answered."""
        return model_named(record)

    def answer(self, record: Record) -> tuple[str, Usage] | None:
        """The id and the bill."""
        usage = usage_of(record)
        return None if record.get("type") != "gemini" or usage is None else (str(record.get("id") or ""), usage)

    def is_input(self, record: Record) -> bool:
        """Messages in the user's name, which hold the results of tools too."""
        return record.get("type") == "user"

    def results(self, record: Record) -> list[str] | None:
        """The texts of the responses in a message that holds nothing else."""
        content = record.get("content")
        if not isinstance(content, list) or not content:
            return None
        texts = []
        for part in content:
            response = member(part, "functionResponse", "response") if isinstance(part, Mapping) else None
            texts.append(text_of(response) if response and not holds_bytes(part) else "")
        return texts if all(texts) else None

    def spoken(self, record: Record) -> tuple[str, str] | None:
        """What a person or the agent says."""
        role = record.get("role") or record.get("type")
        return (role, words_in(record.get("content"))) if role in ("user", "assistant", "gemini") else None
