"""Reads the transcript that a command names."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ctxbudget_server.presentation.output import complain
from ctxbudget_server.transcripts.detection import read_transcript
from ctxbudget_server.transcripts.lines import Line
from ctxbudget_server.transcripts.model import FORMATS, Transcript, TranscriptError

MAX_BYTES = 1 << 30
"""Maximum size of a transcript: 1 GiB."""


class RecordingError(Exception):
    """A transcript that cannot be read; the message is for people."""


def add_recording(parser: ArgumentParser) -> None:
    """Add the arguments for a transcript and its format."""
    parser.add_argument(
        "transcript",
        metavar="TRANSCRIPT",
        help="a session of Claude Code, Codex, Gemini CLI or opencode, JSON with messages, or - for stdin",
    )
    parser.add_argument(
        "--format",
        choices=("auto", *FORMATS),
        default="auto",
        help="the transcript's format (default: auto, detected from its content)",
    )


def read_recording(name: str, form: str, command: str) -> Transcript:
    """Read the transcript line by line; warnings go to stderr. Raises `RecordingError`."""
    shown = "stdin" if name == "-" else name
    source = None if form == "auto" else form
    try:
        if name == "-":
            found = read_transcript(_lines(sys.stdin.buffer), source)
        else:
            with Path(name).open("rb") as file:
                found = read_transcript(_lines(file), source)
    except OSError as fault:
        raise RecordingError(f"{shown}: {fault.strerror}") from fault
    except UnicodeError as fault:
        raise RecordingError(f"{shown} is not text: {fault}") from fault
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


def _lines(file: BinaryIO) -> Iterator[Line]:
    """The lines of a file, one after the other. What PowerShell redirects is UTF-16."""
    first = file.readline(MAX_BYTES + 1)
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        yield from (first + file.read(MAX_BYTES)).decode("utf-16", "surrogatepass").split("\n")
        return
    yield from _within([first], MAX_BYTES)
    yield from _within(file, MAX_BYTES - len(first))


def _within(lines: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The lines, as long as they are not more than a limit in bytes."""
    for line in lines:
        limit -= len(line)
        if limit < 0:
            raise TranscriptError(f"is larger than {MAX_BYTES:,} bytes")
        yield line
