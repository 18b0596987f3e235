"""The layout of the text: Markdown, with the id of every item.

Every piece begins with a character that is neither white space nor a slash, and ends with a line feed. A text may be
cut between such pieces, so their raw counts add up exactly to that of the whole.
"""

from __future__ import annotations

import re

from ctxbudget_protocol.words import Layer
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.lifecycle import Phase
from ctxbudget_server.rules.naming import name_in, one_line, title_of

SECTIONS: tuple[Layer, ...] = ("permanent", "phase", "metadata", "transient")
"""Layers in the order of the text."""
TITLE = 80
"""Maximum characters of a title."""
_FENCED = ("test-output", "log", "tool-output")
_TICKS = re.compile("`{3,}")


def heading(section: Layer, phase: Phase | None) -> str:
    """The heading of a section."""
    if section != "phase":
        return f"# {section.capitalize()}\n\n"
    if phase is None:
        return "# Phase-scoped\n\n"
    return f"# Phase {phase.number}: {one_line(phase.name, TITLE)}\n\n" if phase.name else f"# Phase {phase.number}\n\n"


def whole(item: Item, content: str, phase: Phase | None) -> str:
    """An item in full; output of programs is fenced."""
    if item.kind in _FENCED and not item.reduces:
        fence = "`" * max([3, *(len(ticks) + 1 for ticks in _TICKS.findall(content))])
        content = f"{fence}\n{_ended(content)}{fence}"
    return f"## {_label(given_name(item, content), item, phase, _kind(item))}\n\n{_ended(content)}\n"


def metadata(item: Item, source: Item, extract: str, phase: Phase | None) -> str:
    """An extract of an item, or of the source that it replaces."""
    of_source = "" if source is item else f" of item {source.id}"
    what = [*_kind(item), f"from {source.tokens} tokens{of_source}"]
    return f"## {_label(given_name(item, extract), item, phase, what)}\n\n{_ended(extract)}\n"


def line(item: Item, name: str, phase: Phase | None) -> str:
    """An item in one line."""
    return f"- {_label(name, item, phase, [' of '.join([*_kind(item), f'{item.tokens} tokens'])])}\n"


def marker(item: Item, text: str) -> str:
    """A marker item; a wave's marker also names its phase."""
    what = [f"phase {item.phase}"] if item.wave is not None else []
    return f"- {one_line(text, TITLE)} [{', '.join([f'item {item.id}', *what])}]\n"


def phase_marker(text: str) -> str:
    """A marker for a phase whose items are not in the text."""
    return f"- {text}\n"


def closing(session_id: str) -> str:
    """The line on how to get items in full."""
    return (
        f'> context/get {{"sessionId": "{session_id}", "itemId": …}} has an item whole, '
        "context/list has what is left out.\n"
    )


def given_name(item: Item, content: str = "") -> str:
    """An item's title; empty if it has none, or if it only repeats the beginning of the content that follows it."""
    title = title_of(item) or ""
    return "" if content and title == name_in(content) else one_line(title, TITLE)


def _label(name: str, item: Item, phase: Phase | None, what: list[str]) -> str:
    """A name with the item's id, its kind, and its phase if that is not the requested one."""
    is_elsewhere = item.phase is not None and (phase is None or item.phase != phase.number)
    if is_elsewhere and item.layer != "permanent":
        what = [*what, f"phase {item.phase}"]
    return f"{name} [{', '.join([f'item {item.id}', *what])}]".lstrip()


def _kind(item: Item) -> list[str]:
    return [] if item.kind == "other" else [f"{item.kind} metadata" if item.reduces else item.kind]


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else text + "\n"
