"""The fixed summary of a report that many workflows hand on: title, path, the first 50 words, three findings."""

from __future__ import annotations

import re

SUMMARY_WORDS = 50
FINDINGS = 3

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$")
_SUMMARY = re.compile(r"\b(?:summary|overview|abstract|introduction)\b", re.I)
_FINDINGS = re.compile(r"\bfindings\b|\brecommendations\b", re.I)
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(.+)$")


def fixed_summary(text: str, path: str) -> str:
    """The summary as text. It does not depend on a limit: whoever has fewer tokens cuts it."""
    sections = _sections(text)
    title = next((heading for heading, _ in sections if heading), path.rsplit("/", 1)[-1])
    summary = next((lines for heading, lines in sections if _SUMMARY.search(heading) and any(lines)), None)
    words = " ".join(summary if summary is not None else _prose(sections)).split()
    return "\n".join(
        [
            f"## {title}",
            f"- Path: {path}",
            f"- Summary: {' '.join(words[:SUMMARY_WORDS])}",
            *(f"- Key finding: {finding}" for finding in _findings(sections)),
        ]
    )


def _sections(text: str) -> list[tuple[str, list[str]]]:
    """(heading, lines below it) in order; the first has no heading."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in text.split("\n"):
        if heading := _HEADING.match(line):
            sections.append((heading[1], []))
        else:
            sections[-1][1].append(line.strip())
    return sections


def _prose(sections: list[tuple[str, list[str]]]) -> list[str]:
    return [line for _, lines in sections for line in lines]


def _findings(sections: list[tuple[str, list[str]]]) -> list[str]:
    """The first items of the first section of findings, else the headings that follow it."""
    for index, (heading, lines) in enumerate(sections):
        if not _FINDINGS.search(heading):
            continue
        items = [found[1] for line in lines if (found := _ITEM.match(line))]
        return items[:FINDINGS] or [below for below, _ in sections[index + 1 : index + 1 + FINDINGS]]
    return []
