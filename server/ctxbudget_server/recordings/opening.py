"""A recording as lines, by its path."""

from __future__ import annotations

import json
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from ctxbudget_server.recordings import opencode
from ctxbudget_server.recordings.model import MAX_BYTES, RecordingError
from ctxbudget_server.transcripts.lines import Line


def lines_of(name: str) -> Iterator[Line]:
    """The lines of a recording, one after the other; `-` is stdin. Raises `OSError`, `UnicodeError`, `RecordingError`.

    A session in a database of opencode, `PATH#SESSION`, and one in its folders are one line.
    """
    if name == "-":
        yield from _lines(sys.stdin.buffer, "stdin")
        return
    path = Path(name)
    database, mark, session = name.rpartition(opencode.MARK)
    if mark and not path.exists() and opencode.is_database(Path(database)):
        yield json.dumps(opencode.session_in(Path(database), session))
    elif opencode.is_database(path):
        yield json.dumps(opencode.session_in(path, None))
    elif opencode.is_session_file(file := opencode.session_of_folder(path) or path):
        yield json.dumps(opencode.session_of_files(file))
    else:
        with path.open("rb") as opened:
            yield from _lines(opened, name)


def is_plain(name: str) -> bool:
    """Whether a recording is a file of lines, and neither a session of opencode's database nor in its folders."""
    path = Path(name)
    return path.is_file() and not opencode.is_database(path) and not opencode.is_session_file(path)


def lines_read(lines: Iterator[bytes], name: str) -> Iterator[Line]:
    """Lines that were read of a file, without their breaks. What PowerShell redirects is UTF-16.

    Raises `RecordingError` and `UnicodeError`.
    """
    first = next(lines, b"")
    whole = _within(chain([first], lines), MAX_BYTES, name)
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        yield from b"\n".join(whole).decode("utf-16", "surrogatepass").split("\n")
    else:
        yield from whole


def _lines(file: BinaryIO, name: str) -> Iterator[Line]:
    """The lines of a file. What PowerShell redirects is UTF-16."""
    first = file.readline(MAX_BYTES + 1)
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        yield from (first + file.read(MAX_BYTES)).decode("utf-16", "surrogatepass").split("\n")
        return
    yield from _within([first], MAX_BYTES, name)
    yield from _within(file, MAX_BYTES - len(first), name)


def _within(lines: Iterable[bytes], limit: int, name: str) -> Iterator[bytes]:
    """The lines, as long as they are not more than a limit in bytes."""
    for line in lines:
        limit -= len(line)
        if limit < 0:
            raise RecordingError(f"{name} is larger than {MAX_BYTES:,} bytes")
        yield line
