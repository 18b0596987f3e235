"""Events that wait beside the store until a process can record them.

    STORE.spool/              a folder that only this user can read
      ORDER-RANDOM            an event: a line with its length and checksum, then its bytes
      .ORDER-RANDOM           an event being written; its writer holds a lock on it
      folding                 locked by the process that is folding events in
      lost                    a byte for each event for which there was no room
      rejected/ORDER-RANDOM   an event that can never be folded in, and ORDER-RANDOM.reason beside it

An event appears under its name only once all of it is on the disk, so a process that is killed leaves either the event
or an unfinished file, which `sweep` finds. What an event means is up to the code that folds it in.
"""

from __future__ import annotations

import binascii
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.store.file.locks import try_lock
from ctxbudget_server.store.location import beside

MAX_EVENTS: Final = 10_000
MAX_BYTES: Final = 256 * 1024 * 1024
"""Disk space that waiting events may take in all."""
MAX_REJECTED: Final = 1_000
"""Rejected events that are kept; beyond that the oldest are deleted and counted as lost."""
MAX_HEADER_BYTES: Final = 64
UNFINISHED_SECONDS: Final = 10.0
"""An unlocked unfinished file older than this was left by a process that was killed."""

_MAGIC: Final = b"ctxbudget-event 1"
_REASON: Final = ".reason"
_NOT_EVENTS: Final = frozenset({"folding", "lost", "rejected"})


class SpoolFullError(OSError):
    """There is no room for another event; it was counted as lost."""


class DamagedEventError(ValueError):
    """A file in the spool that is not a complete event; the message says what is wrong."""


class SpoolState(NamedTuple):
    """What a spool contains."""

    pending: int
    """Waiting events, including unfinished ones."""
    rejected: int
    """Events that could not be folded in and were set aside."""
    oldest: float | None
    """When the oldest waiting event was spooled, in seconds since the epoch."""
    lost: int
    """Events for which there was no room."""


def spool_folder(store: Path | str) -> Path:
    """The folder of a store's spool."""
    return Path(f"{os.path.realpath(beside(str(store)))}.spool")


def spool_state(store: Path | str) -> SpoolState:
    """What the spool of the store at this path contains. Raises OSError if it cannot be read."""
    return Spool(store).state()


