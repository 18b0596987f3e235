"""`ctxbudget transcripts`: lists the sessions that coding agents recorded on this machine, the latest first."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.cli.ages import age
from ctxbudget_server.cli.columns import columns
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json
from ctxbudget_server.presentation.terminal import line
from ctxbudget_server.recordings.listing import HOSTS, Listed, sessions
from ctxbudget_server.workspace.documents import find_workspace

MAX_SHOWN = 20
"""Number of sessions listed without `--all`."""
MAX_WORDS = 100
"""Characters shown of what was said last; `--json` has up to ten times as many."""

EXAMPLES = (
    ("ctxbudget transcripts", "the sessions that coding agents recorded here, the last first"),
    ("ctxbudget transcripts --here --host claude-code", "those of this workspace and one agent"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--host", choices=HOSTS, help="only sessions of this host")
    parser.add_argument("--here", action="store_true", help="only sessions that worked in this workspace")
    parser.add_argument("--all", action="store_true", help=f"all sessions, not only the latest {MAX_SHOWN}")
    parser.add_argument("--json", action="store_true", help="the sessions as JSON")
    parser.add_argument("--workspace", metavar="DIR", help="the workspace (default: found from the current directory)")


def run(options: Namespace) -> int:
    """Print the sessions; of each file only the end is read."""
    try:
        within = str(find_workspace(options.workspace, None)) if options.here or options.workspace else None
    except ProtocolError as fault:
        complain("transcripts", fault.message)
        return 2
    found = list(islice(sessions(options.host, within), None if options.all else MAX_SHOWN + 1))
    has_more = not options.all and len(found) > MAX_SHOWN
    found = found if options.all else found[:MAX_SHOWN]
    if options.json:
        show_json({"transcripts": [_wire(one) for one in found], "hasMore": has_more})
    elif found:
        tell([*_lines(found), *(["", "older ones: --all lists them"] if has_more else [])])
    else:
        tell([f"no recorded session of {options.host or 'any host'}" + (f" in {within}" if within else "")])
    return 0


def _wire(listed: Listed) -> dict[str, Any]:
    recorded, end = listed
    return {
        "host": recorded.host,
        "path": recorded.path,
        "session": recorded.session,
        "project": end.project,
        "changedAt": _at(recorded.changed),
        "bytes": recorded.size,
        "model": end.model,
        "tokens": end.tokens,
        "provenance": "unknown" if end.tokens is None else "reported",
        "lastWords": end.words[: 10 * MAX_WORDS],
    }


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _lines(found: list[Listed]) -> list[str]:
    head = ["host", "age", "tokens", "project", "transcript"]
    table = columns([head, *map(_row, found)], right=(1, 2))
    words = ["", *(f"    {_short(one.end.words)}" for one in found)]
    return [each for row, said in zip(table, words, strict=True) for each in (row, said) if each]


def _row(listed: Listed) -> list[str]:
    recorded, end = listed
    tokens = "unknown" if end.tokens is None else f"{end.tokens:,}"
    return [recorded.host, age(_at(recorded.changed)), tokens, _from_home(end.project or ""), _from_home(recorded.path)]


def _from_home(path: str) -> str:
    """A path, with `~` for the home directory, as shells read it."""
    home = str(Path.home())
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


def _short(words: str) -> str:
    shown = line(" ".join(words.split()))
    return shown if len(shown) <= MAX_WORDS else f"{shown[: MAX_WORDS - 1]}…"
