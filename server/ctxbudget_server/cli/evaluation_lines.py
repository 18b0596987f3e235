"""What `ctxbudget evaluate` prints for people, within 80 columns where names allow it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.evaluation.comparison import LIMITS, METHODS, Row
from ctxbudget_server.evaluation.folder import MAX_ENTRIES, Found

WIDTH = 80
NAMED = 3
"""How many files or lost facts are named before `… n more`."""
MIDDLE = LIMITS[1]
"""The limit at which lost facts are named."""
TITLES = {"extract": "metadata/extract", "first": "first tokens", "fixed": "fixed summary"}


def lines(rows: Sequence[Row], counter: Counter, left_out: Mapping[str, Sequence[str]], found: Found) -> Iterator[str]:
    """The reports, the total, what is left out, and what the figures are."""
    for row in rows:
        yield from _report(row)
        yield ""
    yield from _total(rows)
    yield ""
    if below := left_out_lines(left_out, found):
        yield from below
        yield ""
    yield from _legend(counter)


def left_out_lines(left_out: Mapping[str, Sequence[str]], found: Found) -> list[str]:
    """What takes no part, by reason."""
    out = []
    if count := sum(map(len, left_out.values())):
        out.append(f"left out: {_files(count)}")
    for reason, paths in left_out.items():
        out += _wrapped(f"{reason}:", paths, "  ")
    if found.not_searched:
        out += _wrapped("not searched:", found.not_searched, "")
    if found.is_cut:
        out.append(f"only the first {MAX_ENTRIES:,} files and folders were looked at")
    return out


def _files(count: int) -> str:
    return f"{count:,} file{'s' * (count != 1)}"


def _report(row: Row) -> Iterator[str]:
    yield row.path
    yield from _wrapped("then:", [f"{each.document.path} ({each.why})" for each in row.after], "  ")
    needed = f"{len(row.needed):,} of its {row.stated:,} facts were needed"
    yield f"  {row.tokens:,} tokens; {needed}; kept of these {len(row.needed):,}:"
    yield _line("", [f"{limit} tokens" for limit in LIMITS])
    for method in METHODS:
        kept = [len(row.cut(method, limit).kept) for limit in LIMITS]
        yield _line(TITLES[method], [f"{count:,} {count / len(row.needed):>4.0%}" for count in kept])
    if lost := row.lost("extract", MIDDLE):
        yield from _wrapped(f"lost by metadata/extract at {MIDDLE}:", [f"`{fact}`" for fact in lost], "  ")


def _total(rows: Sequence[Row]) -> Iterator[str]:
    needed = sum(len(row.needed) for row in rows)
    yield f"total: {len(rows):,} report{'s' * (len(rows) != 1)}; kept of all {needed:,} facts that were needed:"
    yield _line("", [f"{limit} tokens" for limit in LIMITS])
    for method in METHODS:
        kept = [sum(len(row.cut(method, limit).kept) for row in rows) for limit in LIMITS]
        yield _line(TITLES[method], [f"{count:,} {count / needed:>4.0%}" for count in kept])
    yield "mean tokens of the texts:"
    for method in METHODS:
        used = [sum(row.cut(method, limit).tokens for row in rows) / len(rows) for limit in LIMITS]
        yield _line(TITLES[method], [f"{mean:,.0f}" for mean in used])


def _line(title: str, cells: Sequence[str]) -> str:
    return f"    {title:<18}" + "".join(f"{cell:>16}" for cell in cells)


def _legend(counter: Counter) -> Iterator[str]:
    error = counter.expected_error
    off = "" if error is None else f", median error {error:.1%}"
    model = f" for {counter.model}" if counter.model else ""
    texts = (
        "facts: the distinct back-ticked spans and paths of a report; needed: those that what came after it contains "
        "byte for byte. A diff counts with the lines that it changes, a conversation with what the agent wrote.",
        "metadata/extract: this program's. first tokens: the report's beginning. fixed summary: title, path, the first "
        "50 words and three findings.",
        f"tokens{model}: {counter.provenance} ({counter.family.encoding}{off})",
    )
    for text in texts:
        yield from textwrap.wrap(text, WIDTH)


def _wrapped(head: str, names: Sequence[str], indent: str) -> list[str]:
    """A head and the first names, wrapped between names; a name is never broken."""
    shown = [*names[:NAMED], *([f"… {len(names) - NAMED:,} more"] if len(names) > NAMED else [])]
    out = textwrap.wrap(head, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
    for position, name in enumerate(shown):
        word = name + "," * (position < len(shown) - 1)
        if len(out[-1]) + 1 + len(word) > WIDTH:
            out.append(f"{indent}  {word}")
        else:
            out[-1] += f" {word}"
    return out
