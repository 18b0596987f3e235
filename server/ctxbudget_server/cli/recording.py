"""The transcripts that a command names, or finds on this machine."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ctxbudget_server.cli.ages import age
from ctxbudget_server.presentation.output import complain
from ctxbudget_server.recordings.model import RecordingError
from ctxbudget_server.recordings.opening import lines_of
from ctxbudget_server.transcripts.detection import read_transcript
from ctxbudget_server.transcripts.model import FORMATS, HOSTS, Transcript, TranscriptError
from ctxbudget_server.workspace.documents import find_workspace

ANY_HOST = "any"
"""What `--last` says without the name of a host."""

__all__ = [
    "RecordingError",
    "add_recordings",
    "add_transcripts",
    "chosen",
    "last_recording",
    "read_recording",
    "reading",
    "refuse_overwrite",
]


SESSIONS = "a session of Claude Code, Codex, Gemini CLI or opencode"


def add_transcripts(parser: ArgumentParser, what: str = f"{SESSIONS}, or - for stdin") -> None:
    """Add the arguments for transcripts; `what` says which are read."""
    parser.add_argument("transcript", metavar="TRANSCRIPT", nargs="*", help=what)
    parser.add_argument(
        "--last",
        nargs="?",
        const=ANY_HOST,
        choices=(ANY_HOST, *HOSTS),
        metavar="HOST",
        help="the session of this workspace that changed last, of any host or the one that is named",
    )


def add_recordings(parser: ArgumentParser) -> None:
    """Add the arguments for transcripts and their format."""
    add_transcripts(parser, f"{SESSIONS}, JSON with messages, or - for stdin")
    parser.add_argument(
        "--format",
        choices=("auto", *FORMATS),
        default="auto",
        metavar="FORMAT",
        help="the transcript's format (default: auto, detected from its content): " + ", ".join(FORMATS),
    )


def chosen(options: Namespace, command: str) -> list[str]:
    """The transcripts that are named, or the last one. Raises `RecordingError`."""
    names: list[str] = list(dict.fromkeys(options.transcript))
    if options.last is None:
        if not names:
            raise RecordingError("a TRANSCRIPT is missing: name one, or --last; `ctxbudget transcripts` lists them")
        return names
    if names:
        raise RecordingError("--last and a TRANSCRIPT were both given: choose one")
    return [last_recording(options.last, getattr(options, "workspace", None), command)]


def last_recording(named: str, option: str | None, command: str) -> str:
    """The session of the workspace that changed last, of the host that `--last` names. Raises `RecordingError`."""
    host = None if named == ANY_HOST else named
    from ctxbudget_server.recordings.listing import sessions  # only here

    workspace = str(find_workspace(option, None))
    found = next(sessions(host, workspace), None)
    if found is None:
        whose = f"session of {host}" if host else "session"
        raise RecordingError(f"no {whose} was recorded in {workspace}; `ctxbudget transcripts` lists all there are")
    recorded = found.recorded
    when = age(datetime.fromtimestamp(recorded.changed, UTC).isoformat())
    complain(command, f"{recorded.host}, {when} ago: {recorded.path}")
    return recorded.path


def read_recording(name: str, form: str, command: str) -> Transcript:
    """Read the transcript line by line; warnings go to stderr. Raises `RecordingError`."""
    with reading(name) as shown:
        found = read_transcript(lines_of(name), None if form == "auto" else form)
    for warning in found.warnings:
        complain(command, f"{shown}: {warning}")
    return found


@contextmanager
def reading(name: str) -> Iterator[str]:
    """While a transcript is read: its name for people. Whatever is wrong becomes a `RecordingError`."""
    shown = "stdin" if name == "-" else name
    try:
        yield shown
    except OSError as fault:
        raise RecordingError(f"{shown}: {fault.strerror}") from fault
    except UnicodeError as fault:
        raise RecordingError(f"{shown} is not text: {fault}") from fault
    except RecursionError as fault:
        raise RecordingError(f"{shown} is nested too deeply") from fault
    except TranscriptError as fault:
        raise RecordingError(f"{shown} {fault}") from fault


def refuse_overwrite(transcript: str, out: str | None) -> None:
    """Raise `RecordingError` if a command would overwrite the transcript."""
    if out is None or "-" in (transcript, out):
        return
    if Path(out).exists() and Path(transcript).exists() and Path(out).samefile(transcript):
        raise RecordingError(f"{out} is the transcript itself, which is never written to")
