"""The workspace, and reading files in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ctxbudget_protocol.errors import Location, ProtocolError
from ctxbudget_protocol.values import NamedTuple, dataclass
from ctxbudget_server.store.location import workspace_around, workspace_chosen
from ctxbudget_server.workspace.opening import NotRegularError, OutsideError, inside, open_inside
from ctxbudget_server.workspace.writing import write_whole

MAX_LINE_BYTES = 64 << 20
"""A longer line of a file is read in pieces of this size."""
MAX_NULS_IN_LOGS = 0.05
"""Maximum share of NUL bytes in a log."""
_LOG = re.compile(r"\.(?:log(?:\.\d+)?|out|tap)$", re.I)


def find_workspace(option: str | None, start: str | None) -> Path:
    """The real path of the workspace: `option`, else CTXBUDGET_WORKSPACE, else the nearest marked ancestor of
    `start` (a folder or `file:` URI; the current directory if absent), else that folder itself.
    """
    for text in (option, start):
        if text and "\0" in path_of(text):
            raise ProtocolError("pathUnreadable", "the workspace has a NUL character", path=text, reason="NUL")
    if chosen := workspace_chosen(option):
        workspace = Path(path_of(chosen)).resolve()
        if not workspace.is_dir():
            raise ProtocolError(
                "pathUnreadable", f"the workspace {workspace} is not a folder", path=chosen, reason="not a folder"
            )
        return workspace
    return Path(workspace_around(path_of(start) if start else "."))


def path_of(text: str) -> str:
    """The path of a `file:` URI; any other text is already a path."""
    if not text.lower().startswith("file:"):
        return text
    from urllib.parse import unquote, urlsplit  # hooks do not need it

    parts = urlsplit(text)
    if parts.netloc not in ("", "localhost"):
        raise ProtocolError("pathNotAllowed", f"{text} names another host", path=text)
    path = unquote(parts.path)
    # file:///C:/x names C:/x
    return path[1:] if os.name == "nt" and path[2:3] == ":" else path


class TextFile(NamedTuple):
    """A file that was read: its text, its size in UTF-8 bytes, and its real path."""

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Documents:
    """Reads text files inside the workspace and the extra roots, up to `max_bytes` each."""

    workspace: Path
    extra_roots: Sequence[Path]
    max_bytes: int

    def shown(self, path: str | None) -> str | None:
        """A path relative to the workspace, since the folders above it say nothing about a document."""
        if path is None:
            return None
        try:
            return Path(path).relative_to(self.workspace).as_posix()
        except ValueError:
            return Path(path).name

    def named(self, given: str, loc: Location) -> str:
        """The absolute path of a file that need not exist, without looking at the disk."""
        return os.path.normpath(self._absolute(given, loc))

    def locate(self, given: str, loc: Location) -> Path:
        """The real path of `given`: absolute, a `file:` URI, or relative to the workspace. Raises `pathNotAllowed`."""
        try:
            return Path(inside(self._absolute(given, loc), self._roots)[1])
        except OutsideError as outside:
            raise self._outside(str(outside), given, loc) from None

    def read(self, given: str, loc: Location) -> TextFile:
        """The file at `given`. Raises `pathNotAllowed`, `pathUnreadable`, `payloadTooLarge` or `notText` with `loc`."""
        path = self._absolute(given, loc)
        try:
            data, real = self._bytes(path, loc)
        except (OutsideError, NotRegularError, OSError) as fault:
            raise self._unreadable(fault, path, given, loc) from fault
        return TextFile(
            as_text(data, loc, given, is_log=bool(_LOG.search(given))), os.fsencode(real).decode("utf-8", "replace")
        )

    def lines(self, given: str, loc: Location) -> Iterator[bytes]:
        """The lines of a file of any size, without their line breaks. Raises what `read` does."""
        path = self._absolute(given, loc)
        try:
            descriptor, _ = open_inside(path, self._roots)
        except (OutsideError, NotRegularError, OSError) as fault:
            raise self._unreadable(fault, path, given, loc) from fault
        with os.fdopen(descriptor, "rb") as file:
            while line := file.readline(MAX_LINE_BYTES):
                yield line.removesuffix(b"\n")

    def write(self, given: str, lines: Iterable[bytes], loc: Location, *, overwrite: bool) -> str:
        """Write a file that is complete or not there at all; returns its real path.

        Raises `pathNotAllowed` if it is outside the roots, or exists and is not to be overwritten; `pathUnreadable` if
        its folder cannot be written to.
        """
        path = self._absolute(given, loc)
        real = self.locate(str(path.parent), loc) / path.name
        if os.path.lexists(real) and not (overwrite and real.is_file() and not real.is_symlink()):
            why = "exists already, and is not to be overwritten" if real.is_file() else "is not a regular file"
            raise ProtocolError("pathNotAllowed", f"{real} {why}", loc=loc, path=given)
        try:
            write_whole(real, lines, overwrite=overwrite)
        except OSError as fault:
            raise self._unreadable(fault, path, given, loc) from fault
        return str(real)

    @property
    def _roots(self) -> Sequence[Path]:
        return (self.workspace, *self.extra_roots)

    def _absolute(self, given: str, loc: Location) -> Path:
        path = path_of(given)
        if "\0" in path:
            raise ProtocolError("pathUnreadable", "the path has a NUL character", loc=loc, path=given, reason="NUL")
        return self.workspace / path

    def _unreadable(self, fault: Exception, path: Path, given: str, loc: Location) -> ProtocolError:
        if isinstance(fault, OutsideError):
            return self._outside(str(fault), given, loc)
        if isinstance(fault, NotRegularError):
            return ProtocolError("pathNotAllowed", f"{fault} is not a regular file", loc=loc, path=given)
        reason = getattr(fault, "strerror", None) or str(fault)
        return ProtocolError("pathUnreadable", f"{path}: {reason}", loc=loc, path=given, reason=reason)

    def _outside(self, real: str, given: str, loc: Location) -> ProtocolError:
        message = f"{real} is outside the workspace {self.workspace}"
        return ProtocolError("pathNotAllowed", message, loc=loc, path=given)

    def _bytes(self, path: Path, loc: Location) -> tuple[bytes, str]:
        descriptor, real = open_inside(path, self._roots)
        try:
            check_size(os.fstat(descriptor).st_size, self.max_bytes, loc)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(self.max_bytes + 1)
            check_size(len(data), self.max_bytes, loc)
            return data, real
        finally:
            os.close(descriptor)


def check_size(size: int, limit: int, loc: Location) -> None:
    """Raise `payloadTooLarge` if a document of `size` bytes is over `limit` bytes."""
    if size > limit:
        raise ProtocolError(
            "payloadTooLarge",
            f"a document of {size:,} bytes is over the limit of {limit:,}",
            loc=loc,
            limit=limit,
            size=size,
        )


def as_text(data: bytes, loc: Location, given: str, *, is_log: bool = False) -> str:
    """Decode UTF-8 bytes; a byte-order mark is kept. Raises `notText`, for a log only if it has many NUL bytes.

    Programs print a NUL now and then, and a log that is cut while it is written begins with some.
    """
    nul = data.find(b"\0")
    if nul >= 0 and not (is_log and data.count(b"\0") <= MAX_NULS_IN_LOGS * len(data)):
        raise ProtocolError(
            "notText", f"{given} is binary: it has a NUL byte at offset {nul}", loc=loc, path=given, offset=nul
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise ProtocolError(
            "notText",
            f"{given} is not UTF-8: invalid byte at offset {fault.start}",
            loc=loc,
            path=given,
            offset=fault.start,
        ) from fault
