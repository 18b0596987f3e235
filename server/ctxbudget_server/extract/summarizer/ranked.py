"""Ranks what may go into the text: sentences and names, from which a missing summary and findings are made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ctxbudget_server.extract.facts import Facts
from ctxbudget_server.extract.readers.findings import tidy_findings
from ctxbudget_server.extract.readers.list_entries import distinct
from ctxbudget_server.extract.readers.report import SUMMARY_WORDS, bounded, is_talk, rest_of_summary
from ctxbudget_server.extract.search.identifiers import ranked_names
from ctxbudget_server.extract.source import Source
from ctxbudget_server.extract.summarizer.ranking import Candidate, candidates_of, choose
from ctxbudget_server.markdown.model import Check
from ctxbudget_server.markdown.sentences import is_sentence, word_count

MAX_SALIENT_FINDINGS = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranked parts of a source; `more_summary` has the positions and sentences that do not fit `summary`."""

    sentences: list[Candidate]
    names: list[str]
    summary: str
    more_summary: tuple[tuple[int, str], ...]
    findings: tuple[str, ...]


def rank(source: Source, facts: Facts, known: Collection[str], check: Check) -> Ranked:
    """Rank the parts of a source, using its best sentences if the author states no summary or findings;
    names that are `known` are left out.
    """
    document = source.document
    sentences = candidates_of(document.units, document.titles, check) if source.is_prose else []
    check()
    summary = (facts.summary or salient_summary(sentences)) if source.is_told else ""
    return Ranked(
        sentences=sentences,
        names=[name for name in ranked_names(source.named, check) if name not in known],
        summary=summary,
        more_summary=rest_of_summary(document, summary) if source.is_told else (),
        findings=tidy_findings(facts.findings or salient_findings(sentences, " ".join(facts.recommendations)))
        if source.is_report
        else (),
    )


def salient_summary(sentences: list[Candidate]) -> str:
    """At most `SUMMARY_WORDS` words: the sentences that together cover the document best, in its order."""
    pool = [c for c in sentences if is_sentence(c.text)] or sentences
    short = [c for c in pool if word_count(c.text) <= SUMMARY_WORDS and not is_talk(c.text)]
    best = choose(short, SUMMARY_WORDS * 1.4)
    return bounded([c.text for c in sorted(best, key=lambda c: c.order)])


def salient_findings(sentences: list[Candidate], advice: str) -> list[str]:
    """The `MAX_SALIENT_FINDINGS` sentences with the highest prior scores, without advice."""
    best = sorted(sentences, key=lambda c: (-c.prior, c.order))
    return distinct(c.text for c in best if not (is_talk(c.text) or c.text in advice))[:MAX_SALIENT_FINDINGS]
