"""What a host itself says that its window holds: what Claude Code's `/context` prints, or keeps as an object.

The object is that of the Agent SDK's `getContextUsage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ctxbudget_server.transcripts.sources import Source

_TITLE: Final = "## Context Usage"
_SECTION: Final = re.compile(r"^#{2,3} (.+?)\s*$")
_ROW: Final = re.compile(r"^\|(.+)\|\s*$")
_TOKENS: Final = re.compile(r"<?\s*([\d,]+(?:\.\d+)?)\s*([kKmM]?)(?: tokens)?")
_SCALE: Final = {"": 1, "k": 1_000, "m": 1_000_000}
_MCP, _MEMORY = "mcp tools", "memory files"
_CATEGORIES: Final[dict[str, tuple[Source, str | None]]] = {
    "system prompt": ("system", None),
    "system tools": ("toolDefinitions", "built-in"),
    "custom agents": ("toolDefinitions", "custom agents"),
    "skills": ("toolDefinitions", "skills"),
    _MCP: ("toolDefinitions", "MCP servers"),
    _MEMORY: ("memory", None),
}
"""Categories. What is said in the conversation is counted, not taken from here."""


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
    totals: list[tuple[str, int]] = []
    tools: list[tuple[str, int]] = []
    memory: list[tuple[str, int]] = []
    for section, cells in _table_rows(text[text.find(_TITLE) :]):
        named = section in (_MCP, _MEMORY)
        tokens = _tokens(cells[-1] if named else cells[1])
        if tokens is None or (named and (len(cells) < 3 or not cells[1])):
            continue
        if named:
            (tools if section == _MCP else memory).append((cells[1], tokens))
        elif section.endswith("usage by category"):
            totals.append((cells[0], tokens))
    return _rows(totals, tools, memory)


def rows_of(usage: Any) -> list[ReportedRow]:
    """The same of the object; none if it is not one."""
    if not isinstance(usage, Mapping):
        return []
    loaded = [one for one in _objects(usage, "mcpTools") if one.get("isLoaded") is not False]
    return _rows(
        _figures(_objects(usage, "categories"), "name"),
        _figures(loaded, "serverName"),
        _figures(_objects(usage, "memoryFiles"), "path"),
    )


def _objects(usage: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = usage.get(name)
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _figures(given: Iterable[Mapping[str, Any]], name: str) -> list[tuple[str, int]]:
    """(name, tokens) of objects that have both."""
    found = ((one.get(name), one.get("tokens")) for one in given)
    return [(each, tokens) for each, tokens in found if isinstance(each, str) and type(tokens) is int and tokens >= 0]


def _rows(
    totals: Iterable[tuple[str, int]], tools: list[tuple[str, int]], memory: list[tuple[str, int]]
) -> list[ReportedRow]:
    """Rows by source and name. What has a table of its own does not count by its category as well."""
    found: _Found = {}
    for name, tokens in tools:
        _add(found, "toolDefinitions", name, tokens)
    for name, tokens in memory:
        _add(found, "memory", name, tokens)
    detailed = {_MCP: bool(tools), _MEMORY: bool(memory)}
    for category, tokens in totals:
        known = _CATEGORIES.get(category.lower())
        if known is not None and not detailed.get(category.lower()):
            _add(found, *known, tokens)
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
