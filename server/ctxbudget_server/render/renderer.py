"""Renders a session: required items first, then permanent ones, then all others by score per token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ctxbudget_protocol.words import Detail, RenderReason
from ctxbudget_server.render.layout import SECTIONS
from ctxbudget_server.render.model import (
    CLOSING,
    OverLimitError,
    RenderCandidate,
    Rendered,
    RenderedPiece,
    RenderRequest,
    RenderTools,
    Shown,
)
from ctxbudget_server.render.piece_cache import PieceCache
from ctxbudget_server.render.scoring import candidates
from ctxbudget_server.rules.packing import Option, choose

ROUNDS = 3
"""Rounds of choosing. The first uses upper bounds of costs, later ones the actual costs of the chosen pieces."""
MIN_EXTRACT_TOKENS = 60
"""An extract below this many tokens says too little."""
TRIED = 3
"""Number of items tried for an extract that fills the remaining room."""

Choice = dict[str, Detail]
"""The detail of each included candidate, by its key."""


class _Draft(NamedTuple):
    """A text, and the tokens of the permanent items at its beginning."""

    text: str
    tokens: int
    prefix_tokens: int


def render(request: RenderRequest, tools: RenderTools) -> Rendered:
    """The text within `max_tokens`; raises `OverLimitError` if the required items alone exceed it."""
    return _Renderer(request, tools).render()


class _Renderer:
    def __init__(self, request: RenderRequest, tools: RenderTools) -> None:
        self._request = request
        self._tools = tools
        self._cache = PieceCache(request, tools)
        self._candidates = candidates(request)

    def render(self) -> Rendered:
        """Choose the required items, then more of the permanent ones, then all others."""
        choice: Choice = {each.key: each.required for each in self._candidates if each.required}
        least = self._draft(choice)
        if least.tokens > self._request.max_tokens:
            raise OverLimitError(least.tokens)
        permanent = [each for each in self._candidates if each.required and each.required != each.details[-1]]
        others = [each for each in self._candidates if not each.required]
        whole = self._finest(permanent, choice)
        choice = self._fill(permanent, choice) if whole is None else whole
        finest = self._finest(others, choice)
        choice = self._fill(others, choice) if finest is None else finest
        value = self._value(permanent, choice), self._value(others, choice)
        choice = self._use_up(others, choice)
        return Rendered(*self._draft(choice), self._shown(choice), value)

    def _finest(self, optional: Sequence[RenderCandidate], required: Choice) -> Choice | None:
        """Everything at its finest detail, if that fits."""
        finest = ("whole", "metadata")
        contents = (self._cache.figure(each.item) for each in optional if each.item and each.details[-1] in finest)
        if sum(contents) > self._request.max_tokens:
            return None
        choice = {**required, **{each.key: self._cache.made(each, each.details[-1]) for each in optional}}
        return choice if self._draft(choice).tokens <= self._request.max_tokens else None

    def _fill(self, optional: Sequence[RenderCandidate], required: Choice) -> Choice:
        """The best choice for some candidates beside those already chosen; gains room when pieces turn out smaller."""
        room = self._room(optional, required)
        best, best_value, rounds = required, -1, 0
        while room >= 0 and rounds < ROUNDS:
            self._tools.check()
            choice, is_new = self._chosen(optional, required, room)
            over = self._draft(choice).tokens - self._request.max_tokens
            if over > 0:
                room -= over
                continue
            rounds += 1
            if (value := self._value(optional, choice)) > best_value:
                best, best_value = choice, value
            if not is_new:
                break
        return best

    def _use_up(self, optional: Sequence[RenderCandidate], choice: Choice) -> Choice:
        """Use the remaining room for one extract: of the highest-scoring item shown as a line or not at all; failing
        that, a longer one of the highest-scoring item shown as a short extract.
        """
        left = self._request.max_tokens - self._draft(choice).tokens
        short = ("omitted", "line", "brief")
        coarse = [each for each in optional if self._is_cut(each) and choice.get(each.key, "omitted") in short]
        for each in sorted(coarse, key=lambda each: (choice.get(each.key) == "brief", -each.score))[:TRIED]:
            now = choice.get(each.key)
            size = left + (self._cache.cost(each, now) if now else 0) - self._cache.frame(each)
            if size < (self._request.metadata_tokens // 2 if now == "brief" else 0) + MIN_EXTRACT_TOKENS:
                continue
            used = {**choice, each.key: self._cache.squeezed(each, size)}
            if used[each.key] != "line" and self._draft(used).tokens <= self._request.max_tokens:
                return used
        return choice

    @staticmethod
    def _is_cut(candidate: RenderCandidate) -> bool:
        """Whether a detail between a line and the finest one is possible."""
        return not {"brief", "whole"}.isdisjoint(candidate.details) and len(candidate.details) > 1

    def _room(self, optional: Sequence[RenderCandidate], required: Choice) -> int:
        """Tokens left for optional pieces, after the chosen ones and the frame around the others."""
        frame = {each.section for each in optional} - {each.section for each in self._candidates if each.required}
        return (
            self._request.max_tokens
            - self._draft(required).tokens
            - sum(self._cache.heading(section).tokens for section in frame)
            - len(SECTIONS)  # an empty line after the lines of each
            + sum(self._cache.cost(each, required[each.key]) for each in optional if each.required)
        )

    def _chosen(self, optional: Sequence[RenderCandidate], required: Choice, room: int) -> tuple[Choice, bool]:
        """The best choice by the known costs, and whether some pieces were made only now."""
        details = [each.details if each.required else ("omitted", *each.details) for each in optional]
        classes = [
            [self._option(each, detail) for detail in allowed] for each, allowed in zip(optional, details, strict=True)
        ]
        choice, is_new = dict(required), False
        for each, allowed, pick in zip(optional, details, choose(classes, room).picks, strict=True):
            detail = allowed[pick]
            if detail == "omitted":
                continue
            is_new = is_new or not self._cache.is_made(each, detail)
            choice[each.key] = self._cache.made(each, detail)
        return choice, is_new

    def _option(self, candidate: RenderCandidate, detail: Detail) -> Option:
        return Option(0 if detail == "omitted" else self._cache.cost(candidate, detail), candidate.value(detail))

    def _value(self, optional: Sequence[RenderCandidate], choice: Choice) -> int:
        return sum(each.value(choice.get(each.key, "omitted")) for each in optional)

    def _draft(self, choice: Choice) -> _Draft:
        """The text of a choice."""
        phases = self._phases(choice)
        pieces: list[RenderedPiece] = []
        prefix = 0
        for section in SECTIONS:
            lines: list[RenderedPiece] = []
            blocks: list[RenderedPiece] = []
            for each in self._candidates:
                detail = choice.get(each.key) if each.section == section and each.key != CLOSING else None
                if detail is None or (each.item is None and each.phase in phases):
                    continue
                (lines if detail in ("line", "marker") else blocks).append(self._cache.piece(each, detail))
            if lines or blocks:
                listed = [self._cache.listed([piece.text for piece in lines])] if lines else []
                pieces += [self._cache.heading(section), *listed, *blocks]
            if section == "permanent":
                prefix = self._joined(pieces)[1]
        pieces += self._closing(choice)
        return _Draft(*self._joined(pieces), prefix)

    def _phases(self, choice: Choice) -> set[int | None]:
        """The phases with any item in the text; their markers are left out."""
        return {each.phase for each in self._candidates if each.item and each.key in choice}

    def _closing(self, choice: Choice) -> list[RenderedPiece]:
        """The closing line, if it was chosen and some item is not in its finest detail."""
        if CLOSING not in choice or all(each.details[-1] == choice.get(each.key) for each in self._candidates):
            return []
        return [self._cache.piece(each, "marker") for each in self._candidates if each.key == CLOSING]

    def _joined(self, pieces: Sequence[RenderedPiece]) -> tuple[str, int]:
        text = "".join(piece.text for piece in pieces)
        return text, self._tools.joined(text, sum(piece.raw for piece in pieces))

    def _shown(self, choice: Choice) -> list[Shown]:
        """How each item is shown, and why."""
        known = {each.key: each for each in self._candidates}
        marked = {each.phase for each in self._candidates if each.item is None and each.key in choice}
        marked -= {None, *self._phases(choice)}
        found = []
        for item in self._request.items:
            each = known.get(item.id)
            if each is None:
                found.append(Shown(item.id, "omitted", 0, "sourceRetained"))
            elif (detail := choice.get(item.id)) is not None:
                reason: RenderReason = each.ceiling if detail == each.details[-1] else "room"
                found.append(Shown(item.id, detail, self._cache.piece(each, detail).tokens, reason))
            elif item.phase in marked:
                found.append(Shown(item.id, "marker", 0, "phaseMarker"))
            else:
                found.append(Shown(item.id, "omitted", 0, "room"))
        return found
