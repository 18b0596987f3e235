"""Reads the files of a folder that may take part, within bounds, and says which it did not read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import Limits
from ctxbudget_server.evaluation.model import Document, LeftOut
from ctxbudget_server.workspace.documents import as_text
from ctxbudget_server.workspace.opening import NotRegularError, OutsideError, open_inside

DOCUMENTS = (".md", ".markdown", ".mdx", ".txt", ".rst", ".adoc")
DIFFS = (".diff", ".patch")
TRANSCRIPTS = (".jsonl",)
NOT_SEARCHED = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox"})
"""Folders of version control, dependencies and caches."""

MAX_ENTRIES = 50_000
"""Maximum number of files and folders that are looked at."""
MAX_FILES = 2_000
"""Maximum number of files that are read."""
MAX_BYTES = 256 * 1024 * 1024
"""Maximum size of everything that is read."""
MAX_TRANSCRIPT_BYTES = 64 * 1024 * 1024

LINK = "links are not followed"
OTHER = "not Markdown, text, a diff or a recorded conversation (.jsonl), by suffix"
BINARY = "binary"
NOT_UTF8 = "not UTF-8"
UNREADABLE = "cannot be read"


class Found(NamedTuple):
    """The files of a folder."""

    documents: tuple[Document, ...]
    left_out: tuple[LeftOut, ...]
    not_searched: tuple[str, ...]
    """Folders that were not entered."""
    is_cut: bool
    """Whether the folder has more entries than `MAX_ENTRIES`."""


class _Entry(NamedTuple):
    path: str
    kind: str


def read_folder(folder: Path, progress: Callable[[int], None]) -> Found:
    """Read the folder; `progress` is called with the number of files read so far. Raises OSError if it cannot."""
    root = os.path.realpath(folder)
    documents: list[Document] = []
    left_out: list[LeftOut] = []
    not_searched: list[str] = []
    size = entries = 0
    for path, kind in _entries(root):
        entries += 1
        if entries > MAX_ENTRIES:
            break
        if kind == "file":
            text = _text(root, path, MAX_BYTES - size) if len(documents) < MAX_FILES else _too_many(path)
            if isinstance(text, Document):
                documents.append(text)
                size += len(text.text)
                progress(len(documents))
            else:
                left_out.append(text)
        elif kind == "not searched":
            not_searched.append(path)
        elif kind != "folder":
            left_out.append(LeftOut(path, kind))
    return Found(tuple(documents), tuple(left_out), tuple(not_searched), entries > MAX_ENTRIES)


def _entries(root: str) -> Iterator[_Entry]:
    """Everything below a folder, depth first and sorted by name, with its kind or the reason why it is left out."""
    with os.scandir(root):
        pass  # a folder that cannot be read at all is an error
    pending = [_Entry("", "folder")]
    while pending:
        entry = pending.pop()
        if entry.path:
            yield entry
        if entry.kind != "folder":
            continue
        try:
            with os.scandir(Path(root, entry.path)) as scanned:
                below = sorted(scanned, key=lambda each: each.name, reverse=True)
        except OSError:
            yield _Entry(entry.path, UNREADABLE)
            continue
        prefix = f"{entry.path}/" if entry.path else ""
        pending += [_Entry(prefix + each.name, _kind(each)) for each in below]


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return LINK
    if entry.is_dir(follow_symlinks=False):
        return "not searched" if entry.name in NOT_SEARCHED else "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "not a regular file"


def _too_many(path: str) -> LeftOut:
    if not path.lower().endswith((*DOCUMENTS, *DIFFS, *TRANSCRIPTS)):
        return LeftOut(path, OTHER)
    return LeftOut(path, f"beyond the first {MAX_FILES:,} files")


def _text(root: str, path: str, room: int) -> Document | LeftOut:
    name = path.lower()
    if not name.endswith((*DOCUMENTS, *DIFFS, *TRANSCRIPTS)):
        return LeftOut(path, OTHER)
    limit = MAX_TRANSCRIPT_BYTES if name.endswith(TRANSCRIPTS) else Limits().max_document_bytes
    try:
        with os.fdopen(open_inside(Path(root, path), [root])[0], "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > limit:
                return LeftOut(path, f"larger than {limit // 2**20} MiB")
            if size > room:
                return LeftOut(path, f"beyond the first {MAX_BYTES // 2**20} MiB")
            data = file.read(limit)
        return Document(path, as_text(data, ["folder"], path).removeprefix("\ufeff"))
    except ProtocolError:
        return LeftOut(path, BINARY if b"\0" in data else NOT_UTF8)
    except (OSError, OutsideError, NotRegularError):
        return LeftOut(path, UNREADABLE)
