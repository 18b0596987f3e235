"""A summary and findings from the ranked sentences, for documents whose author states none."""

from __future__ import annotations

from ctxbudget_server.extract.readers.list_entries import distinct
from ctxbudget_server.extract.readers.report import SUMMARY_WORDS, bounded, is_talk
from ctxbudget_server.extract.summarizer.ranking import Candidate, choose
from ctxbudget_server.markdown.sentences import is_sentence, word_count

MAX_FINDINGS = 5


def salient_summary(ranked: list[Candidate]) -> str:
    """At most `SUMMARY_WORDS` words: the sentences that together cover the document best, in its order."""
    pool = [c for c in ranked if is_sentence(c.text)] or ranked
    short = [c for c in pool if word_count(c.text) <= SUMMARY_WORDS and not is_talk(c.text)]
    best = choose(short, SUMMARY_WORDS * 1.4)
    return bounded([c.text for c in sorted(best, key=lambda c: c.order)])


def salient_findings(ranked: list[Candidate]) -> list[str]:
    """The `MAX_FINDINGS` sentences with the highest priors."""
    best = sorted(ranked, key=lambda c: (-c.prior, c.order))
    return distinct(c.text for c in best if not (c.text.endswith(":") or is_talk(c.text)))[:MAX_FINDINGS]
