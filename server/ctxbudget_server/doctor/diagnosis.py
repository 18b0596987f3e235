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
from ctxbudget_server.store.location import beside, is_url


def diagnosis(workspace: str, place: str, again: list[str]) -> Iterator[Finding]:
    """All findings about a workspace (a real path) and its store. `again` are the options that make a command use both.

    A check that fails is a finding too, and never prevents the others.
    """
    subjects: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("installation", installation.findings),
        ("vocabularies", vocabularies.findings),
        ("settings", lambda: settings.findings(workspace)),
        ("hosts", lambda: hosts.findings(workspace)),
        ("hosts.claude-code", lambda: compaction.findings(workspace)),
        ("store", lambda: _of_store(place, again)),
        ("spool", lambda: spool.findings(Path(beside(place)), again)),
        ("processes", lambda: processes.findings(Path(beside(place)))),
        ("sidecar", lambda: sidecar.findings(workspace, place)),
    ]
    for name, subject in subjects:
        try:
            yield from subject()
        except Exception as fault:  # the installation may be broken in any way
            yield Finding(f"{name}.doctor", "error", f"could not be checked: {type(fault).__name__}: {fault}")


def _of_store(place: str, again: list[str]) -> Iterator[Finding]:
    if not is_url(place):
        return store.findings(Path(place), again)
    from ctxbudget_server.doctor import database  # its driver is not in every installation

    return database.findings(place)
