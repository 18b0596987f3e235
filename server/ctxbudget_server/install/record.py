"""What was changed in a file, kept beside the stores, so that exactly that can be taken back."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from ctxbudget_server.install import files
from ctxbudget_server.install.draft import Edit, undone
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.store.location import state_home

FOLDER: Final = "ctxbudget"
SUBFOLDER: Final = "installed"


@dataclass(slots=True)
class Record:
    """What was done to one file. It holds no text of the user's except what was replaced."""

    file: str
    host: str
    created: bool = False
    """The file did not exist."""
    folders: list[str] = field(default_factory=list)
    """Folders that were created for it, the outermost first."""
    edits: list[Edit] = field(default_factory=list)
    """From the text before to the one that was written; empty if they no longer lead back."""
    sha256: str = ""
    """Of what was written; a file with another hash was changed since."""
    kept: list[str] = field(default_factory=list)
    """Containers that were there before, as `hooks` or `hooks.Stop`, and stay even if they become empty."""
    replaced: dict[str, str] = field(default_factory=dict)
    """Command lines that were written in the place of others: the new one, and the one before."""

    def before(self, text: str) -> str | None:
        """The text before the installation; None if the file was changed since."""
        return undone(text, self.edits) if self.edits and self.sha256 == digest(text) else None


def digest(text: str) -> str:
    """The hash of a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _place(target: Path) -> Path:
    name = hashlib.sha256(os.fsencode(target)).hexdigest()[:24]
    return Path(state_home(), FOLDER, SUBFOLDER, f"{name}.json")


def load(target: Path) -> Record | None:
    """The record of a file; None if there is none that can be read."""
    try:
        found = json.loads(_place(target).read_bytes())
        record = Record(**found)
        record.edits = [Edit(*edit) for edit in record.edits]
    except (OSError, ValueError, TypeError):
        return None
    return record if record.file == str(target) else None


def save(target: Path, record: Record) -> None:
    """Keep a record, readable only by this user. Raises `InstallError`."""
    path = _place(target)
    text = json.dumps(asdict(record), indent=1) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            path.touch(mode=0o600, exist_ok=False)
    except OSError as fault:
        raise InstallError(f"{path}: {fault.strerror}; nothing is changed") from fault
    files.write(files.read(path), text)


def forget(target: Path) -> None:
    """Delete a record, and its folder if it was the last."""
    path = _place(target)
    with suppress(OSError):
        path.unlink()
        path.parent.rmdir()
