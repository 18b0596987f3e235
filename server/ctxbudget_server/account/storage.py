"""The store as files on the user's disk: where it is, how large, what takes the space; and how to clean it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ctxbudget_protocol.records import camel
from ctxbudget_server.account.retention import Dropped, Retention, retain
from ctxbudget_server.store.file.paths import LOCK_SUFFIX, QUEUE_SUFFIX, RESERVE_SUFFIX, SEEN_SUFFIX
from ctxbudget_server.store.interface import Store
from ctxbudget_server.store.location import is_url

KEYS_AT_ONCE: Final = 1_000
"""Expired request keys removed in one transaction."""

SET_ASIDE: Final = "{name}.damaged-*"
"""Damaged files set aside beside a store."""


_FILES: Final = {
    "store": "",
    "wal": "-wal",
    "sharedMemory": "-shm",
    "lock": LOCK_SUFFIX,
    "seen": SEEN_SUFFIX,
    "reserve": RESERVE_SUFFIX,
    "queue": QUEUE_SUFFIX,
}
"""What is added to a store's name for each of its files."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning did. Bytes, before and after, are those of the file and its WAL, or of what a database keeps."""

    retained: Dropped
    expired_keys: int
    before_bytes: int
    after_bytes: int
    complete: bool
    """False if other processes kept it from finishing: deleted content may still be in the files."""


def shown(store: Store, place: str) -> dict[str, Any]:
    """Where the store is, the size of its files, and what takes the space, in wire form. Does not create a file."""
    if is_url(place):
        with store.read() as reader:
            figures = _wire(asdict(reader.usage()))
        return {"path": place, "exists": True, "files": {}, "setAside": [], **figures}
    path = Path(place)
    files = {name: size_of(Path(f"{path}{suffix}")) for name, suffix in _FILES.items()}
    known: dict[str, Any] = {"path": str(path), "exists": path.exists(), "files": files}
    aside = sorted(path.parent.glob(SET_ASIDE.format(name=path.name)))
    known["setAside"] = [{"path": str(file), "bytes": size_of(file)} for file in aside]
    if not known["exists"]:
        return known
    with store.read() as reader:
        return {**known, **_wire(asdict(reader.usage()))}


def cleaned(store: Store, place: str, retention: Retention | None, now: datetime, *, rewrite: bool) -> Cleaned:
    """Apply retention, remove expired request keys, and free space; with `rewrite`, rewrite the file."""
    before = _total(store, place)
    dropped = retain(store, retention, now, "store") if retention else Dropped()
    expired = _expired(store)
    complete = store.rewrite() if rewrite else store.give_back()
    return Cleaned(dropped, expired, before, _total(store, place), complete)


def _expired(store: Store) -> int:
    expired = 0
    while True:
        with store.write(lambda: None) as writer:
            at_once = writer.expire_keys(KEYS_AT_ONCE)
        expired += at_once
        if at_once < KEYS_AT_ONCE:
            return expired


def _total(store: Store, place: str) -> int:
    if is_url(place):
        with store.read() as reader:
            return reader.used_bytes()
    path = Path(place)
    return sum(size_of(Path(f"{path}{suffix}")) for suffix in ("", "-wal"))


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _wire(value: Any) -> Any:
    if isinstance(value, dict):
        return {camel(name): _wire(one) for name, one in value.items()}
    return [_wire(one) for one in value] if isinstance(value, list) else value
