"""The pieces of the text, each made and counted once, with upper bounds for those not made yet."""

from __future__ import annotations

from ctxbudget_protocol.words import Detail, Layer
from ctxbudget_server.render import layout
from ctxbudget_server.render.model import CLOSING, RenderCandidate, RenderedPiece, RenderRequest, RenderTools
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.naming import name_in

SEAM = 10
"""Maximum tokens of an item's heading, fence and seams beyond its line and its content."""
ORIGIN = 12
"""Maximum tokens for naming the source of an extract."""


class PieceCache:
    """The pieces of one request. An item's content is read only when its piece is made."""

    def __init__(self, request: RenderRequest, tools: RenderTools) -> None:
        self._request = request
        self._tools = tools
        self._pieces: dict[tuple[str, Detail], RenderedPiece] = {}
        self._figures: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._headings: dict[Layer, RenderedPiece] = {}

    def heading(self, section: Layer) -> RenderedPiece:
        """The heading of a section."""
        if section not in self._headings:
            self._headings[section] = self._tools.piece(layout.heading(section, self._request.phase))
        return self._headings[section]

    def listed(self, lines: list[str]) -> RenderedPiece:
        """A group of lines, followed by an empty line."""
        return self._tools.piece("".join(lines) + "\n")

    def cost(self, candidate: RenderCandidate, detail: Detail) -> int:
        """Tokens of a piece: exact if it was made or is a line, else an upper bound."""
        if (candidate.key, detail) in self._pieces:
            return self._pieces[candidate.key, detail].tokens
        if candidate.item is None or detail in ("line", "marker"):
            return self.piece(candidate, detail).tokens
        if detail == "whole":
            return self.piece(candidate, "line").tokens + SEAM + self.figure(candidate.item)
        return self.frame(candidate) + self._size(candidate, detail)

    def frame(self, candidate: RenderCandidate) -> int:
        """Maximum tokens of an extract's frame, without its text."""
        return self.piece(candidate, "line").tokens + SEAM + (ORIGIN if candidate.source else 0)

    def _size(self, candidate: RenderCandidate, detail: Detail) -> int:
        """Maximum tokens of an extract."""
        most = self._request.metadata_tokens
        return most // 2 if detail == "brief" else self._sizes.get(candidate.key, most)

    def figure(self, item: Item) -> int:
        """Tokens of an item's content."""
        if item.id not in self._figures:
            self._figures[item.id] = self._tools.figure(item)
        return self._figures[item.id]

    def is_made(self, candidate: RenderCandidate, detail: Detail) -> bool:
        """Whether the piece has been made."""
        return (candidate.key, detail) in self._pieces

    def piece(self, candidate: RenderCandidate, detail: Detail) -> RenderedPiece:
        """The text for a candidate at a detail."""
        key = candidate.key, detail
        if key not in self._pieces:
            self._pieces[key] = self._tools.piece(self._text(candidate, detail))
        return self._pieces[key]

    def squeezed(self, candidate: RenderCandidate, tokens: int) -> Detail:
        """Make a piece with at most `tokens` tokens of content: whole, or an extract that replaces any longer one."""
        item = candidate.item if "whole" in candidate.details else None
        if item is not None and self.figure(item) <= tokens:
            return "whole"
        self._sizes[candidate.key] = tokens
        self._pieces.pop((candidate.key, "metadata"), None)
        return self.made(candidate, "metadata")

    def made(self, candidate: RenderCandidate, detail: Detail) -> Detail:
        """Make the piece; returns its actual detail, since an extract may turn out empty."""
        piece = self.piece(candidate, detail)
        is_extract = detail in ("metadata", "brief")
        return "line" if is_extract and piece == self.piece(candidate, "line") else detail

    def _text(self, candidate: RenderCandidate, detail: Detail) -> str:
        item, phase = candidate.item, self._request.phase
        if item is None:
            is_closing = candidate.key == CLOSING
            return layout.closing(self._request.session_id) if is_closing else layout.phase_marker(candidate.key)
        if detail == "whole":
            return layout.whole(item, self._tools.content(item), phase)
        if detail == "marker":
            return layout.marker(item, self._tools.content(item))
        if detail in ("metadata", "brief"):
            # Permanent items look the same in every request: they begin the text, and providers cache that.
            focus = None if candidate.section == "permanent" else self._request.focus
            source = candidate.source or item
            if extract := self._tools.metadata(source, focus, self._size(candidate, detail)):
                return layout.metadata(item, source, extract, phase)
        return layout.line(item, self._name(item), phase)

    def _name(self, item: Item) -> str:
        """Its title, else what its content calls itself, else its kind."""
        name = layout.given_name(item)
        return name or (name_in(self._tools.content(item)) if item.hash else "") or item.kind
