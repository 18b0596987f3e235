"""The user's files: read as they are, replaced as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from ctxbudget_server.install.faults import InstallError

MAX_BYTES: Final = 16 * 1024 * 1024


class Content(NamedTuple):
    """A file as it is: the file that its name leads to through links, and its text."""

    name: Path
    """As the host knows it."""
    target: Path
    text: str | None
    """None: there is no file."""


def read(name: Path) -> Content:
    """Read a file for changing it. Raises `InstallError`."""
    try:
        target = Path(os.path.realpath(name))
        if not target.exists():
            if target.is_symlink():
                raise InstallError(f"{name}: the links there lead in a circle; nothing is changed")
            return Content(name, target, None)
        if not target.is_file():
            raise InstallError(f"{name} is not a file; nothing is changed")
        body = target.read_bytes()
    except OSError as fault:
        raise InstallError(f"{name}: {fault.strerror}; nothing is changed") from fault
    if len(body) > MAX_BYTES:
        raise InstallError(f"{name}: larger than {MAX_BYTES:,} bytes; nothing is changed")
    try:
        return Content(name, target, body.decode("utf-8"))
    except UnicodeDecodeError as fault:
        line = body.count(b"\n", 0, fault.start) + 1
        raise InstallError(f"{name}: line {line}: not UTF-8 text; nothing is changed") from fault


def check_writable(content: Content) -> None:
    """Raise `InstallError` where a file must not be replaced."""
    if content.text is not None and not content.target.stat().st_mode & 0o222:
        raise InstallError(f"{content.name} is read-only; nothing is changed. Make it writable first")


def folders_to_make(target: Path) -> list[Path]:
    """The folders above a file that are missing, the outermost first."""
    return [folder for folder in reversed(target.parents) if not folder.exists()]


def write(content: Content, text: str) -> None:
    """Replace the text of a file, or create it; its mode stays. Raises `InstallError`.

    What another process wrote since the file was read is never overwritten.
    """
    target = content.target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            if content.text is None:
                Path(made).chmod(0o666 & ~_mask())
            else:
                status = target.stat()
                with suppress(OSError):
                    os.chown(made, status.st_uid, status.st_gid)
                Path(made).chmod(status.st_mode & 0o7777)
            if read(content.name) != content:
                raise InstallError(f"{content.name} was changed by another program just now; try again")
            Path(made).replace(target)
        finally:
            with suppress(OSError):
                Path(made).unlink()
    except OSError as fault:
        raise InstallError(f"{content.name}: {fault.strerror}; it is not changed") from fault


def delete(content: Content) -> None:
    """Delete a file that was created here. Raises `InstallError`."""
    try:
        content.target.unlink()
    except OSError as fault:
        raise InstallError(f"{content.name}: {fault.strerror}; it is not deleted") from fault


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
