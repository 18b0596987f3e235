"""Checks the store: where it is, who owns it, whether it is intact, and what it has lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.doctor.finding import Finding, command
from ctxbudget_server.store.damage import inspection
from ctxbudget_server.store.damage.inspection import Contents
from ctxbudget_server.store.file.classification import MAX_EMPTY_BYTES, Kind
from ctxbudget_server.store.file.paths import obstacle
from ctxbudget_server.store.file.permissions import refuse_unsafe
from ctxbudget_server.store.schema import VERSION


def findings(path: Path, again: list[str]) -> Iterator[Finding]:
    """All findings about the store at the path. `again` are the options that make a command use that store."""
    try:
        own = inspection.entry(path)
    except OSError as fault:
        yield Finding(
            "store.path",
            "error",
            f"{path} cannot be examined: {fault.strerror}",
            command("ls", "-ld", str(path.parent)),
        )
        return
    if own is None and (above := obstacle(path)) is not None:
        message = f"there can be no store at {path}: {above} is not a folder"
        yield Finding("store.path", "error", message, command("ls", "-ld", str(above)))
        return
    if own is None:
        yield Finding("store.path", "ok", f"there is no store yet at {path}: the first request that writes creates it")
        if path.parent.exists() and (unsafe := _safety(path)) is not None:
            yield unsafe
    elif not own.is_regular:
        yield Finding("store.path", "error", f"{path} is not a regular file", command("ls", "-ld", str(path)))
        return
    else:
        yield from _files(path)
        yield from _contents(path, own, again)
    yield from _set_aside(path)


def _safety(path: Path) -> Finding | None:
    """What the store itself would refuse, with its own message."""
    try:
        refuse_unsafe(path)
    except ProtocolError as fault:
        return Finding("store.permissions", "error", fault.message, str(fault.fields["remedy"]))
    return None


def _files(path: Path) -> Iterator[Finding]:
    found = inspection.files(path)
    size = sum(each.size for each in found)
    data = {"path": str(path), "bytes": size, "files": {each.path: each.size for each in found}}
    yield Finding(
        "store.path", "ok", f"{path}, {size:,} bytes in {len(found)} file{'s' * (len(found) > 1)}", None, data
    )
    if (unsafe := _safety(path)) is not None:
        yield unsafe
        return
    open_ = [each for each in found if each.is_ours and each.readable_by_others]
    for each in open_:
        message = f"other users can access {each.path} (mode {each.mode:04o}); the next request stops that"
        yield Finding("store.permissions", "warning", message, command("chmod", "600", each.path))
    if not open_:
        yield Finding("store.permissions", "ok", "only this user can access its files")


def _contents(path: Path, own: inspection.Entry, again: list[str]) -> Iterator[Finding]:
    repair = command("ctxbudget", "doctor", *again, "--repair")
    if own.size <= MAX_EMPTY_BYTES:
        message = f"{path} is empty ({own.size} bytes): no store was ever written there, or it was truncated"
        yield Finding("store.integrity", "warning", message, repair)
        return
    try:
        found = inspection.contents(path)
    except TimeoutError as fault:
        yield Finding("store.integrity", "warning", f"not checked: {fault}", command("ctxbudget", "doctor", *again))
        return
    except OSError as fault:
        yield Finding(
            "store.integrity", "error", f"{path} cannot be read: {fault.strerror}", command("ls", "-l", str(path))
        )
        return
    if found.kind is not Kind.OURS:
        message = f"{path} is not a store: it is another program's file; choose another path"
        remedy = command("ctxbudget", "doctor", "--store", f"{path}.ctxbudget")
        yield Finding("store.integrity", "error", message, remedy)
        return
    if found.version is not None:
        yield _version(path, found.version)
    if found.version is None or found.version <= VERSION:
        yield from _integrity(found, repair)
    remedy = command("ctxbudget", "doctor", *again, "--acknowledge")
    for loss in found.losses:
        yield Finding("store.losses", "error", f"{loss.found_at}: {loss.message}", remedy, loss.detail)


def _version(path: Path, found: int) -> Finding:
    data = {"version": found, "supported": VERSION}
    if found > VERSION:
        message = f"a newer ctxbudget wrote {path} (version {found}; this one supports {VERSION})"
        remedy = command(sys.executable, "-m", "pip", "install", "--upgrade", "ctxbudget")
        return Finding("store.version", "error", message, remedy, data)
    if found < VERSION:
        message = f"an older ctxbudget wrote it (version {found}): the next request migrates it to {VERSION}"
        return Finding("store.version", "notice", message, None, data)
    return Finding("store.version", "ok", f"version {found}, that of this ctxbudget", None, data)


def _integrity(found: Contents, repair: str) -> Iterator[Finding]:
    mendable = [fault.message for fault in found.faults if fault.mendable]
    if mendable:
        more = f", and {len(mendable) - 1} more findings" if len(mendable) > 1 else ""
        message = f"the store is damaged: {mendable[0]}{more}"
        yield Finding("store.integrity", "error", message, repair, {"faults": mendable})
    elif found.sessions is not None:
        sessions = f"{found.sessions:,} session{'s' * (found.sessions != 1)}"
        yield Finding("store.integrity", "ok", f"its file and its figures are intact; it has {sessions}")
    for fault in found.faults:
        if not fault.mendable:
            name = "store.log" if fault.kind == "log" else "store.originals"
            yield Finding(name, "error", f"{fault.message}, and cannot be recovered")


def _set_aside(path: Path) -> Iterator[Finding]:
    kept = inspection.set_aside(path)
    if kept:
        size = sum(each.size for each in kept)
        verb = "s are" if len(kept) > 1 else " is"
        message = f"{len(kept)} file{verb} kept beside it of stores that were damaged, {size:,} bytes"
        remedy = command("rm", *(each.path for each in kept))
        yield Finding("store.setAside", "notice", message, remedy, {"files": [each.path for each in kept]})
