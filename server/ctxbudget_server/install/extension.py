"""Our extension in VS Code and its kin, put there and taken out by the editor's own command."""

from __future__ import annotations

import hashlib
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ctxbudget_server.install import record
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.record import Record
from ctxbudget_server.install.vsix import Package

FILE: Final = "ctxbudget.vsix"
PATIENCE_SECONDS: Final = 180
"""Starting an editor's command may load all of the editor."""


@dataclass(frozen=True, slots=True)
class Extension:
    """The extension in one editor. It is recorded by its hash, since not every change of it has a new version."""

    host: str
    command: str
    """The path of the editor's command."""
    place: Path
    """What it is recorded by: the editor's folder of settings."""
    package: Package

    @property
    def digest(self) -> str:
        """The hash of the packed extension."""
        return hashlib.sha256(self.package.body).hexdigest()

    def is_there(self, version: str | None = None) -> bool:
        """Whether the editor says that it has the extension, in this version. Raises `InstallError`."""
        listed = run(self.command, "--list-extensions", "--show-versions").lower().split()
        names = [line.partition("@") for line in listed]
        return any(name == self.package.id.lower() and version in (None, there) for name, _, there in names)


def recorded(place: Path) -> Record | None:
    """What we installed in the editor with this folder of settings; None: nothing."""
    return record.load(place / FILE)


@dataclass(slots=True)
class Installing:
    """A step: the extension is put into the editor, over one that is there."""

    extension: Extension
    changes: bool

    def check(self) -> None:
        """As in `Step`."""

    def diff(self) -> Iterator[str]:
        """As in `Step`."""
        if self.changes:
            size = len(self.extension.package.body)
            line = shlex.join((self.extension.command, "--install-extension", FILE, "--force"))
            yield f"$ {line}   # packed for it: {size:,} bytes"

    def apply(self) -> None:
        """As in `Step`."""
        if not self.changes:
            return
        ours = self.extension
        try:
            with tempfile.TemporaryDirectory(prefix="ctxbudget-") as folder:
                file = Path(folder, FILE)
                file.write_bytes(ours.package.body)
                run(ours.command, "--install-extension", str(file), "--force")
        except OSError as fault:
            raise InstallError(f"{FILE} could not be written for {ours.command}: {fault.strerror}") from fault
        try:
            is_there = ours.is_there(ours.package.version)
        except InstallError as fault:
            self._record()  # so that uninstalling takes it out
            raise InstallError(
                f"{fault}; {ours.command} had just installed the extension {ours.package.id} without a fault, so it is "
                "there, but its setting is not written: install again once that command works"
            ) from fault
        if not is_there:
            raise InstallError(f"{ours.command} reported no fault, but does not list {ours.package.id}")
        self._record()

    def _record(self) -> None:
        target = self.extension.place / FILE
        record.save(target, Record(str(target), self.extension.host, created=True, sha256=self.extension.digest))


@dataclass(slots=True)
class Removing:
    """A step: the extension is taken out of the editor."""

    extension: Extension
    changes: bool

    def check(self) -> None:
        """As in `Step`."""

    def diff(self) -> Iterator[str]:
        """As in `Step`."""
        if self.changes:
            line = shlex.join((self.extension.command, "--uninstall-extension", self.extension.package.id))
            yield f"$ {line}"

    def apply(self) -> None:
        """As in `Step`."""
        if self.changes:
            run(self.extension.command, "--uninstall-extension", self.extension.package.id)
        record.forget(self.extension.place / FILE)


def run(command: str, *words: str) -> str:
    """What the editor's command prints. Raises `InstallError` with what it says, if it fails."""
    called = shlex.join((command, *words))
    try:
        done = subprocess.run(
            [command, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise InstallError(f"{called}: no answer after {PATIENCE_SECONDS} seconds") from fault
    except OSError as fault:
        raise InstallError(f"{called}: {fault.strerror}") from fault
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}")[-1000:]
        raise InstallError(f"{called} failed: {said}")
    return done.stdout
