"""The command lines of a host's hooks."""

from __future__ import annotations

from ctxbudget_server.install.commands import guarded, missing, saying
from ctxbudget_server.install.settings_file import Wanted

FIRST = "SessionStart"
"""The event at which the helper is started, and at which a missing program is reported, once."""


def wanted_hooks(
    host: str, events: tuple[str, ...], options: tuple[str, ...], *, timeout: int, program: str, removal: str
) -> tuple[Wanted, ...]:
    """A hook for each event. `timeout` is in the host's unit; `removal` is how to do without, as in `missing`."""
    lines = []
    for event in events:
        words = ("hook", event, *options)
        if event == FIRST:
            line = guarded(program, (*words, "--sidecar"), saying(missing(program, host, removal)))
        else:
            line = guarded(program, words)
        lines.append(Wanted(event, line, timeout))
    return tuple(lines)
