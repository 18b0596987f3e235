"""New items: whatever enters the account, or stands in on it, is made here."""

from __future__ import annotations

from ctxbudget_protocol.words import Kind, Layer
from ctxbudget_server.account.content import Blob, Figure
from ctxbudget_server.account.unit_of_work import Unit
from ctxbudget_server.rules.items import Item


def make_item(
    unit: Unit,
    *,
    counted: Figure,
    blob: Blob | None,
    layer: Layer,
    kind: Kind,
    phase: int | None,
    wave: int | None,
    agent: str | None = None,
    title: str | None = None,
    path: str | None = None,
    pinned: bool = False,
    marker: bool = False,
    complete: bool | None = None,
    reduces: tuple[str, ...] = (),
    brought_in: bool = False,
) -> Item:
    """An item with an id of its own, retained from now on. Its content goes into the unit; the caller puts the item."""
    if blob is not None:
        unit.put_blob(blob)
    item_id = unit.new_id("i")
    return Item(
        id=item_id,
        seq=unit.session.next_seq - 1,
        layer=layer,
        kind=kind,
        phase=phase,
        wave=wave,
        agent=agent,
        title=title,
        path=path,
        pinned=pinned,
        marker=marker,
        brought_in=brought_in,
        tokens=counted.tokens,
        raw_tokens=counted.raw,
        encoding=counted.encoding,
        factor=counted.factor,
        provenance=counted.provenance,
        bytes=blob.size if blob else None,
        hash=blob.digest if blob else None,
        segments=(blob.digest,) if blob else (),
        complete=complete,
        state="retained",
        withdrawn=False,
        stand_in=None,
        reduces=reduces,
        reason=None,
        added_at=unit.now,
        revision=unit.revision,
    )
