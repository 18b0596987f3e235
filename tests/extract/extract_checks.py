"""What every extraction must keep, whatever the text: used by the tests on examples and on random texts."""

from __future__ import annotations

import re

from ctxbudget_server.extract import Extraction
from ctxbudget_server.markdown.lines import strip_ansi
from ctxbudget_server.markdown.sentences import plain

# The only words of the text that may be ours.
LABELS = re.compile(
    r"^(?:(?:report|plan|summary|debug|test output|log|tool output|instructions|document|JSON|code|listing)"
    r" of \d+ tokens$"
    r"|… \d+ (?:more|rows?|lines?)$|Key findings:|Recommendations:|Names:|Rest: item \S+?(?:, sections:|$)"
    r"|Tests: (?:passed|failed|error|unknown)(?: \([\w ]+\))?|Estimate:|Complexity: [\d.]+ \((?:given|computed)\)"
    r"|Phases: \d+|Dependencies:|Success criteria:|Status:(?: (?:complete|partial)(?=,|$),?)?"
    r"|Tests:|Files:|Remaining:|Cause:|Fix:"
    r"|object, keys|array of \d+(?:, keys)?)"
)
COUNTS = re.compile(
    r" ?\(×\d+\)|\[(?:done|open)\]|\d+/\d+ tasks|\bafter [\d, ]+$|\b\d+ (?:passed|failed|errors|skipped)\b"
    r"|array of \d+,? ?(?:keys)?|(?:; | \| | )?… \d+ more$|; … \d+ more"
)


def count(text: str) -> int:
    """A stand-in for a vocabulary: words, figures and marks each count."""
    return len(re.findall(r"\w{1,5}|[^\w\s]|\s{2,}", text))


def squeezed(text: str) -> str:
    """Letters and digits only."""
    return "".join(c for c in text if c.isalnum())


def forms(source: str) -> tuple[str, ...]:
    """The source as it stands, and as it reads."""
    source = strip_ansi(source)
    unquoted = re.sub(r"(?m)^[ \t]*(?:>[ \t]?|[-*+][ \t]|\d+[.)][ \t])+", "", source)
    unmarked = re.sub(r"\[[ xX]\] ", "", unquoted)
    return tuple(squeezed(f) for f in (source, plain(source), plain(unmarked), unmarked, source.replace("\\", "")))


def typed_values(extraction: Extraction) -> list[str]:
    """The values of the typed fields, except our words for a check box and the unit of a bare number."""
    values: list[str | None] = []
    if plan := extraction.plan:
        values += [name for p in plan.phases for name in (p.name, p.status) if name not in ("done", "open")]
        values += [*plan.dependencies, *plan.success_criteria, *plan.risks]
        times = [*(plan.estimate or "").split(" + "), *(p.estimate for p in plan.phases)]
        values += [t for t in times if not re.fullmatch(r"[\d.~+–-]+ [a-z]+", t or "")]
    if done := extraction.implementation:
        values += [done.progress, done.tests, *done.remaining]
        values += [done.status] if done.status not in ("complete", "partial") else []
    if debug := extraction.debug:
        values += [debug.cause, debug.fix, *debug.evidence]
    return [v for v in values if v]


def invented(extraction: Extraction, source: str) -> list[str]:
    """The lines, fields and names that do not stand in the source."""
    known = forms(source)

    def stands(text: str) -> bool:
        wanted = squeezed(text)
        return any(wanted in form for form in known)

    missing: list[str] = []
    if extraction.text != source:
        for line in extraction.text.split("\n"):
            rest = LABELS.sub("", line.removeprefix("- "))
            if line.startswith(("Names:", "Files:")):
                missing += [n for n in COUNTS.sub("", rest).split() if n not in strip_ansi(source)]
                continue
            if shape := re.match(r"(?:([^:]+): )?(?:object|array of \d+)(?:, keys)?(?= |$)(.*)", line):
                missing += [key for key in f"{shape[1] or ''} {shape[2]}".split() if not stands(key)]
                continue
            bare = re.fullmatch(r"Estimate: ([\d.~+–-]+) ([a-z]+)", line)
            if bare and bare[2] in source.lower():
                rest = bare[1]  # a bare number goes with the unit of its key
            pieces = re.split(r" \| |; |: | - | \+ |, |\[|\]|(?<=[.!?]) ", COUNTS.sub("", rest))
            missing += [p for p in pieces if not stands(p)]
    whole = [extraction.title, *extraction.recommendations, *extraction.key_findings, *typed_values(extraction)]
    for text in whole:
        missing += [p for p in re.split(r" \| |: |(?<=[.!?]) ", text) if not stands(p)]
    missing += [n for n in (*extraction.paths, *extraction.identifiers) if n not in strip_ansi(source)]
    return missing
