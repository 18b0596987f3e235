"""`ctxbudget count`: the tokens of files, with their provenance."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict, dataclass
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import Limits
from ctxbudget_server.services.counting import family_of, figure
from ctxbudget_server.services.workspace import as_text, check_size


@dataclass(frozen=True, slots=True)
class Row:
    """One file's figure."""

    path: str
    tokens: int
    bytes: int
    provenance: str


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="files to count; - reads stdin")
    parser.add_argument("--model", help="count for this model (default: o200k_base)")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")


def run(options: Namespace) -> int:
    """Print a line a file and a total; files that cannot be read are named on stderr and make the exit code 1."""
    rows, failed = [], False
    for name in options.files:
        try:
            rows.append(_count(name, options.model))
        except OSError as fault:
            failed = True
            print(f"ctxbudget count: {name}: {fault.strerror}", file=sys.stderr)
        except ProtocolError as fault:
            failed = True
            print(f"ctxbudget count: {fault.message}", file=sys.stderr)
    total = sum(row.tokens for row in rows)
    if options.json:
        family = family_of(options.model)
        figures = {"counts": [asdict(row) for row in rows], "total": total, "encoding": family.encoding}
        print(json.dumps({**figures, "family": family.name, "provenance": family.provenance}))
    else:
        _print_table(rows, total, options.model)
    sys.stdout.flush()
    return 1 if failed else 0


def _count(name: str, model: str | None) -> Row:
    limit = Limits().max_document_bytes
    if name == "-":
        data = sys.stdin.buffer.read(limit + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(limit + 1)
    check_size(len(data), limit, ["files"])
    counted = figure(as_text(data, ["files"], name), model, lambda: None)
    return Row(name, counted.tokens, len(data), counted.provenance)


def _print_table(rows: list[Row], total: int, model: str | None) -> None:
    width = max([len(f"{row.tokens:,}") for row in rows] + [len(f"{total:,}")], default=1)
    for row in rows:
        print(f"{row.tokens:>{width},}  {row.path}")
    if len(rows) != 1:
        print(f"{total:>{width},}  total")
    family = family_of(model)
    if family.provenance != "exact":
        error = family.expected_error
        off = f", off by {error.median:.0%} in the median" if error else ", by how much it is off is not known"
        print(f"estimated for {family.name} from {family.encoding}{off}", file=sys.stderr)
