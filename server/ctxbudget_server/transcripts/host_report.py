"""What a host itself says that its window holds: the tables that Claude Code's `/context` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ctxbudget_server.transcripts.sources import Source

_TITLE: Final = "## Context Usage"
_SECTION: Final = re.compile(r"^#{2,3} (.+?)\s*$")
_ROW: Final = re.compile(r"^\|(.+)\|\s*$")
_TOKENS: Final = re.compile(r"<?\s*([\d,]+(?:\.\d+)?)\s*([kKmM]?)(?: tokens)?")
_SCALE: Final = {"": 1, "k": 1_000, "m": 1_000_000}
_CATEGORIES: Final[dict[str, tuple[Source, str | None]]] = {
    "system prompt": ("system", None),
    "system tools": ("toolDefinitions", "built-in"),
    "custom agents": ("toolDefinitions", "custom agents"),
    "skills": ("toolDefinitions", "skills"),
}
"""Categories without a table of their own. What is said in the conversation is counted, not taken from here."""
_MCP, _MEMORY = "mcp tools", "memory files"


class ReportedRow(NamedTuple):
    """Tokens of one source, as the host rounds them."""

    source: Source
    name: str | None
    tokens: int
    items: int = 1


_Found = dict[tuple[Source, str | None], ReportedRow]


def is_report(text: str) -> bool:
    """Whether a text is what `/context` prints."""
    return _TITLE in text


def rows_in(text: str) -> list[ReportedRow]:
    """What the tables say of what no transcript has: the system prompt, definitions of tools, memory files."""
    totals: dict[str, int] = {}
    found: _Found = {}
    detailed: set[str] = set()
    for section, cells in _table_rows(text[text.find(_TITLE) :]):
        tokens = _tokens(cells[-1] if section in (_MCP, _MEMORY) else cells[1] if len(cells) > 1 else "")
        if tokens is None:
            continue
        if section == _MCP and len(cells) == 3 and cells[1]:
            _add(found, "toolDefinitions", cells[1], tokens)
            detailed.add(section)
        elif section == _MEMORY and len(cells) == 3 and cells[1]:
            _add(found, "memory", cells[1], tokens)
            detailed.add(section)
        elif section.endswith("usage by category") or section == "categories":
            totals[cells[0].lower()] = tokens
    for name, (source, shown) in _CATEGORIES.items():
        if name in totals:
            _add(found, source, shown, totals[name])
    for name, source, shown in ((_MCP, "toolDefinitions", "MCP servers"), (_MEMORY, "memory", None)):
        if name in totals and name not in detailed:
            _add(found, source, shown, totals[name])
    return list(found.values())


def _add(found: _Found, source: Source, name: str | None, tokens: int) -> None:
    known = found.get((source, name))
    total, items = (known.tokens, known.items) if known else (0, 0)
    found[source, name] = ReportedRow(source, name, total + tokens, items + 1)


def _table_rows(text: str) -> Iterator[tuple[str, list[str]]]:
    section = ""
    for line in text.split("\n"):
        if title := _SECTION.match(line):
            section = title[1].lower()
        elif row := _ROW.match(line):
            cells = [cell.strip() for cell in row[1].split("|")]
            if not set(cells[0]) <= {"-", ":"} and len(cells) > 1:
                yield section, cells


def _tokens(cell: str) -> int | None:
    """`3.1k`, `512`, `1.2m tokens`; None for another text, such as a column's title."""
    found = _TOKENS.fullmatch(cell)
    return round(float(found[1].replace(",", "")) * _SCALE[found[2].lower()]) if found else None
