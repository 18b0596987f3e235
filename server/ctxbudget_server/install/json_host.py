"""Installing into, and uninstalling from, a host whose hooks are in a JSON file of settings."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ctxbudget_server.install import files, record
from ctxbudget_server.install.commands import call_in
from ctxbudget_server.install.plan import Change, Plan
from ctxbudget_server.install.record import Record
from ctxbudget_server.install.settings_file import SettingsFile, Wanted


class Wiring(NamedTuple):
    """What belongs into a file of settings."""

    host: str
    path: Path
    comments: bool
    """The host reads comments and trailing commas in this file."""
    hooks: tuple[Wanted, ...]
    status_line: str | None = None
    note: str | None = None
    """What the user should know, for an installation."""


def install(wiring: Wiring) -> Plan:
    """The plan that wires everything. Raises `InstallError`."""
    content = files.read(wiring.path)
    old = record.load(content.target)
    text = content.text
    base = old.before(text) if old is not None and text is not None else None
    # Where the file was changed since, our entries are renewed in place, and taken out by their shape one day.
    changed = old if old is not None and text is not None and base is None else None
    settings = SettingsFile(str(wiring.path), base if base is not None else text or "", comments=wiring.comments)
    kept = changed.kept if changed else settings.containers()
    for wanted in wiring.hooks:
        settings.wire(wanted)
    plan = Plan(notes=[wiring.note] if wiring.note else [])
    has_line = wiring.status_line is not None and settings.wire_status_line(wiring.status_line)
    if wiring.status_line is not None and not has_line:
        plan.notes.append(
            "the status line that is set there stays; ours is printed by "
            "`ctxbudget statusline`, which reads the same JSON from stdin"
        )
    after = settings.draft.text
    if after == text:
        return plan
    known = changed.replaced if changed else {}
    replaced = {line: known.get(before, before) for line, before in settings.replaced.items()}
    new = Record(
        str(content.target),
        wiring.host,
        text is None or (old is not None and old.created),
        (old.folders if old else []) + [str(folder) for folder in files.folders_to_make(content.target)],
        [] if changed else settings.draft.edits,
        record.digest(after),
        kept,
        {**known, **{line: before for line, before in replaced.items() if not _is_guarded(before)}},
    )
    plan.changes.append(Change(content, after, new))
    what = [f"hooks for {len(wiring.hooks)} events"] if wiring.hooks else []
    what += ["the status line"] if has_line else []
    plan.done.append(f"{wiring.path}: {' and '.join(what)}")
    return plan


def uninstall(wiring: Wiring) -> Plan:
    """The plan that takes out what `install` added. Raises `InstallError`."""
    content = files.read(wiring.path)
    old = record.load(content.target)
    plan = Plan()
    if content.text is None:
        if old is not None:
            plan.changes.append(Change(content, None, None, old.folders))
        return plan
    after: str | None = old.before(content.text) if old is not None else None
    if after is None:
        settings = SettingsFile(str(wiring.path), content.text, comments=wiring.comments)
        settings.unwire(old.kept if old else [], old.replaced if old else {})
        after = settings.draft.text
    if old is not None and old.created and after.strip() in ("", "{}"):
        after = None
    if after != content.text or old is not None:
        plan.changes.append(Change(content, after, None, old.folders if old else []))
    if after != content.text:
        plan.done.append(f"{wiring.path}: {'deleted' if after is None else 'what was added is taken out'}")
    by_hand = _set_by_hand(wiring, after)
    if by_hand:
        plan.notes.append(f"{wiring.path} has {by_hand} hooks of ctxbudget that were set by hand; they stay")
    return plan


def _set_by_hand(wiring: Wiring, text: str | None) -> int:
    if text is None:
        return 0
    return len(SettingsFile(str(wiring.path), text, comments=wiring.comments).ours())


def _is_guarded(line: str) -> bool:
    call = call_in(line)
    return call is not None and call.guarded
