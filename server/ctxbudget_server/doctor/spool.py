"""Checks for events of hooks that wait beside the store to be recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ctxbudget_server.doctor.finding import Finding, Severity, command
from ctxbudget_server.store.spool import spool_folder, spool_state

LONG_SECONDS: Final = 3600.0
"""Any request folds events in; older ones are waiting because no request succeeds, or none is made."""


def findings(path: Path, again: list[str]) -> Iterator[Finding]:
    """Findings about the spool of the store at the path. `again` are the options that make a command use that store."""
    folder = spool_folder(path)
    if not folder.exists():
        yield Finding("spool.pending", "ok", "no events are waiting")
        return
    try:
        state = spool_state(path)
    except OSError as fault:
        yield Finding(
            "spool.pending", "error", f"{folder} cannot be read: {fault.strerror}", command("ls", "-ld", str(folder))
        )
        return
    data = {"pending": state.pending, "rejected": state.rejected, "lost": state.lost, "oldest": state.oldest}
    age = time.time() - state.oldest if state.oldest is not None else 0.0
    if state.pending:
        severity: Severity = "warning" if age > LONG_SECONDS else "notice"
        message = f"{_events(state.pending)} for the account, the oldest for {age:,.0f} s"
        yield Finding("spool.pending", severity, message, command("ctxbudget", "call", *again, "session/list"), data)
    else:
        yield Finding("spool.pending", "ok", "no events are waiting", None, data)
    if state.rejected:
        message = f"{state.rejected} events could not be recorded; the reason is in the file beside each"
        yield Finding("spool.rejected", "warning", message, command("rm", "-r", str(folder / "rejected")), data)
    if state.lost:
        message = f"{state.lost} events were lost because there was no room for them"
        yield Finding("spool.lost", "error", message, command("rm", str(folder / "lost")), data)


def _events(count: int) -> str:
    return f"{count:,} events are waiting" if count > 1 else "1 event is waiting"