class Spool:
    """The spool of one store. Safe for many threads and processes. All methods may raise OSError."""

    def __init__(self, store: Path | str) -> None:
        self.folder = spool_folder(store)

    def is_empty(self) -> bool:
        """Whether nothing is waiting. Reads one folder, which is cheap enough before every write."""
        return not self._listed()

    def put(self, event: bytes, *, durable: bool = True) -> None:
        """Add an event behind all those waiting. `durable`: it also survives a power cut.

        Raises SpoolFullError.
        """
        self._make_private()
        while True:
            waiting = self._listed()
            self._refuse_beyond_bounds(waiting, len(event))
            if self._written(_next_name(waiting), _framed(event), durable):
                return

    def pending(self) -> list[str]:
        """The names of the waiting events, oldest first."""
        return [name for name in self._listed() if not name.startswith(".")]

    def read(self, name: str) -> bytes:
        """Read an event. Raises DamagedEventError."""
        return _unframed((self.folder / name).read_bytes())

    def done(self, name: str) -> None:
        """Remove an event that was folded in."""
        with suppress(FileNotFoundError):
            (self.folder / name).unlink()

    def reject(self, name: str, reason: str) -> None:
        """Set aside an event that can never be folded in."""
        aside = self.folder / "rejected"
        aside.mkdir(mode=0o700, exist_ok=True)
        plain = name.removeprefix(".")
        _write_private(aside / f"{plain}{_REASON}", reason.encode("utf-8", "replace") + b"\n")
        with suppress(FileNotFoundError):
            (self.folder / name).replace(aside / plain)
        for old in self._rejected()[:-MAX_REJECTED]:
            (aside / old).unlink(missing_ok=True)
            (aside / f"{old}{_REASON}").unlink(missing_ok=True)
            self._count_lost()

    def sweep(self) -> list[str]:
        """Deal with what killed processes left unfinished: complete events wait from now on, others are rejected.

        Returns the names of those rejected.
        """
        torn = []
        for name in self._listed():
            if name.startswith(".") and not self._finished(name):
                torn.append(name.removeprefix("."))
        return torn

    @contextmanager
    def folding(self) -> Iterator[bool]:
        """Whether this process may fold events in during the block: only one may at a time."""
        self._make_private()
        descriptor = os.open(self.folder / "folding", os.O_RDWR | os.O_CREAT | _SAFELY, 0o600)
        try:
            yield try_lock(descriptor)
        finally:
            os.close(descriptor)

    def state(self) -> SpoolState:
        """What it contains."""
        waiting = self._listed()
        oldest = min((_moment(name) for name in waiting), default=None)
        lost = self.folder / "lost"
        return SpoolState(len(waiting), len(self._rejected()), oldest, lost.stat().st_size if lost.exists() else 0)

    # ------------------------------------------------------------------ the folder

    def _listed(self) -> list[str]:
        """Events and unfinished files, in the order of their names."""
        try:
            names = set(os.listdir(self.folder)) - _NOT_EVENTS  # noqa: PTH208 (runs before every write)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(names, key=lambda name: name.removeprefix("."))

    def _rejected(self) -> list[str]:
        try:
            return sorted(one.name for one in (self.folder / "rejected").iterdir() if one.suffix != _REASON)
        except FileNotFoundError:
            return []

    def _make_private(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or (hasattr(os, "geteuid") and status.st_uid != os.geteuid()):
            raise PermissionError(f"{self.folder} is not a folder owned by this user")
        if stat.S_IMODE(status.st_mode) & 0o077:
            self.folder.chmod(0o700)

    def _refuse_beyond_bounds(self, waiting: list[str], size: int) -> None:
        held = sum(self._size(name) for name in waiting)
        if len(waiting) < MAX_EVENTS and held + size <= MAX_BYTES:
            return
        self._count_lost()
        raise SpoolFullError(f"the spool is full: {len(waiting):,} events of {held:,} bytes are in {self.folder}")

    def _size(self, name: str) -> int:
        try:
            return (self.folder / name).lstat().st_size
        except FileNotFoundError:
            return 0

    def _count_lost(self) -> None:
        _write_private(self.folder / "lost", b"1", os.O_APPEND)

    # ------------------------------------------------------------------ one event

    def _written(self, name: str, data: bytes, durable: bool) -> bool:
        """Whether the event is in place; False if writing took so long that a sweep removed the unfinished file."""
        unfinished = self.folder / f".{name}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFELY, 0o600)
        try:
            try_lock(descriptor)
            _write_all(descriptor, data)
            if durable:
                os.fsync(descriptor)
            unfinished.rename(self.folder / name)
        except FileNotFoundError:
            return False
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
        if durable:
            _sync_folder(self.folder)
        return True

    def _finished(self, name: str) -> bool:
        """Whether an unfinished file is a complete event by now or still being written; False if it was rejected."""
        unfinished = self.folder / name
        try:
            descriptor = os.open(unfinished, os.O_RDONLY | _SAFELY)
        except FileNotFoundError:
            return True
        try:
            if time.time() - os.fstat(descriptor).st_mtime < UNFINISHED_SECONDS or not try_lock(descriptor):
                return True
            _unframed(unfinished.read_bytes())
            unfinished.rename(self.folder / name.removeprefix("."))
        except DamagedEventError as fault:
            self.reject(name, f"its process was killed while writing the event: {fault}")
            return False
        except FileNotFoundError:
            return True
        finally:
            os.close(descriptor)
        return True


_SAFELY: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def _next_name(waiting: list[str]) -> str:
    """A name that sorts after all waiting events, even if the clock was set back."""
    last = _order(waiting[-1]) if waiting else 0
    return f"{max(time.time_ns(), last + 1):016x}-{os.urandom(4).hex()}"


def _order(name: str) -> int:
    try:
        return int(name.removeprefix(".").partition("-")[0], 16)
    except ValueError:
        return 0


def _moment(name: str) -> float:
    return _order(name) / 1e9


def _framed(event: bytes) -> bytes:
    return b"%b %d %08x\n%b" % (_MAGIC, len(event), binascii.crc32(event), event)


def _unframed(data: bytes) -> bytes:
    header, found, event = data.partition(b"\n")
    if not found or len(header) > MAX_HEADER_BYTES or not header.startswith(_MAGIC + b" "):
        raise DamagedEventError("it does not begin like an event")
    length, _, checksum = header[len(_MAGIC) + 1 :].partition(b" ")
    if length != b"%d" % len(event):
        raise DamagedEventError(f"it has {len(event)} bytes instead of {length.decode('ascii', 'replace')}")
    if checksum != b"%08x" % binascii.crc32(event):
        raise DamagedEventError("its checksum does not match")
    return event


def _write_private(path: Path, data: bytes, how: int = os.O_TRUNC) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how | _SAFELY, 0o600)
    try:
        _write_all(descriptor, data)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system supports it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
