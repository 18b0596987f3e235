"""The recorded sessions of all hosts on this machine, the latest first."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from typing import Final, NamedTuple

from ctxbudget_server.recordings import files, opencode
from ctxbudget_server.recordings.model import End, Recorded

_PLACES: Final = {
    "claude-code": files.claude_code,
    "codex": files.codex,
    "gemini-cli": files.gemini_cli,
    "opencode": opencode.opencode,
}
HOSTS: Final = tuple(_PLACES)


class Listed(NamedTuple):
    """A session, and what its end says."""

    recorded: Recorded
    end: End


def sessions(host: str | None = None, within: str | None = None) -> Iterator[Listed]:
    """The sessions of one host or all, optionally only those in a folder, the one that changed last first.

    Subagents and files in which nobody speaks are left out. Ends are read one by one, as they are asked for.
    """
    home = Path.home()
    found = [sorted(_PLACES[one](home), key=_latest_first) for one in (HOSTS if host is None else (host,))]
    for recorded in merge(*found, key=_latest_first):
        end = recorded.end()
        if not end.is_subagent and end.words and (within is None or _is_within(end.project, within)):
            yield Listed(recorded, end)


def recorded_as(session: str, host: str | None = None) -> Recorded | None:
    """The session with a host's id, of one host or any; the one that changed last, if several have it."""
    home = Path.home()
    found = [
        one for each in (HOSTS if host is None else (host,)) for one in _PLACES[each](home) if one.session == session
    ]
    return min(found, key=_latest_first, default=None)


def _latest_first(recorded: Recorded) -> tuple[float, str]:
    return -recorded.changed, recorded.path


def _is_within(project: str | None, folder: str) -> bool:
    if project is None:
        return False
    real = Path(project).resolve()
    return real == Path(folder) or Path(folder) in real.parents
