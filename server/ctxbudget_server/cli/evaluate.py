"""`ctxbudget evaluate`: which facts of a user's own reports survive a cut, beside two simpler ways to cut."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.cli.evaluation_lines import left_out_lines, lines
from ctxbudget_server.evaluation.comparison import LIMITS, METHODS, Comparison, Row, compare
from ctxbudget_server.evaluation.folder import MAX_ENTRIES, Found, read_folder
from ctxbudget_server.evaluation.model import LeftOut
from ctxbudget_server.evaluation.pairing import pair
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show, show_json, show_progress

COMPARED, NOTHING, FAILED = 0, 1, 2
"""Exit codes: reports were compared; there is nothing to compare; the folder cannot be read."""

MAX_NAMED = 100
"""Maximum number of files of one reason that the JSON names; it counts all of them."""

REMEDY = (
    "it needs reports and what came after them, such as reports/001_cache.md beside plans/001_cache.md, research.md "
    "beside plan.md, or a diff or a recorded conversation (.jsonl) in the same folder or with the same name; the facts "
    "are back-ticked spans and paths that both contain"
)

EXAMPLES = (
    ("ctxbudget evaluate specs/", "which facts of your reports survive a cut"),
    ("ctxbudget evaluate specs/ --json", "the same for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "folder", metavar="FOLDER", help="reports, and the plans, diffs or recorded conversations that came after them"
    )
    parser.add_argument("--model", help="count for this model (default: o200k_base)")
    parser.add_argument("--json", action="store_true", help="the figures as JSON, with all facts by name")


def run(options: Namespace) -> int:
    """Print the figures. Files are only read."""
    folder, counter = Path(options.folder), Counter(options.model)
    try:
        found = read_folder(folder, lambda done: _progress(f"read {done:,} files"))
        pairing = pair(found.documents)
        of = len(pairing.pairs)
        compared = compare(
            pairing.pairs, counter, lambda: None, lambda done: _progress(f"compared {done:,} of {of:,} reports")
        )
    except (OSError, ValueError) as fault:  # a ValueError: the name cannot be a path
        complain("evaluate", f"{options.folder}: {fault.strerror if isinstance(fault, OSError) else fault}")
        return FAILED
    finally:
        show_progress("")
    left_out = by_reason([*found.left_out, *pairing.left_out, *compared.left_out])
    if not compared.rows:
        complain("evaluate", f"nothing to compare in {options.folder}: {REMEDY}")
        show(left_out_lines(left_out, found), sys.stderr)
        return NOTHING
    if options.json:
        show_json(_wire(options.folder, counter, compared, left_out, found))
    else:
        tell(lines(compared.rows, counter, left_out, found))
    return COMPARED


def by_reason(left_out: Iterable[LeftOut]) -> dict[str, list[str]]:
    """The paths of what is left out, by reason."""
    paths: dict[str, list[str]] = defaultdict(list)
    for each in left_out:
        paths[each.reason].append(each.path)
    return dict(paths)


def _progress(text: str) -> None:
    show_progress(text)


def _wire(
    folder: str, counter: Counter, compared: Comparison, left_out: dict[str, list[str]], found: Found
) -> dict[str, Any]:
    return {
        "folder": folder,
        "base": "needed: the distinct back-ticked spans and paths of a report that what came after it contains",
        "model": counter.model,
        "encoding": counter.family.encoding,
        "provenance": counter.provenance,
        "expectedError": counter.expected_error,
        "limits": LIMITS,
        "reports": [_report(row) for row in compared.rows],
        "total": _total(compared.rows),
        "leftOut": [
            {"reason": reason, "count": len(paths), "paths": paths[:MAX_NAMED]} for reason, paths in left_out.items()
        ],
        "notSearched": found.not_searched[:MAX_NAMED],
        "maxEntries": MAX_ENTRIES if found.is_cut else None,
    }


def _report(row: Row) -> dict[str, Any]:
    return {
        "path": row.path,
        "tokens": row.tokens,
        "after": [{"path": each.document.path, "kind": each.kind, "why": each.why} for each in row.after],
        "facts": row.stated,
        "needed": row.needed,
        "cuts": [
            {
                "method": cut.method,
                "limit": cut.limit,
                "tokens": cut.tokens,
                "kept": len(cut.kept),
                "share": round(len(cut.kept) / len(row.needed), 4),
                "lost": row.lost(cut.method, cut.limit),
            }
            for cut in row.cuts
        ],
    }


def _total(rows: Sequence[Row]) -> dict[str, Any]:
    needed = sum(len(row.needed) for row in rows)
    cuts = []
    for method in METHODS:
        for limit in LIMITS:
            made = [row.cut(method, limit) for row in rows]
            kept = sum(len(cut.kept) for cut in made)
            mean = sum(len(cut.kept) / len(row.needed) for row, cut in zip(rows, made, strict=True)) / len(rows)
            cuts.append(
                {
                    "method": method,
                    "limit": limit,
                    "tokens": sum(cut.tokens for cut in made),
                    "kept": kept,
                    "share": round(kept / needed, 4),
                    "meanOfReports": round(mean, 4),
                }
            )
    return {"reports": len(rows), "needed": needed, "cuts": cuts}
