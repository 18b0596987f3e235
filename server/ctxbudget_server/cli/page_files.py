"""Where pages go that commands write: a file, standard output, or the browser."""

from __future__ import annotations

import re
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ctxbudget_server.pages.library import ADVICE, has_extra
from ctxbudget_server.presentation.output import complain, show, show_document

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def add_page_options(parser: ArgumentParser) -> None:
    """The options that say where to."""
    parser.add_argument("--out", metavar="FILE", help="write it to this file; - is standard output")
    parser.add_argument("--open", action="store_true", help="make a page, and show it in the browser")


def fault_of_page_options(options: Namespace, *, wants_page: bool) -> str | None:
    """What is wrong with them: the extra is missing, or there is nothing to open. None: nothing."""
    if options.open and options.out == "-":
        return "--open needs a file, which --out - does not write"
    return ADVICE if wants_page and not has_extra() else None


def deliver(command: str, page: str, options: Namespace, name: str) -> int:
    """Write a page where the options say: by default to standard output if that is not a terminal, else to a file
    named after `name` in this folder. Returns the exit code."""
    if options.out == "-" or (options.out is None and not options.open and not sys.stdout.isatty()):
        show_document(page)
        return 0
    path = Path(options.out) if options.out else _default_path(name, temporary=options.open)
    if code := write_page(command, page, str(path)):
        return code
    if options.open and not _opened(path):
        complain(command, f"no browser was found; open {path} yourself")
    return 0


def write_page(command: str, page: str, out: str) -> int:
    """Write a page to a file, or to standard output if that is `-`. Returns the exit code."""
    if out == "-":
        show_document(page)
        return 0
    path = Path(out)
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as fault:
        complain(command, f"{path}: {fault.strerror}")
        return 1
    show([f"{path}: {path.stat().st_size:,} bytes"])
    return 0


def _default_path(name: str, *, temporary: bool) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ctxbudget-")) if temporary else Path()
    return folder / f"ctxbudget-{_NOT_IN_NAMES.sub('-', name).strip('.-') or 'page'}.html"


def _opened(path: Path) -> bool:
    import webbrowser

    return webbrowser.open(path.resolve().as_uri())
