"""Reads the findings of a report: each says something, so a heading comes with its first sentence."""

from __future__ import annotations

import re

from ctxbudget_server.extract.listed import Listed
from ctxbudget_server.extract.readers.completeness import waits
from ctxbudget_server.extract.readers.list_entries import (
    distinct,
    entries,
    heading_text,
    shorten,
    under_labels,
    with_list,
)
from ctxbudget_server.extract.readers.report import is_metadata, summary_section
from ctxbudget_server.extract.readers.statements import FINDING_HEADING, statement
from ctxbudget_server.markdown.document import Document, unit_text
from ctxbudget_server.markdown.sentences import is_sentence, split_sentences

_KEY_SECTION = re.compile(
    r"\b(?:key|main|major|critical|principal|important)\s+(?:\w+\s+)?(?:findings?|points?|takeaways?|insights?|results?"
    r"|discoveries|observations?|facts|issues|problems|gaps|lessons)\b|\btakeaways?\b|\bhighlights?\b"
    r"|\b(?:issues?|problems?|gaps?|defects?|bugs?) (?:identified|found|discovered)\b",
    re.I,
)
_FINDINGS_SECTION = re.compile(r"\b(?:findings|results|analysis|observations|what (?:we|i) found)\b", re.I)
_FINDING_LABEL = re.compile(r"(?:key |main |critical )?(?:finding|insight|observation)s?(?: \#?\d+)?")
_KEY_LABEL = re.compile(
    r"(?:key|main|major|critical|core)\b"
    r"(?! (?:success )?(?:factors|files?|metrics|commands?|steps|components|references)).*"
    r"|.*\b(?:findings?|takeaways?|strengths?|insights?)"
)
_BOLD_LEADS = 3
"""Minimum number of bullets with a bold lead and a sentence that make a list of findings."""
_MAX_FINDINGS = 10


def tidy_findings(findings: list[str]) -> tuple[str, ...]:
    """At most ten distinct findings, without placeholders and without sentences that only announce a list."""
    return Listed.cut(distinct(_without_lead_in(f) for f in findings if not waits(f)), _MAX_FINDINGS)


def _without_lead_in(finding: str) -> str:
    """A finding without a last sentence that only announces a list, or at least without its colon."""
    if not finding.endswith(":"):
        return finding
    sentences = split_sentences(finding)
    return (finding[: finding.rindex(sentences[-1])] if len(sentences) > 1 else finding).rstrip(" :")


def stated_findings(document: Document) -> list[str]:
    """The author's findings: a section or label with that name, `Finding N` headings, bullets of the summary, bold
    leads.
    """
    for index in document.matching(_KEY_SECTION):
        found = entries(document, index, statement)
        if found:
            return found
    numbered = [statement(document, i) for i, t in enumerate(document.titles) if FINDING_HEADING.match(heading_text(t))]
    found = numbered if len(numbered) > 1 else []
    found = found or under_labels(document, _FINDING_LABEL.fullmatch) or under_labels(document, _KEY_LABEL.fullmatch)
    if found:
        return found
    section = summary_section(document)
    if section is not None:
        bullets = _bullets(document, section)
        if len(bullets) >= 2:
            return bullets
    for index in document.matching(_FINDINGS_SECTION) if len(document.sections) > 1 else ():
        found = entries(document, index, statement)
        if len(found) >= 2:
            return found
    if numbered:
        return numbered
    leads = [unit_text(u) for u in document.units if u.kind == "field" and u.bullet and is_sentence(u.plain)]
    if len(leads) >= _BOLD_LEADS:
        return [shorten(lead) for lead in leads]
    return []


def _bullets(document: Document, section: int) -> list[str]:
    """The outer bullets of a summary, without mere labels and key figures."""
    listed = [u for u in document.units_below(section) if u.kind in ("item", "field") and u.bullet]
    top = min((u.indent for u in listed), default=0)
    return [
        with_list(shorten(unit_text(u)), listed[n + 1 :], u.indent)
        for n, u in enumerate(listed)
        if u.indent <= top + 1 and unit_text(u) and not is_metadata(u)
    ]
