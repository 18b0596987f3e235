"""How the text looks: Markdown, every item with its id.

Every piece begins with a character that is neither white space nor a slash and ends in a line feed. Between such
pieces a text may be cut, so that their raw counts add up exactly to that of the whole.
"""

from __future__ import annotations

import re

from ctxbudget_protocol.words import Layer
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.lifecycle import Phase

SECTIONS: tuple[Layer, ...] = ("permanent", "phase", "metadata", "transient")
"""In the order of the text."""
TITLE = 80
"""Characters of a title."""
_FENCED = ("test-output", "log", "tool-output")
_TICKS = re.compile("`{3,}")
_HEADING = re.compile(r"#{1,6} +(\S.*)")
_FOLDERS = re.compile(r"^.*[/\\](?=[^/\\])", re.DOTALL)


def heading(section: Layer, phase: Phase | None) -> str:
    """The heading of a section."""
    if section != "phase":
        return f"# {section.capitalize()}\n\n"
    if phase is None:
        return "# Phase-scoped\n\n"
    return f"# Phase {phase.number}: {_one_line(phase.name)}\n\n" if phase.name else f"# Phase {phase.number}\n\n"


def whole(item: Item, content: str) -> str:
    """An item with its bytes as they are; output of programs stands in a fence."""
    if item.kind in _FENCED:
        fence = "`" * max([3, *(len(ticks) + 1 for ticks in _TICKS.findall(content))])
        content = f"{fence}\n{_ended(content)}{fence}"
    return f"## {_given_name(item)}[item {item.id}{_kind(item, ', ')}]\n\n{_ended(content)}\n"


def metadata(item: Item, extract: str) -> str:
    """An item's extract."""
    return (
        f"## {_given_name(item)}[item {item.id}{_kind(item, ', ')}, from {item.tokens} tokens]\n\n{_ended(extract)}\n"
    )


def line(item: Item, name: str) -> str:
    """An item in one line."""
    return f"- {name} [item {item.id},{_kind(item, ' ', ' of')} {item.tokens} tokens]\n"


def marker(text: str, item: Item | None) -> str:
    """A marker, of an item or of a phase whose items do not stand."""
    return f"- {_one_line(text)} [item {item.id}]\n" if item else f"- {text}\n"


def closing(session_id: str) -> str:
    """How to ask for what is not whole."""
    return (
        f'> context/get {{"sessionId": "{session_id}", "itemId": …}} has an item whole, '
        "context/list has what is left out.\n"
    )


def given_name(item: Item) -> str:
    """What an item is called by its title or its file's name; empty if it has neither."""
    return _one_line(item.title) or _one_line(_FOLDERS.sub("", item.path or ""))


def name_in(content: str) -> str:
    """The heading with which a content begins; empty if it begins otherwise."""
    found = _HEADING.match(content)
    return _one_line(found[1]) if found else ""


def _given_name(item: Item) -> str:
    name = given_name(item)
    return f"{name} " if name else ""


def _kind(item: Item, before: str, after: str = "") -> str:
    if item.kind == "other":
        return ""
    return f"{before}{item.kind}{' metadata' if item.reduces else ''}{after}"


def _one_line(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= TITLE else words[: TITLE - 1] + "…"


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else text + "\n"
