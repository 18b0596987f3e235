"""What an item is called if nobody gave it a title: the same name in lists, prunes, stand-ins, reports and texts."""

from __future__ import annotations

import re
from typing import Final

from ctxbudget_server.rules.items import Item

MAX_WORDS: Final = 80
"""Maximum characters of a name taken from a text; a longer one ends with an ellipsis."""
_SEARCHED: Final = 4_096
"""Characters of a text in which its first heading is looked for."""
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*)", re.M)
_FIRST_LINE = re.compile(r"\s*(\S.*)")
_TOOL = re.compile(r"([A-Za-z]\w{0,99}): ")
"""How titles of tools' outputs begin that adapters of hosts give."""
_FOLDERS = re.compile(r"^.*[/\\](?=[^/\\])", re.DOTALL)


def name_of(path: str | None, content: str | None) -> str | None:
    """The path, else the first heading of the content, else its first line with words; None if there is neither.

    `path` as it is to be shown. A figure without content has no name: its kind and agent say what it is.
    """
    return path or name_in(content or "") or None


def name_in(content: str) -> str:
    """The first heading of a text without its marks, else its first line; on one line, and empty if all is blank."""
    beginning = content[:_SEARCHED]
    found = ("#" in beginning and _HEADING.search(beginning)) or _FIRST_LINE.match(beginning)
    if found is None:
        return ""
    words = one_line(found[1], 2 * MAX_WORDS).rstrip("# ")
    return one_line(words, MAX_WORDS).encode("utf-8", "replace").decode()


def title_of(item: Item) -> str | None:
    """An item's title; for one from before items were named as they enter, its file's name."""
    return item.title or _FOLDERS.sub("", item.path or "") or None


def tool_of(item: Item) -> str | None:
    """The tool whose output an item is; of items of earlier versions their titles tell. None: it is not known."""
    if item.tool is not None:
        return item.tool
    if item.kind != "tool-output" or item.title is None or item.reduces:
        return None
    found = _TOOL.match(item.title)
    return found[1] if found else None


def one_line(text: str, most: int) -> str:
    """The words of a text, with single spaces between them, in at most `most` characters."""
    for piece in (text[: 4 * most], text):  # a beginning that is long enough tells as much as the whole
        words = " ".join(piece.split())
        if len(words) > most:
            return words[: most - 1] + "…"
    return words
