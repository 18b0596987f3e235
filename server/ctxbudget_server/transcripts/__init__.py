"""Reads recorded conversations: session files of Claude Code, JSON of the OpenAI kinds, plain arrays of messages.

Pure: text in, message arrays out.
"""

from __future__ import annotations

from .claude_code import without_signatures
from .model import FORMATS, Segment, Transcript, TranscriptError
from .reading import read_transcript

__all__ = ["FORMATS", "Segment", "Transcript", "TranscriptError", "read_transcript", "without_signatures"]
