"""Reads the transcript that a command names."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.presentation.output import complain
from ctxbudget_server.transcripts.detection import read_transcript
from ctxbudget_server.transcripts.model import FORMATS, Transcript, TranscriptError
from ctxbudget_server.workspace.documents import as_text

MAX_BYTES = 1 << 30
"""Maximum size of a transcript: 1 GiB."""


class RecordingError(Exception):
    """A transcript that cannot be read; the message is for people."""


def add_recording(parser: ArgumentParser) -> None:
    """Add the arguments for a transcript and its format."""
    parser.add_argument(
        "transcript", metavar="TRANSCRIPT", help="a Claude Code session file, JSON with messages, or - for stdin"
    )
    parser.add_argument(
        "--format",
        choices=("auto", *FORMATS),
        default="auto",
        help="the transcript's format (default: auto, detected from its content)",
    )


def read_recording(name: str, form: str, command: str) -> Transcript:
    """Read the transcript; warnings go to stderr. Raises `RecordingError`."""
    shown = "stdin" if name == "-" else name
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else _bytes(Path(name))
        if len(data) > MAX_BYTES:
            raise RecordingError(f"{shown} is larger than {MAX_BYTES:,} bytes")
        found = read_transcript(as_text(data, ["transcript"], shown), None if form == "auto" else form)
    except OSError as fault:
        raise RecordingError(f"{shown}: {fault.strerror}") from fault
    except ProtocolError as fault:
        raise RecordingError(fault.message) from fault
    except RecursionError as fault:
        raise RecordingError(f"{shown} is nested too deeply") from fault
    except TranscriptError as fault:
        raise RecordingError(f"{shown} {fault}") from fault
    for warning in found.warnings:
        complain(command, f"{shown}: {warning}")
    return found


def refuse_overwrite(transcript: str, out: str | None) -> None:
    """Raise `RecordingError` if a command would overwrite the transcript."""
    if out is None or "-" in (transcript, out):
        return
    if Path(out).exists() and Path(transcript).exists() and Path(out).samefile(transcript):
        raise RecordingError(f"{out} is the transcript itself, which is never written to")


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
