"""All checks of the doctor, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ctxbudget_server.doctor import (
    compaction,
    hosts,
    installation,
    processes,
    settings,
    sidecar,
    spool,
    store,
    vocabularies,
)
from ctxbudget_server.doctor.finding import Finding


def diagnosis(workspace: str, path: Path, again: list[str]) -> Iterator[Finding]:
    """All findings about a workspace (a real path) and its store. `again` are the options that make a command use both.

    A check that fails is a finding too, and never prevents the others.
    """
    subjects: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("installation", installation.findings),
        ("vocabularies", vocabularies.findings),
        ("settings", lambda: settings.findings(workspace)),
        ("hosts", lambda: hosts.findings(workspace)),
        ("hosts.claude-code", lambda: compaction.findings(workspace)),
        ("store", lambda: store.findings(path, again)),
        ("spool", lambda: spool.findings(path, again)),
        ("processes", lambda: processes.findings(path)),
        ("sidecar", lambda: sidecar.findings(workspace, str(path))),
    ]
    for name, subject in subjects:
        try:
            yield from subject()
        except Exception as fault:  # the installation may be broken in any way
            yield Finding(f"{name}.doctor", "error", f"could not be checked: {type(fault).__name__}: {fault}")
