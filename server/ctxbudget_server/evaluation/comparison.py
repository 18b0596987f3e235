"""Cuts each report in three ways and counts which of the facts that were needed later are still in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.evaluation.facts import contains, facts_of
from ctxbudget_server.evaluation.later import Said, changed_lines, said_in, written_after
from ctxbudget_server.evaluation.model import After, LeftOut, Pair
from ctxbudget_server.evaluation.recipe import fixed_summary
from ctxbudget_server.extract import extract
from ctxbudget_server.transcripts.detection import read_transcript
from ctxbudget_server.transcripts.model import Transcript, TranscriptError

LIMITS = (100, 250, 500)
"""Tokens that a report is cut to."""
METHODS = ("extract", "first", "fixed")
"""`metadata/extract`, the first tokens of the report, and the fixed summary cut to the limit."""
MAX_REPORTS = 1_000

NO_FACTS = "what came after contains none of their facts"
NO_FACTS_LATER = "contain no fact of the reports before them"
NOTHING_READABLE = "what came after cannot be read"
TOO_MANY = f"beyond the first {MAX_REPORTS:,} reports"

Check = Callable[[], None]


class Cut(NamedTuple):
    """A report cut by one method to one limit."""

    method: str
    limit: int
    tokens: int
    kept: tuple[str, ...]
    """The needed facts that it contains."""


class Row(NamedTuple):
    """One report, what came after it, and its cuts."""

    path: str
    tokens: int
    after: tuple[After, ...]
    stated: int
    """How many facts the report has; `needed` are those that what came after contains."""
    needed: tuple[str, ...]
    cuts: tuple[Cut, ...]

    def cut(self, method: str, limit: int) -> Cut:
        """The cut by a method to a limit."""
        return next(each for each in self.cuts if (each.method, each.limit) == (method, limit))

    def lost(self, method: str, limit: int) -> tuple[str, ...]:
        """The needed facts that are missing in a cut."""
        kept = set(self.cut(method, limit).kept)
        return tuple(fact for fact in self.needed if fact not in kept)


class Comparison(NamedTuple):
    """The rows, and the files that turned out to tell nothing."""

    rows: tuple[Row, ...]
    left_out: tuple[LeftOut, ...]


def compare(pairs: Sequence[Pair], counter: Counter, check: Check, progress: Callable[[int], None]) -> Comparison:
    """Compare the pairs; `progress` is called with the number of reports done."""
    texts = _Texts(pairs)
    rows: list[Row] = []
    left_out = [LeftOut(each.report.path, TOO_MANY) for each in pairs[MAX_REPORTS:]]
    for done, pair in enumerate(pairs[:MAX_REPORTS]):
        progress(done)
        stated = facts_of(pair.report.text)
        later = [(after, text) for after in pair.after if (text := texts.of(after, pair)) is not None]
        needed = tuple(fact for fact in stated if any(contains(text, fact) for _, text in later))
        if needed:
            cuts = tuple(_cuts(pair, needed, counter, check))
            after = tuple(each for each, _ in later)
            rows.append(
                Row(pair.report.path, counter.figure(pair.report.text, check).tokens, after, len(stated), needed, cuts)
            )
        else:
            left_out.append(LeftOut(pair.report.path, NO_FACTS if later else NOTHING_READABLE))
    unreadable = texts.unreadable()
    told = {after.document.path for row in rows for after in row.after} | {each.path for each in unreadable}
    rest = sorted({after.document.path for pair in pairs for after in pair.after} - told)
    left_out += [LeftOut(path, NO_FACTS_LATER) for path in rest]
    return Comparison(tuple(rows), (*left_out, *unreadable))


def _cuts(pair: Pair, needed: Sequence[str], counter: Counter, check: Check) -> Iterator[Cut]:
    path, text = pair.report
    fixed = fixed_summary(text, path)
    for limit in LIMITS:
        extracted = extract(text, count=counter.tokens(check), path=path, max_tokens=limit, check=check)
        first, first_tokens = counter.truncate(text, limit, check)
        summary, summary_tokens = counter.truncate(fixed, limit, check)
        for method, cut, tokens in (
            ("extract", extracted.text, extracted.tokens),
            ("first", first, first_tokens),
            ("fixed", summary, summary_tokens),
        ):
            yield Cut(method, limit, tokens, tuple(fact for fact in needed if contains(cut, fact)))


class _Texts:
    """What counts of each file that came after a report; diffs and conversations are read once."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._reports = frozenset(pair.report.name for pair in pairs)
        self._diffs: dict[str, str] = {}
        self._conversations: dict[str, tuple[Said, ...]] = {}
        self._faults: dict[str, str] = {}

    def of(self, after: After, pair: Pair) -> str | None:
        """The text in which facts of the report are looked for; None if the file cannot be understood."""
        path, text = after.document
        if after.kind == "diff":
            if path not in self._diffs:
                self._diffs[path] = changed_lines(text, self._reports)
            return self._diffs[path]
        if after.kind != "transcript":
            return text
        if path not in self._conversations and path not in self._faults:
            self._read(path, text)
        parts = self._conversations.get(path)
        return None if parts is None else written_after(parts, pair.report.name)

    def unreadable(self) -> list[LeftOut]:
        """The recorded conversations that could not be read, and why."""
        return [
            LeftOut(path, f"not a recorded conversation that can be read: {why}") for path, why in self._faults.items()
        ]

    def _read(self, path: str, text: str) -> None:
        try:
            transcript: Transcript = read_transcript(text)
            self._conversations[path] = said_in(transcript)
        except (TranscriptError, RecursionError) as fault:
            self._faults[path] = (
                str(fault).split("; supported: ")[0] if isinstance(fault, TranscriptError) else "nested too deeply"
            )
