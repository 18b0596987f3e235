"""Installing into a file and taking it out again, whatever kind of file it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ctxbudget_server.install import files, record
from ctxbudget_server.install.draft import Edit
from ctxbudget_server.install.plan import Change, Plan
from ctxbudget_server.install.record import Record


@dataclass(slots=True)
class Wired:
    """A text with our entries in it."""

    text: str
    edits: list[Edit]
    what: str
    """What it has now, for people."""
    kept: list[str] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)
    """Both as in `Record`."""
    notes: list[str] = field(default_factory=list)


class Wiring(Protocol):
    """What belongs into one file of a host. Methods raise `InstallError` where the file is not what the host reads."""

    @property
    def host(self) -> str:
        """The name of the host."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def is_all_ours(self) -> bool:
        """Whether the whole file is ours: people need not read it line by line, and it goes as a whole."""

    def wired(self, text: str) -> Wired:
        """A text with our entries: new ones, or those that are there renewed."""

    def unwired(self, text: str, old: Record | None) -> str:
        """A text without the entries that `wired` adds."""

    def is_empty(self, text: str) -> bool:
        """Whether a text says nothing, so that a file made for it can go."""

    def remarks(self, text: str) -> list[str]:
        """What is left of ours after uninstalling, for people."""


def install(wiring: Wiring) -> Plan:
    """The plan that wires everything. Raises `InstallError`."""
    content = files.read(wiring.path)
    old = record.load(content.target)
    text = content.text
    base = old.before(text) if old is not None and text is not None else None
    # Where the file was changed since, our entries are renewed in place, and taken out by their shape one day.
    changed = old if old is not None and text is not None and base is None else None
    wired = wiring.wired(base if base is not None else text or "")
    plan = Plan(notes=wired.notes)
    if wired.text == text:
        return plan
    known = changed.replaced if changed else {}
    made = Record(
        str(content.target),
        wiring.host,
        text is None or (old is not None and old.created),
        (old.folders if old else []) + [str(folder) for folder in files.folders_to_make(content.target)],
        [] if changed else wired.edits,
        record.digest(wired.text),
        changed.kept if changed else wired.kept,
        {**known, **{line: known.get(before, before) for line, before in wired.replaced.items()}},
    )
    lines = f"{wiring.path}: {wired.text.count(chr(10)):,} lines, all of ctxbudget"
    plan.steps.append(Change(content, wired.text, made, in_short=lines if wiring.is_all_ours else None))
    plan.done.append(f"{wiring.path}: {wired.what}")
    return plan


def uninstall(wiring: Wiring) -> Plan:
    """The plan that takes out what `install` added. Raises `InstallError`."""
    content = files.read(wiring.path)
    old = record.load(content.target)
    plan = Plan()
    if content.text is None:
        if old is not None:
            plan.steps.append(Change(content, None, None, old.folders))
        return plan
    after: str | None = old.before(content.text) if old is not None else None
    if after is None:
        after = wiring.unwired(content.text, old)
    is_made_here = (old is not None and old.created) or (wiring.is_all_ours and after != content.text)
    if is_made_here and wiring.is_empty(after):
        after = None
    if after != content.text or old is not None:
        plan.steps.append(Change(content, after, None, old.folders if old else []))
    if after != content.text:
        plan.done.append(f"{wiring.path}: {'deleted' if after is None else 'what was added is taken out'}")
    if after is not None:
        plan.notes += wiring.remarks(after)
    return plan
