"""Recognises what a tool's output consists of, and reads it as a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from ctxbudget_server.extract.rows.commits import read_commits
from ctxbudget_server.extract.rows.delimited import read_delimited, read_drawn
from ctxbudget_server.extract.rows.diffs import is_diff, read_diff, repeats
from ctxbudget_server.extract.rows.json_records import read_json, read_json_lines
from ctxbudget_server.extract.rows.lines import read_lines
from ctxbudget_server.extract.rows.markup import looks_like_markup, read_markup
from ctxbudget_server.extract.rows.model import Table
from ctxbudget_server.extract.rows.settings import is_assignments, is_settings, read_settings
from ctxbudget_server.markdown.lines import bare_lines
from ctxbudget_server.markdown.model import Check, no_check

_HEADING = re.compile(r" {0,3}#{1,6} \S")
_BULLET = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\] |\*\*|[`\"(]?[^\W\d_]+ [^\W\d_]+ )")
_BOLD = re.compile(r"\s*(?:[-*+] )?\*\*[^*]+\*\*")
_SENTENCE = re.compile(r"\W{0,4}[A-Z][^=(){};]*(?: [^ =(){};]+){7,}[.!?]$")
_COMMENT = ("#", ";", "//")
_CODE = re.compile(
    r"\s*(?:import|from|def|class|func|function|package|const|let|return|if|for|while|else|elif|#include|use|pub|fn"
    r"|public|private|static|export|struct|interface|try|except|with)\b"
)
_CJK = re.compile(r"[぀-ヿ㐀-鿿豈-﫿가-힯]")
_MARKED = re.compile(r"\s*(?![-*+•]\s|\d{1,3}[.)]\s)\S*?(?:\d|[/_=:@|~^]\S)")
"""A line that begins with a figure, a path, a hash, a time: with what no sentence begins with."""
_ALIGNED = re.compile(r"\s*\S.*?\S {2,}\S.*? {2,}\S|\s{2,}[^\s*+•-]\S*(?:,? \S+){0,3} {2,}\S")
"""A line with cells that spaces align: at least three, or a name of a few words and what it means, indented."""
_ARTIFACT = re.compile(r"(?:report_type|findings_count|work_remaining|summary_brief|phases_completed)\b")
"""A line at the top of an agent's artifact."""
_NUMBERED = re.compile(r" *\d+(?:→|\t)")
_SAMPLE = 400
_MIN_LINES = 8
_MAX_LINE = 300
"""Characters of a line that are looked at."""
_MIN_WORDY = 45
"""Characters from which a line may be a line of prose."""
_MARKED_SHARE = 0.8
_CODE_SHARE = 0.05


def find_table(text: str, medium: str, check: Check = no_check) -> Table | None:
    """The rows of a text, if it consists of rows; None for prose and for code."""
    if medium == "json":
        return read_json(text)
    if looks_like_markup(text):
        return read_markup(text)
    lines = bare_lines(text)
    commits = read_commits(lines)
    if commits is not None:
        return commits
    if is_diff(lines):
        return read_diff(lines) if repeats(lines) else None
    told = [x[:_MAX_LINE] for x in lines if x.strip()][:_SAMPLE]
    check()
    if is_assignments(lines):
        return read_settings(lines)
    if medium == "prose" and (_is_told(told) or _has_headings(lines[:_SAMPLE])):
        return None
    readers: tuple[Callable[[list[str]], Table | None], ...] = (read_json_lines, read_drawn, read_delimited)
    for read in readers:
        found = read(lines)
        if found is not None:
            return found
    if len(told) < _MIN_LINES or sum(bool(_NUMBERED.match(x)) for x in told) > 0.5 * len(told):
        return None  # too little, or a file with its lines numbered
    if medium == "code" and sum(bool(_CODE.match(x)) for x in told) > _CODE_SHARE * len(told):
        return None
    if is_settings(lines):
        return read_settings(lines)
    return None if medium == "code" else read_lines(lines)


def _has_headings(lines: list[str]) -> bool:
    """Whether a text has headings of Markdown, with a blank line behind them, which comments do not have."""
    return any(_HEADING.match(a) and not b.strip() for a, b in pairwise([*lines, ""]))


def _is_told(lines: list[str]) -> bool:
    """Whether someone wrote sentences, or lists of them."""
    share = 1.0 / max(1, len(lines))
    bare = [x for x in lines if not x.lstrip().startswith(_COMMENT)]
    sentences = sum(bool(_SENTENCE.match(x)) for x in bare) * share
    wordy = sum(len(x) > _MIN_WORDY and _is_wordy(x) for x in bare) * share
    bullets = sum(bool(_BULLET.match(x) or _BOLD.match(x)) for x in bare) * share
    if any(_ARTIFACT.match(x) for x in lines[:12]) or bullets > 0.3:
        return True
    if max(sum(bool(p.match(x)) for x in lines) for p in (_MARKED, _ALIGNED)) * share > _MARKED_SHARE:
        return False
    cjk = sum(bool(_CJK.search(x)) for x in lines) * share
    return sentences > 0.08 or wordy > 0.12 or cjk > 0.5


def _is_wordy(line: str) -> bool:
    words = line.split()
    return len(words) > 8 and sum(w.strip(".,;:()'\"!?").isalpha() for w in words) > 0.7 * len(words)
