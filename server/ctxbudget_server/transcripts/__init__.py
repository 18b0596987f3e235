"""Reads recorded conversations: session files of Claude Code, JSON of the OpenAI kinds, plain arrays of messages.

Pure: text in, message arrays out.
"""

from __future__ import annotations

from ctxbudget_server.transcripts.claude_code import without_signatures
from ctxbudget_server.transcripts.model import FORMATS, Segment, Transcript, TranscriptError
from ctxbudget_server.transcripts.reading import read_transcript

__all__ = ["FORMATS", "Segment", "Transcript", "TranscriptError", "read_transcript", "without_signatures"]
