"""The store: where it is, whose it is, whether it is whole, and what it has lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ctxbudget_server.doctor.finding import Finding, command
from ctxbudget_server.store import inspection

EMPTY_BYTES: Final = 1
"""SQLite takes a file of so many bytes for a new database."""


def findings(path: Path, again: list[str]) -> Iterator[Finding]:
    """All that is to be said of the store at the path. `again` are the words that name it to a command."""
    try:
        own, folder = inspection.entry(path), inspection.entry(path.parent)
    except OSError as fault:
        yield Finding(
            "store.path",
            "error",
            f"{path} cannot be looked at: {fault.strerror}",
            command("ls", "-ld", str(path.parent)),
        )
        return
    if folder is not None:
        yield from _folder(folder)
    if own is None:
        yield Finding("store.path", "ok", f"there is no store yet at {path}: the first request that writes makes it")
    elif not own.is_regular:
        yield Finding("store.path", "error", f"{path} is not a regular file", command("ls", "-ld", str(path)))
        return
    else:
        yield from _files(path)
        yield from _contents(path, own, again)
    yield from _set_aside(path)


def _folder(folder: inspection.Entry) -> Iterator[Finding]:
    if not folder.is_ours:
        message = f"the folder {folder.path} belongs to another user ({folder.owner})"
        yield Finding("store.permissions", "error", message, command("sudo", "chown", "-R", str(_me()), folder.path))
    elif folder.writable_by_others:
        message = f"others may write to the folder {folder.path} (mode {folder.mode:04o})"
        yield Finding("store.permissions", "error", message, command("chmod", "go-w", folder.path))


def _files(path: Path) -> Iterator[Finding]:
    found = inspection.files(path)
    size = sum(each.size for each in found)
    data = {"path": str(path), "bytes": size, "files": {each.path: each.size for each in found}}
    yield Finding(
        "store.path", "ok", f"{path}, {size:,} bytes in {len(found)} file{'s' * (len(found) > 1)}", None, data
    )
    strange = [each for each in found if not each.is_ours]
    open_ = [each for each in found if each.is_ours and each.readable_by_others]
    for each in strange:
        message = f"{each.path} belongs to another user ({each.owner})"
        yield Finding("store.permissions", "error", message, command("sudo", "chown", str(_me()), each.path))
    for each in open_:
        message = f"others may read {each.path} (mode {each.mode:04o})"
        yield Finding("store.permissions", "warning", message, command("chmod", "600", each.path))
    if not strange and not open_:
        yield Finding("store.permissions", "ok", "its files are this user's alone")


def _contents(path: Path, own: inspection.Entry, again: list[str]) -> Iterator[Finding]:
    repair = command("ctxbudget", "doctor", *again, "--repair")
    if own.size <= EMPTY_BYTES:
        message = f"{path} is empty ({own.size} bytes): a store was never written there, or all of it was cut off"
        yield Finding("store.integrity", "warning", message, repair)
        return
    try:
        found = inspection.contents(path)
    except TimeoutError as fault:
        yield Finding("store.integrity", "warning", f"not looked at: {fault}", command("ctxbudget", "doctor", *again))
        return
    except OSError as fault:
        yield Finding(
            "store.integrity", "error", f"{path} cannot be read: {fault.strerror}", command("ls", "-l", str(path))
        )
        return
    if not found.is_store:
        message = f"{path} is not a store: it is another program's file; name another one with --store"
        yield Finding(
            "store.integrity", "error", message, command("ctxbudget", "doctor", "--store", f"{path}.ctxbudget")
        )
        return
    yield from _version(path, found)
    yield from _integrity(found, repair)
    yield from _losses(found, again)


def _version(path: Path, found: inspection.Contents) -> Iterator[Finding]:
    if found.version is None:
        return
    data = {"version": found.version, "supported": found.supported}
    if found.version > found.supported:
        message = f"a newer ctxbudget wrote {path} (version {found.version}; this one knows {found.supported})"
        remedy = command(sys.executable, "-m", "pip", "install", "--upgrade", "ctxbudget")
        yield Finding("store.version", "error", message, remedy, data)
    elif found.version < found.supported:
        message = (
            f"an older ctxbudget wrote it (version {found.version}): the next request takes it to {found.supported}"
        )
        yield Finding("store.version", "notice", message, None, data)
    else:
        yield Finding("store.version", "ok", f"its version is {found.version}, as of this ctxbudget", None, data)


def _integrity(found: inspection.Contents, repair: str) -> Iterator[Finding]:
    if not found.faults:
        sessions = (
            f"; it has {found.sessions:,} session{'s' * (found.sessions != 1)}" if found.sessions is not None else ""
        )
        yield Finding("store.integrity", "ok", f"the store is whole{sessions}", None, {"sessions": found.sessions})
        return
    more = f", and {len(found.faults) - 1} more faults" if len(found.faults) > 1 else ""
    message = f"the store is damaged: {found.faults[0]}{more}"
    yield Finding("store.integrity", "error", message, repair, {"faults": found.faults})


def _losses(found: inspection.Contents, again: list[str]) -> Iterator[Finding]:
    remedy = command("ctxbudget", "doctor", *again, "--acknowledge")
    for when, message in found.losses:
        yield Finding("store.losses", "error", f"{when}: {message}", remedy, {"at": when})


def _set_aside(path: Path) -> Iterator[Finding]:
    kept = inspection.set_aside(path)
    if kept:
        size = sum(each.size for each in kept)
        message = f"{len(kept)} damaged file{'s are' if len(kept) > 1 else ' is'} kept beside it, {size:,} bytes"
        remedy = command("rm", *(each.path for each in kept))
        yield Finding("store.setAside", "notice", message, remedy, {"files": [each.path for each in kept]})


def _me() -> int:
    import os

    return os.geteuid() if hasattr(os, "geteuid") else 0
