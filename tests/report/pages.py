"""Reads a page as a program would: its JSON, its text, its elements."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

Json = dict[str, Any]

VOID = frozenset(("meta", "link", "input", "br", "img"))


class Page(HTMLParser):
    """A page, parsed as HTML says."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = text
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words: list[str] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        opened, attributes = self._open.pop()
        assert opened == tag, f"<{opened} {attributes}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        tag, attributes = self._open[-1] if self._open else ("", {})
        if tag == "script":
            self.scripts.append((attributes, data))
        elif tag != "style":
            self.words.append(data)

    def json(self, name: str) -> Any:
        """The JSON that the page carries under this id."""
        (found,) = (data for attributes, data in self.scripts if attributes.get("id") == name)
        return json.loads(found)

    def data(self, chart: str) -> dict[str, list[Json]]:
        """What a chart is drawn of."""
        (found,) = (one for one in self.json("charts") if one["name"] == chart)
        return found["data"]

    @property
    def said(self) -> str:
        """The words that a reader sees."""
        return " ".join(" ".join(self.words).split())
