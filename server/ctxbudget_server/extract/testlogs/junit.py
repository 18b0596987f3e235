"""JUnit XML, as written by pytest, Jest, Gradle, Maven, Bats, Node and many others; also truncated, or inside a log."""

from __future__ import annotations

import html
import re
from contextlib import suppress
from xml.etree.ElementTree import Element, ParseError, SubElement, XMLPullParser

from ctxbudget_server.extract.testlogs.tally import Tally

_FIGURES = ("tests", "failures", "errors", "skipped")
_SUITES = ("testsuites", "testsuite")
_OUTCOMES = ("failure", "error", "skipped")
_PIECE = re.compile(r"(?=<(?:/?testsuites?|testcase)\b)")
_RAW = re.compile(r"<!--|<!\[CDATA\[")
_RAW_END = {"<!--": "-->", "<![CDATA[": "]]>"}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)")
_CLOSING = re.compile(r"</(\w+)")
_CHILD = re.compile(rf"<({'|'.join(_OUTCOMES)})\b")
MAX_MESSAGE = 400
"""Characters of a failure's text that are searched for its first line."""


def parse(lines: list[str]) -> Tally | None:
    """The tally of a report: from its cases if all are shown, otherwise from the suites' own figures."""
    tally = Tally("junit")
    suites: list[Element] = []
    shown = dict.fromkeys(_FIGURES, 0)
    depth = dict.fromkeys(_SUITES, 0)
    for piece in _PIECE.split(_plain_xml("\n".join(lines)))[1:]:
        if closing := _CLOSING.match(piece):
            depth[closing[1]] -= 1
        elif ">" not in piece:
            continue  # truncated within its first tag
        elif piece.startswith("<testcase"):
            shown["tests"] += 1
            if _CHILD.search(piece) and (outcome := _outcome(_element(piece), tally)):
                shown[outcome] += 1
        else:
            suite = _element(piece)
            suites.append(Element("testsuite") if suite is None else suite)  # a broken tag still opens a suite
            depth[_name(suites[-1])] += not piece[: piece.find(">")].endswith("/")
    if not suites:
        return None
    stated = _stated(suites)
    figures = shown if shown["tests"] >= stated["tests"] else stated
    bad = shown if shown["failures"] or shown["errors"] else stated
    failed, errors = bad["failures"], bad["errors"]
    passed = max(0, figures["tests"] - failed - errors - figures["skipped"])
    tally.count(passed=passed, failed=failed, errors=errors, skipped=figures["skipped"])
    return tally.conclude(not any(depth.values()))


def _plain_xml(text: str) -> str:
    """The text reduced to tags and characters: no comments, CDATA, declarations or custom entities.

    What a test printed may itself look like a report, so CDATA is escaped. A document type never reaches
    the parser and the name of an unknown entity stays text, so that no entity can expand.
    """
    kept: list[str] = []
    at = 0
    while raw := _RAW.search(text, at):
        kept.append(text[at : raw.start()])
        end = text.find(_RAW_END[raw[0]], raw.end())
        if raw[0] != "<!--":
            kept.append(html.escape(text[raw.end() : end if end >= 0 else len(text)][:MAX_MESSAGE]))
        at = end + len(_RAW_END[raw[0]]) if end >= 0 else len(text)
    plain = "".join([*kept, text[at:]]).replace("<!", "&lt;!").replace("<?", "&lt;?")
    return _NOT_XML.sub(" ", _BARE_AMPERSAND.sub("&amp;", plain))


def _element(piece: str) -> Element | None:
    """The suite or case at the beginning of a piece of a report, as far as the piece can be parsed.

    Each piece has its own parser: a broken case affects no other, and no tree of the whole report is built.
    """
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    parser.feed("<log>")
    parser.feed(_with_end(piece))
    parser.feed("<end/>")  # the parser delivers text when the next element begins
    with suppress(ParseError):
        parser.close()
    element: Element | None = None
    with suppress(ParseError):
        for event in parser.read_events():
            match event:
                case ("start", Element() as found) if element is None and _name(found) in (*_SUITES, "testcase"):
                    element = found
                case ("end", Element() as found) if found is element:
                    return element
    if element is not None and _name(element) == "testcase" and not any(_name(x) in _OUTCOMES for x in element.iter()):
        _add_visible_outcome(element, piece)
    return element


def _with_end(piece: str) -> str:
    """A piece with a complete last tag: a truncated opening tag is completed, a closing one is dropped."""
    start = piece.rfind("<")
    tag = piece[start:]
    if tag.startswith("</") or tag == "<":
        return piece if ">" in tag else piece[:start]
    quote = ""
    for character in tag:
        if character in "\"'" and quote in ("", character):
            quote = "" if quote else character
        elif character == ">" and not quote:
            return piece
    return f"{piece}{quote}>"


def _add_visible_outcome(case: Element, piece: str) -> None:
    """Add the outcome that a case shows after the position where it stops being valid XML."""
    if child := _CHILD.search(piece):
        text = piece[child.end() :].partition(">")[2]
        SubElement(case, child[1]).text = html.unescape(text[:MAX_MESSAGE])


def _name(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def _stated(suites: list[Element]) -> dict[str, int]:
    """The figures of the root, or the sum of the suites'."""
    total = dict.fromkeys(_FIGURES, 0)
    roots = [suite for suite in suites if _name(suite) == "testsuites" and "tests" in suite.attrib]
    for suite in roots or [suite for suite in suites if _name(suite) == "testsuite"]:
        for key, value in suite.attrib.items():
            name = "skipped" if key == "disabled" else key
            if name in total and value.isdigit():
                total[name] += int(value[:9])
    return total


def _outcome(case: Element | None, tally: Tally) -> str:
    """The figure that a case adds to, '' if it passed; the failure of a test that is allowed to fail does not count."""
    children = [x for x in case.iter() if _name(x) in _OUTCOMES] if case is not None else []
    if case is None or not children:
        return ""
    if any(_name(child) == "skipped" for child in children):
        return "skipped"
    bad = children[0]
    tally.fails(".".join(p for p in (case.get("classname"), case.get("name")) if p))
    message = bad.get("message") or (bad.text or "")[:MAX_MESSAGE]
    first = next((x.strip() for x in message.split("\n") if x.strip() and not x.strip().startswith("<")), "")
    if first:
        tally.messages.append(first)
    return "failures" if _name(bad) == "failure" else "errors"
