"""A document as it is shown: its sections, what it loads, and what these figures are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ctxbudget_protocol.words import WindowSource
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.editor.analysis import Analysis, CountedSection, Outline
from ctxbudget_server.editor.imports import Import
from ctxbudget_server.editor.words import plural, share_text, tokens_text

DOMINANT_SHARE: Final = 0.9
"""The share of a document that counts as nearly the whole."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What shares are relative to, the ceilings of layers, and the counter. `session` is the session they come from."""

    window: int
    budget: int
    ceilings: Mapping[str, int]
    counter: Counter
    session: str | None = None
    window_source: WindowSource = "default"

    @property
    def window_is_known(self) -> bool:
        """Whether anyone has said how large the window is; if not, nothing is shown as a share."""
        return self.window_source != "default"


@dataclass(frozen=True, slots=True)
class View:
    """One version of a document. `name` is its name for people, `path` its path in the workspace folder."""

    name: str
    path: str | None
    analysis: Analysis
    outline: Outline
    basis: Basis
    layer: str | None
    imports: Sequence[Import] = field(default_factory=tuple)

    @property
    def loads(self) -> int:
        """Tokens that loading the document takes: its own, and those of its imports."""
        return self.outline.tokens + sum(each.total for each in self.imports)

    def loaded(self) -> Iterator[tuple[str, int]]:
        """The real path of each imported file, once, with its tokens."""
        for each in self.imports:
            yield from each.loaded()

    @property
    def imported(self) -> int:
        """How many files it imports."""
        return sum(each.files for each in self.imports)

    @property
    def ceiling(self) -> int | None:
        """The maximum tokens of the document in its layer."""
        return self.basis.ceilings.get(self.layer) if self.layer else None

    @property
    def exceeded(self) -> bool:
        """Whether it exceeds the ceiling."""
        return self.ceiling is not None and self.loads > self.ceiling

    def tokens(self, tokens: int) -> str:
        """A figure with its provenance."""
        return tokens_text(tokens, self.basis.counter.provenance)

    def with_share(self, tokens: int) -> str:
        """`4,612 tokens · 61% of budget`; tokens alone while the window is not set."""
        basis = self.basis
        shares = (f"{share_text(tokens, basis.budget, 'budget')}",) if basis.window_is_known else ()
        return " · ".join((self.tokens(tokens), *shares))

    def of_window(self, tokens: int) -> str | None:
        """`18% of window`; None while the window is not set."""
        return share_text(tokens, self.basis.window, "window") if self.basis.window_is_known else None

    def of_both(self, tokens: int) -> str | None:
        """The shares of budget and window, with both figures; None while the window is not set."""
        basis = self.basis
        if not basis.window_is_known:
            return None
        of_budget = f"{share_text(tokens, basis.budget, 'budget')} ({basis.budget:,})"
        return f"{of_budget}, {share_text(tokens, basis.window, 'window')} ({basis.window:,})"

    def summary(self) -> str:
        """`4,612 tokens · 61% of budget · layer: metadata`, and what loads with the document."""
        parts = [self.with_share(self.outline.tokens)]
        if self.layer:
            parts.append(f"layer: {self.layer}")
        if self.imported:
            parts.append(self.loading())
        return " · ".join(parts)

    def loading(self) -> str:
        """`loads 12,300 tokens with 4 imports`."""
        return f"loads {self.tokens(self.loads)} with {plural(self.imported, 'import')}"

    def section_at(self, line: int) -> CountedSection | None:
        """The section whose heading is on a line."""
        return next((s for s in self.outline.sections if s.line <= line <= s.last), None)

    def section_around(self, line: int) -> CountedSection | None:
        """The innermost section that a line belongs to."""
        return next((s for s in reversed(self.outline.sections) if s.line <= line < max(s.end, s.last + 1)), None)

    def children(self, parent: int | None) -> list[int]:
        """The indices of the sections directly below one, or of the outermost ones."""
        return [index for index, section in enumerate(self.outline.sections) if section.parent == parent]

    def costliest(self) -> CountedSection | None:
        """The most expensive section, ignoring headings that cover nearly the whole document."""
        below = self.children(self.divided())
        return max((self.outline.sections[index] for index in below), key=lambda each: each.tokens, default=None)

    def divided(self) -> int | None:
        """The innermost section with subsections that covers nearly the whole document; None: the document itself."""
        sections, parent = self.outline.sections, None
        while below := self.children(parent):
            largest = max(below, key=lambda index: sections[index].tokens)
            if sections[largest].tokens < DOMINANT_SHARE * self.outline.tokens or not self.children(largest):
                break
            parent = largest
        return parent

    def undivided(self) -> int:
        """Tokens of the text before the first subsection of what `divided` finds."""
        parent = self.divided()
        if parent is not None:
            return self.outline.sections[parent].own
        return self.outline.tokens - sum(self.outline.sections[index].tokens for index in self.children(None))
