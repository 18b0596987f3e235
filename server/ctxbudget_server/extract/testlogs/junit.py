"""JUnit XML, as pytest, Jest, Gradle, Maven, Bats, Node and many others write it; also cut off."""

from __future__ import annotations

import html
import re

from ctxbudget_server.extract.testlogs.tally import Tally

_SUITE = re.compile(r"<(testsuites?)\b([^<>]{0,2000})>")
_ATTRIBUTE = re.compile(r"\b(\w+)=(?:\"([^\"]*)\"|'([^']*)')")
_CASE = re.compile(r"<testcase\b((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*?)(/?)>")
_CHILD = re.compile(r"<(failure|error|skipped)\b([^<>]{0,4000})")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"


def _attributes(text: str) -> dict[str, str]:
    return {k: html.unescape(v or w) for k, v, w in _ATTRIBUTE.findall(text)}


def _without_output(text: str) -> str:
    """The report without raw stretches: what a test has printed may itself look like a report."""
    if _CDATA not in text:
        return text
    kept: list[str] = []
    at = 0
    while (start := text.find(_CDATA, at)) >= 0:
        kept.append(text[at:start])
        end = text.find(_CDATA_END, start)
        raw = text[start + len(_CDATA) : end if end >= 0 else len(text)]
        kept.append(html.escape(raw[:300]))
        at = end + len(_CDATA_END) if end >= 0 else len(text)
    return "".join([*kept, text[at:]])


def parse(lines: list[str]) -> Tally | None:
    """The tally of a report: of its cases where all stand in it, else of the suites' own figures."""
    text = _without_output("\n".join(lines))
    suites = [(m[1], m[2]) for m in _SUITE.finditer(text)]
    if not suites:
        return None
    tally = Tally("junit")
    stated = _stated(suites)
    shown = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    starts: list[int] = []
    cases: list[re.Match[str]] = []
    for case in _CASE.finditer(text):
        cases.append(case)
        starts.append(case.start())
    for case, end in zip(cases, [*starts[1:], len(text)], strict=False):
        shown["tests"] += 1
        outcome = "" if case[2] else _outcome(case[1], text[case.end() : end], tally)
        if outcome:
            shown[outcome] += 1
    figures = shown if shown["tests"] >= stated["tests"] else stated
    bad = shown if shown["failures"] or shown["errors"] else stated
    failed, errors = bad["failures"], bad["errors"]
    passed = max(0, figures["tests"] - failed - errors - figures["skipped"])
    tally.count(passed=passed, failed=failed, errors=errors, skipped=figures["skipped"])
    return tally.conclude(_whole(text, suites))


def _whole(text: str, suites: list[tuple[str, str]]) -> bool:
    """Whether every suite that was opened was closed, and none was closed that had not been opened."""
    opened = [name for name, attributes in suites if not attributes.rstrip().endswith("/")]
    return all(text.count(f"</{name}>") == opened.count(name) for name in ("testsuites", "testsuite"))


def _stated(suites: list[tuple[str, str]]) -> dict[str, int]:
    """The figures of the root, or the sum of the suites'."""
    total = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    roots = [attributes for name, attributes in suites if name == "testsuites" and "tests=" in attributes]
    for attributes in roots or [attributes for name, attributes in suites if name == "testsuite"]:
        for key, value in _attributes(attributes).items():
            name = "skipped" if key == "disabled" else key
            if name in total and value.isdigit():
                total[name] += int(value[:9])
    return total


def _outcome(head: str, body: str, tally: Tally) -> str:
    """The figure that a case counts for, '' when it passed; a failure of a test that may fail is none."""
    children = list(_CHILD.finditer(body))
    if not children:
        return ""
    if any(child[1] == "skipped" for child in children):
        return "skipped"
    bad = children[0]
    named = _attributes(head)
    tally.fails(".".join(p for p in (named.get("classname"), named.get("name")) if p))
    message = _attributes(bad[2]).get("message") or html.unescape(body[bad.end() + 1 : bad.end() + 400])
    first = next((x.strip() for x in message.split("\n") if x.strip() and not x.strip().startswith("<")), "")
    if first:
        tally.messages.append(first)
    return "failures" if bad[1] == "failure" else "errors"
