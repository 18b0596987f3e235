"""Prints for people, on standard output and standard error. No other module does, so nothing bypasses the escaping.

`cli/printing.py` and `cli/hook_guard.py` only pass on bytes, made for programs or by these functions.
"""

from __future__ import annotations

import os
import sys

from ctxbudget_server.presentation.terminal import json_text, line

TYPE_CHECKING = False
if TYPE_CHECKING:  # hooks have no time for `pathlib` and `typing`
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType
    from typing import Any, TextIO

CLEAR_LINE = "\r\x1b[K"


def show(lines: Iterable[str], stream: TextIO | None = None, paint: Callable[[str], str] | None = None) -> None:
    """Print lines, on standard output by default. `paint` gets each line after it was made safe."""
    safe = map(line, lines)
    _write("".join(f"{each}\n" for each in (map(paint, safe) if paint else safe)), stream or sys.stdout)


def complain(command: str, message: str) -> None:
    """Report a problem on standard error, in one line."""
    words = "ctxbudget " + command if command else "ctxbudget"
    start = CLEAR_LINE if sys.stderr.isatty() else ""
    _write(f"{start}{line(f'{words}: {message}')}\n", sys.stderr)


def show_progress(text: str) -> None:
    """Replace the last progress text, if standard error is a terminal; an empty text removes it."""
    if sys.stderr.isatty():
        _write(f"{CLEAR_LINE}{line(text)}", sys.stderr)


def show_path(path: Path) -> None:
    """Print a path: exactly for a program, which will open it; escaped for a terminal."""
    if sys.stdout.isatty():
        show([str(path)])
    else:
        sys.stdout.buffer.write(os.fsencode(path) + b"\n")
        sys.stdout.buffer.flush()


def show_crash(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback of an internal error; for `sys.excepthook`."""
    import traceback

    lines = "".join(traceback.format_exception(kind, fault, trace)).rstrip("\n").split("\n")
    show(lines, sys.stderr)


def show_exactly(text: str) -> None:
    """Print a line of ASCII for programs as it is."""
    _write(text + "\n", sys.stdout)


def show_document(text: str) -> None:
    """Write a document for programs, such as a page, exactly as UTF-8."""
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def show_json(value: Any, *, indent: int | None = None) -> None:
    """Print a value as JSON for programs: exact, in ASCII."""
    _write(json_text(value, indent=indent) + "\n", sys.stdout)


def show_readably(body: bytes) -> None:
    """Print JSON for people: indented, with all characters that can be shown, and its names in colour."""
    import json
    import re

    text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    name = re.compile(r'^( *)("(?:[^"\\]|\\.)*")(?=: )')
    is_coloured = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    show(text.split("\n"), paint=(lambda each: name.sub("\\1\x1b[36m\\2\x1b[0m", each)) if is_coloured else None)


def _write(text: str, stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
