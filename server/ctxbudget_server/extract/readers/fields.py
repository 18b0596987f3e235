"""`Key: value` facts of a document: bold labels, bullets, YAML front matter, raw header lines, two-column tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from ctxbudget_server.markdown.blocks import Unit, cells
from ctxbudget_server.markdown.document import Document
from ctxbudget_server.markdown.sentences import plain

_YAML = re.compile(r"([A-Za-z][\w .-]{0,60}?):\s*(.*)$")
_YAML_ITEM = re.compile(r"\s*-\s+(.*)$")
_NEEDS_LINE = re.compile(r"(Depends on) ((?:Phase|Stage|Step|Milestone|Task)s? [^:]{1,80})")
_PLAIN_FIELD = re.compile(r"\W{0,3}?[*_`]{0,2}([A-Za-z][\w /()-]{1,40})[*_`]{0,2}:[*_`]{0,2}\s+(\S.*)$")
_MARKER = re.compile(r"\s*(?:>\s?)*(?:(?:[-*+•]|\d{1,3}[.)])\s+)?")
_KEY_WORDS = 5
_MAX_LINES = 40
_MAX_VALUE = 2_000
"""Maximum characters of a value that continues over several lines."""
ABOUT_DOCUMENT = re.compile(
    r"(?:[\w/ ]{1,30} )?(?:dates?|ids?|names?|authors?|status|versions?|prs?|issues?|tasks?|sessions?|types?|urls?"
    r"|links?|repository|started"
    r"|completed|standards?|artifacts?|duration|effort|mode|owner|severity)",
    re.I,
)
"""Labels of facts about the document itself, which say nothing about its subject."""
_EMPTY = {"", "[]", "{}", "null", "~", "-", "tbd", "n/a"}


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value; `key` is as written, `name` is for matching."""

    key: str
    value: str
    line: int
    section: int

    @property
    def name(self) -> str:
        """The key in lower case, with words separated by single spaces."""
        return normal_key(self.key)


def normal_key(key: str) -> str:
    """A label for matching: lower case, words only."""
    return " ".join(re.sub(r"[\W_]+", " ", key.lower()).split())


def collect_fields(document: Document) -> list[Field]:
    """Every field of a document in the order of its lines."""
    found = _header_fields(document)
    header: list[str] | None = None
    previous = -2
    for unit in document.units:
        if unit.kind == "field":
            found.append(Field(unit.key, unit.plain, unit.start, unit.section))
        elif unit.kind == "row":
            parts = cells(unit.text)
            if unit.start > previous + 2:
                header = parts  # the first row of a table names its columns
            elif header is not None and len(parts) == 2 and len(parts[0]) <= 60:
                found.append(Field(parts[0], parts[1], unit.start, unit.section))
            previous = unit.start
        elif unit.kind in ("item", "prose", "quote") and (":" in unit.text or "Depends on " in unit.text):
            found += _plain_fields(document.structure.lines, unit)
    return [f for f in sorted(found, key=lambda f: f.line) if f.value.strip().lower() not in _EMPTY]


def _plain_fields(lines: list[str], unit: Unit) -> list[Field]:
    """The `Key: value` lines of a paragraph or list entry; a value continues on the lines that follow."""
    if unit.end - unit.start == 1:
        return [f for f in (_plain_field(unit.text, unit.start, unit.section),) if f is not None]
    found: list[Field] = []
    for n in range(unit.start, min(unit.end, unit.start + _MAX_LINES)):
        line = _MARKER.sub("", lines[n], count=1).strip()
        started = _needs_line(line, n, unit.section) or (_plain_field(line, n, unit.section) if ":" in line else None)
        if started is not None:
            found.append(started)
        elif found and len(found[-1].value) < _MAX_VALUE:
            found[-1] = replace(found[-1], value=f"{found[-1].value} {plain(line)}")
    return found


def _needs_line(text: str, line: int, section: int) -> Field | None:
    """A line of its own that says what a phase needs, without a colon; it does not continue the line before."""
    match = _NEEDS_LINE.fullmatch(text)
    return Field(match[1], plain(match[2]), line, section) if match else None


def _plain_field(text: str, line: int, section: int) -> Field | None:
    match = _PLAIN_FIELD.match(text)
    if match is None or len(match[1].split()) > _KEY_WORDS:
        return None
    return Field(match[1].strip(), plain(match[2]), line, section)


def _header_fields(document: Document) -> list[Field]:
    """The fields of the front matter or of the raw lines at the top."""
    lines = document.structure.lines[: document.structure.header]
    fenced = bool(lines) and lines[0].startswith("---")
    return _yaml_fields(lines[1:-1], 1) if fenced else _yaml_fields(lines, 0)


def header_list(document: Document, pattern: re.Pattern[str]) -> list[str]:
    """The entries of a list in the front matter or the raw lines at the top, by its key."""
    lines = document.structure.lines[: document.structure.header]
    for i, line in enumerate(lines):
        match = _YAML.match(line)
        if match and pattern.fullmatch(normal_key(match[1])) and not match[2].strip():
            following = takewhile(bool, (_YAML_ITEM.match(x) for x in lines[i + 1 :]))
            return [plain(m[1].strip().strip("\"'")) for m in following if m is not None]
    return []


def _yaml_fields(lines: list[str], offset: int) -> list[Field]:
    found: list[Field] = []
    for i, line in enumerate(lines):
        match = _YAML.match(line)
        if match:
            value = plain(match[2].strip().strip("\"'"))
            if value in ("|", ">", "|-", ">-"):
                value = ""
            found.append(Field(match[1], value, i + offset, -1))
            continue
        item = _YAML_ITEM.match(line)
        addition = plain((item[1] if item else line).strip().strip("\"'"))
        if found and addition and (item or line.startswith(" ")):
            last = found[-1]
            joined = f"{last.value}, {addition}" if last.value and item else f"{last.value} {addition}".strip()
            found[-1] = Field(last.key, joined, last.line, -1)
    return found


def first_value(fields: list[Field], pattern: re.Pattern[str]) -> str | None:
    """The value of the first field whose name matches completely."""
    for field in fields:
        if pattern.fullmatch(field.name):
            return field.value
    return None
