"""Reads the transcripts that hosts name in their events.

They grow to hundreds of megabytes, so only a bounded part is read, usually the end.
"""

from __future__ import annotations

import os
from typing import Final

from ctxbudget_server.agents.files import read_last_lines, read_start
from ctxbudget_server.agents.model import shortened
from ctxbudget_server.transcripts.tail import TranscriptTail, first_request, request_sizes

MAX_TAIL_BYTES: Final = 1 << 20
MAX_CONVERSATION_BYTES: Final = 8 << 20
MAX_HEAD_BYTES: Final = 64 << 10
MAX_TASK_CHARACTERS: Final = 160


def transcript_tail(path: str | None, limit: int = MAX_TAIL_BYTES, before: str | None = None) -> TranscriptTail:
    """The end of a transcript, optionally limited to what was recorded before a time; empty if unreadable."""
    return TranscriptTail(read_last_lines(path, limit), before)


def latest_request_sizes(path: str | None) -> list[int]:
    """The billed input of the last requests in a transcript, in tokens; empty if it is unreadable."""
    return request_sizes(read_last_lines(path, MAX_TAIL_BYTES))


def task_of_agent(transcript: str | None, agent: str) -> str:
    """The task given to a Claude Code subagent, in one line, from its transcript beside the session's."""
    if not transcript or not transcript.endswith(".jsonl"):
        return ""
    path = os.path.join(transcript.removesuffix(".jsonl"), "subagents", f"agent-{agent}.jsonl")
    return shortened(first_request(read_start(path, MAX_HEAD_BYTES)), MAX_TASK_CHARACTERS)
