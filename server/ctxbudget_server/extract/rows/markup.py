"""Reads HTML and XML: elements that repeat beside each other are rows, and so is each text outside them."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field

from ctxbudget_server.extract.rows.model import ATTRIBUTE, Cell, Row, Table

_TOKEN = re.compile(
    r"<[!?][^<>]*>|<(/?)([a-zA-Z][\w:.-]*)((?:[^<>\"']|\"[^\"<]{0,4000}\"|'[^'<]{0,4000}')*)(/?)>|([^<]+)", re.S
)
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_SILENT = frozenset(("script", "style", "svg", "noscript", "template"))
"""Elements whose contents are not read."""
_TITLE = re.compile(r"<title[^>]*>([^<]*)</title", re.I)
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_INLINE = frozenset((
    "a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "img", "kbd", "mark", "q", "s", "samp", "small", "span",
    "strong", "sub", "sup", "time", "u", "var",
))  # fmt: skip
_CLOSED_BY_SELF = frozenset(("li", "tr", "td", "th", "dt", "dd", "p", "option"))
_TOLD = ("href", "src", "title", "alt", "value", "content", "class", "id", "style", "name", "datetime", "type", "rel")
"""Attributes of HTML that are compared."""
_MENU = re.compile(r">(?:nav|header|footer|aside|menu)\b")
"""Where a page has what all its pages have; it is not compared."""
_MIN_REPEATED = 4
_DEPTH = 200
_SPACES = re.compile(r"\s+")
MAX_TEXT = 2_000_000


@dataclass(slots=True)
class _Element:
    name: str
    attributes: list[tuple[str, str]] = field(default_factory=list)
    inner: list[_Element | str] = field(default_factory=list)


def looks_like_markup(text: str) -> bool:
    """Whether a text is HTML or XML: it begins with a tag, ends with one, and has many."""
    head = text.lstrip("\ufeff \t\r\n")
    return (
        bool(re.match(r"<(?:!doctype|\?xml|!--|[a-zA-Z][\w:.-]*[\s>/])", head, re.I))
        and text.rstrip()[-1:] == ">"
        and text.count("</") > 8
    )


def read_markup(text: str) -> Table | None:
    """The rows of a page or an XML document."""
    if len(text) > MAX_TEXT:
        return None
    root = _parse(text)
    table = Table([], [], "row", " | ")
    title = _TITLE.search(text)
    if title and title[1].strip():
        table.schema.append(_SPACES.sub(" ", html.unescape(title[1])).strip())
    _collect(root, table, "", 0)
    return table if len(table.rows) >= _MIN_REPEATED else None


def _parse(text: str) -> _Element:
    root = _Element("")
    stack = [root]
    at = 0
    endless: set[str] = set()
    while (match := _TOKEN.search(text, at)) is not None:
        at = match.end()
        closing, name, rest, empty, words = match.groups()
        if words is not None:
            told = _SPACES.sub(" ", html.unescape(words)).strip()
            if told:
                stack[-1].inner.append(told)
        elif name is None:
            if match[0].startswith("<!--"):
                at = _add_comment(text, match.start(), stack[-1], endless) or at
        elif closing:
            _close(stack, name.lower())
        elif name.lower() in _SILENT and not empty:
            at = _after(text, at, f"</{name}", endless) or at
        else:
            element = _open(stack, name.lower(), rest)
            if not empty and not rest.endswith("/") and element.name not in _VOID and len(stack) < _DEPTH:
                stack.append(element)
    return root


def _open(stack: list[_Element], name: str, rest: str) -> _Element:
    """A new element, which belongs to the innermost open one."""
    if name in _CLOSED_BY_SELF and stack[-1].name == name:
        stack.pop()
    element = _Element(name, [(m[1].lower(), m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(rest)])
    stack[-1].inner.append(element)
    return element


def _after(text: str, at: int, end: str, endless: set[str]) -> int | None:
    """Where a text goes on after its next `end`; what has no end is not looked for again."""
    found = -1 if end in endless else text.find(end, at)
    if found < 0:
        endless.add(end)
        return None
    return found + len(end)


def _add_comment(text: str, start: int, element: _Element, endless: set[str]) -> int | None:
    end = _after(text, start, "-->", endless)
    if end is not None and (told := _SPACES.sub(" ", text[start + 4 : end - 3]).strip()):
        element.inner.append(_Element("!--", [], [told]))
    return end


def _close(stack: list[_Element], name: str) -> None:
    for at in range(len(stack) - 1, max(0, len(stack) - 12), -1):
        if stack[at].name == name:
            del stack[at:]
            return


def _collect(element: _Element, table: Table, path: str, depth: int) -> None:
    """Add the rows below an element, in order."""
    if depth > _DEPTH:
        return
    counts = Counter(e.name for e in element.inner if isinstance(e, _Element) and e.name not in _INLINE)
    flow: list[_Element | str] = []
    for inner in [*element.inner, _Element("")]:
        if isinstance(inner, _Element) and inner.name == "title":
            continue
        if isinstance(inner, str) or inner.name in _INLINE:
            flow.append(inner)
            continue
        if flow:
            _add(_Element(element.name, [], flow), table, f"{path}>text")
            flow = []
        here = f"{path}>{inner.name}"
        if inner.name == "tr" or counts[inner.name] >= _MIN_REPEATED or not _has_blocks(inner):
            _add(inner, table, here)
        else:
            _collect(inner, table, here, depth + 1)


def _has_blocks(element: _Element) -> bool:
    return any(isinstance(e, _Element) and e.name not in _INLINE for e in element.inner)


def _add(element: _Element, table: Table, path: str) -> None:
    cells: list[Cell] = []
    _cells(element, "", cells, 0)
    told = [cell.shown for cell in cells if cell.shown]
    if not told:
        return
    if element.name == "tr" and any(isinstance(e, _Element) and e.name == "th" for e in element.inner):
        table.schema.append(" | ".join(told))
        return
    compared = () if _MENU.search(path) else tuple(c._replace(column=f"{path}{c.column}") for c in cells)
    term = len(table.rows) - 1 if path.endswith(">dd") and table.rows else None
    table.rows.append(Row(" | ".join(told), compared, term, path))


def _cells(element: _Element, path: str, cells: list[Cell], depth: int) -> None:
    """The texts of an element as cells, and its attributes, which are shown only if they differ."""
    if depth > _DEPTH:
        return
    cells += [Cell(f"{path}{ATTRIBUTE}{k}", v) for k, v in element.attributes if k in _TOLD and v]
    flows = not _has_blocks(element)
    if flows:
        told = " ".join(_texts(element, depth))
        cells.append(Cell(path, told, told))
    seen: Counter[str] = Counter()
    for inner in element.inner:
        name = "" if isinstance(inner, str) else inner.name
        seen[name] += 1
        here = f"{path}/{name}{seen[name]}"
        if isinstance(inner, str):
            if not flows or len(element.inner) > 1:
                cells.append(Cell(here, inner, "" if flows else inner))
        else:
            known = len(cells)
            _cells(inner, here, cells, depth + 1)
            if flows:
                cells[known:] = [cell._replace(shown="") for cell in cells[known:]]


def _texts(element: _Element, depth: int) -> list[str]:
    found: list[str] = []
    for inner in element.inner:
        if isinstance(inner, str):
            found.append(inner)
        elif depth < _DEPTH:
            found += _texts(inner, depth + 1)
    return found
