"""`ctxbudget count`: counts the tokens of files and folders, and shows the provenance."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import Limits
from ctxbudget_server.account.content import Figure
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.presentation.arguments import whole_number
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show, show_json, show_progress
from ctxbudget_server.presentation.terminal import line
from ctxbudget_server.workspace.documents import as_text, check_size
from ctxbudget_server.workspace.opening import NotRegularError, OutsideError, open_inside

FITS, OVER, FAILED = 0, 1, 2
"""Exit codes: everything was counted (and fits); it does not fit; a file could not be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """The figure of one file."""

    path: str
    tokens: int
    bytes: int
    provenance: str


EXAMPLES = (
    ("ctxbudget count README.md docs/", "files and a folder, as a tree"),
    ("git diff | ctxbudget count -", "what a command prints"),
    ("ctxbudget count --fits 4000 prompt.md && ./send prompt.md", "only if it fits"),
    ("ctxbudget count --model claude-sonnet-5 --json prompt.md", "for a model, for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="files, or folders, shown as a tree; - reads stdin")
    parser.add_argument("--model", help="count for this model (default: the settings' model, else o200k_base)")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument(
        "--fits", type=whole_number(0), metavar="N", help="exit with 1 if the total is more than N tokens"
    )


def run(options: Namespace) -> int:
    """Print figures and a total. Binary files in folders are skipped; other unreadable files are reported."""
    job = _Job(Counter(options.model or _model_of_workspace()))
    groups = [(name, list(job.count(name))) for name in options.files]
    rows = [row for _, group in groups for row in group]
    total = sum(row.tokens for row in rows)
    if options.json:
        _print_json(rows, total, job.counter, options.fits)
    else:
        _print_tables(groups, total)
        _print_verdict(total, job.counter, options.fits)
    if job.failed:
        return FAILED
    return OVER if options.fits is not None and total > options.fits else FITS


def _model_of_workspace() -> str | None:
    """The model that the files of settings name; what is wrong in them is told."""
    from ctxbudget_server.account.settings import Settings, in_one_line, problems_of
    from ctxbudget_server.settings.current import CurrentSettings
    from ctxbudget_server.workspace.documents import find_workspace

    try:
        files = CurrentSettings(str(find_workspace(None, None))).now()
    except ProtocolError:
        return None
    if warning := in_one_line(problems_of(files)):
        complain("count", warning)
    return Settings.of({}, files).model


class _Job:
    """Counts what the command names, and shows progress on a terminal."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.failed = False

    def count(self, name: str) -> Iterator[Row]:
        """The rows of one argument: a file, a folder, or `-`."""
        folder = Path(name)
        if name == "-" or not folder.is_dir():
            yield from self._one(name, sys.stdin.buffer.read() if name == "-" else None)
            return
        from ctxbudget_server.workspace.folders import files_below

        paths = list(files_below(folder, self._warn))
        root = os.path.realpath(folder)
        for done, path in enumerate(paths):
            self._progress(done, len(paths))
            yield from self._one(str(path), None, root)
        self._progress(len(paths), len(paths))

    def _one(self, name: str, data: bytes | None, root: str | None = None) -> Iterator[Row]:
        """The row of a file. With `root` it was found in that folder, and must still be there."""
        try:
            data = _read(name, root) if data is None else data
            figure = self._figure(name, data)
        except OSError as fault:
            self._fail(f"{name}: {fault.strerror}")
        except (OutsideError, NotRegularError):
            self._fail(f"{name}: no longer a regular file in the folder")
        except ProtocolError as fault:
            if root and fault.name == "notText" and b"\0" in (data or b""):
                return
            self._fail(fault.message)
        else:
            yield Row(name, figure.tokens, len(data), figure.provenance)

    def _figure(self, name: str, data: bytes) -> Figure:
        check_size(len(data), Limits().max_document_bytes, ["files"])
        return self.counter.figure(as_text(data, ["files"], name), lambda: None)

    def _fail(self, message: str) -> None:
        self.failed = True
        self._warn(message)

    def _warn(self, message: str) -> None:
        complain("count", message)

    def _progress(self, done: int, of: int) -> None:
        if done == of:
            show_progress("")
        elif done % 10 == 0:
            bar = "#" * (30 * done // of)
            show_progress(f"[{bar:30}] {done:,} of {of:,} files")


def _read(name: str, root: str | None) -> bytes:
    with Path(name).open("rb") if root is None else os.fdopen(open_inside(name, [root])[0], "rb") as file:
        return file.read(Limits().max_document_bytes + 1)


def _print_json(rows: Sequence[Row], total: int, counter: Counter, limit: int | None) -> None:
    family = counter.family
    figures = {
        "counts": [asdict(row) for row in rows],
        "total": total,
        "model": counter.model,
        "encoding": family.encoding,
        "family": family.name,
        "provenance": counter.provenance,
        "expectedError": counter.expected_error,
    }
    show_json(figures if limit is None else {**figures, "limit": limit, "fits": total <= limit})


def _print_tables(groups: Sequence[tuple[str, Sequence[Row]]], total: int) -> None:
    from ctxbudget_server.cli.tree import tree_lines

    lines = []
    for name, rows in groups:
        folder = Path(name)
        if name != "-" and folder.is_dir():
            figures = {Path(row.path).relative_to(folder): row.tokens for row in rows}
            lines += list(tree_lines(name.rstrip("/"), figures))
        else:
            lines += [(row.tokens, row.path) for row in rows]
    width = len(f"{total:,}")
    if len(groups) > 1:
        lines.append((total, "total"))
    tell(f"{tokens:>{width},}  {label}" for tokens, label in lines)


def _rule(model: str, counter: Counter) -> str:
    """By which rule the figures of a model were made."""
    family = counter.family
    if counter.provenance == "exact":
        return f"{model}: exact, counted with {family.encoding}"
    error = counter.expected_error
    if family.name == "unknown":
        return (
            f"{model}: not a model that is known; estimated as if it were counted with {family.encoding}, error unknown"
        )
    off = f"median error {error:.1%}" if error is not None else "error unknown"
    return f"{model}: estimated by the rule of the family {family.name} from {family.encoding}, {off}"


def _print_verdict(total: int, counter: Counter, limit: int | None) -> None:
    if counter.model is not None:
        show([_rule(line(counter.model), counter)], sys.stderr)
    if limit is not None:
        verdict = (
            f"fits: {limit - total:,} tokens left" if total <= limit else f"does not fit: {total - limit:,} too many"
        )
        show([f"{verdict} of {limit:,}"], sys.stderr)
