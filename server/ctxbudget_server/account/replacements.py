"""What replaces removed items: extracted metadata, and markers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from ctxbudget_protocol.values import dataclass
from ctxbudget_server.account.content import Blob, Figure, encode, make_blob
from ctxbudget_server.account.counter import Counter, session_counter
from ctxbudget_server.account.items import make_item
from ctxbudget_server.account.rehearsal import Rehearsed
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.markers import marker_text

if TYPE_CHECKING:
    from ctxbudget_protocol.words import Kind


@dataclass(frozen=True, slots=True)
class Metadata:
    """Extracted metadata, ready to become an item."""

    text: str
    blob: Blob
    figure: Figure
    kind: Kind
    complete: bool
    warnings: tuple[str, ...]


class Extractor:
    """Extracts the metadata of items; the extraction is rehearsed."""

    def __init__(
        self,
        counter: Counter,
        max_tokens: int,
        shown: Callable[[str | None], str | None],
        check: Callable[[], None],
        *,
        focus: str | None = None,
    ) -> None:
        self.counter = counter
        self._focus = focus
        self._shown = shown
        self._max_tokens = max_tokens
        self._check = check
        self.rehearsed: Rehearsed[tuple[str, str], Metadata | None] = Rehearsed()

    def metadata_of(self, item: Item, content: Callable[[], str | None]) -> Metadata | None:
        """The metadata of an item's content; None if it has none."""
        if item.hash is None:
            return None
        return self.rehearsed.result((item.id, item.hash), lambda: self._make(item, content))

    def _make(self, item: Item, content: Callable[[], str | None]) -> Metadata | None:
        from ctxbudget_server.extract import extract

        self._check()
        text = content()
        if text is None:
            return None
        found = extract(
            text,
            count=self.counter.tokens(self._check),
            kind=None if item.kind == "other" else item.kind,
            path=self._shown(item.path),
            max_tokens=self._max_tokens,
            focus=self._focus,
            item_id=item.id,
            check=self._check,
        )
        if not found.text:
            return None
        shown, figure = found.text, self.counter.figure(found.text, self._check)
        if figure.tokens > item.tokens:  # a short item, counted before the calibration or the model changed
            shown, figure = text, Figure(item.tokens, item.raw_tokens, item.encoding, item.provenance, item.factor)
        return Metadata(
            text=shown,
            blob=make_blob(encode(shown), self._check),
            figure=figure,
            kind=cast("Kind", found.kind),
            complete=found.complete,
            warnings=found.warnings,
        )


def extractor_for(request: Request, session_id: str | None) -> Extractor:
    """The extractor for a session's policy; raises `unknownSession`."""
    settings, counter = session_counter(request, session_id)
    return Extractor(counter, settings.values["metadataTokens"], request.documents.shown, request.cancellation.check)


def marker_item(unit: UnitOfWork, counter: Counter, phase: int, wave: int | None, reduces: tuple[str, ...]) -> Item:
    """The marker of a phase or wave, counted like any text."""
    text = marker_text(phase, wave)
    blob = make_blob(encode(text), lambda: None)
    counted = counter.figure(text, lambda: None)
    return make_item(
        unit,
        counted=counted,
        blob=blob,
        layer="metadata",
        kind="other",
        phase=phase,
        wave=wave,
        reduces=reduces,
        title=text,
        marker=True,
        complete=True,
    )
