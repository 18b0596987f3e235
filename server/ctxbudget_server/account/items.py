"""New items: what callers bring in is read, counted and compressed before the transaction that adds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ctxbudget_protocol.errors import Location, invalid
from ctxbudget_protocol.values import dataclass
from ctxbudget_protocol.words import Kind, Layer
from ctxbudget_server.account.content import Blob, Figure, encode, make_blob
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.waves import phase_of_wave
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.naming import name_of
from ctxbudget_server.workspace.documents import check_size

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.add import NewItem

T = TypeVar("T")


def make_item(
    unit: UnitOfWork,
    *,
    counted: Figure,
    blob: Blob | None,
    layer: Layer,
    kind: Kind,
    phase: int | None,
    wave: int | None,
    agent: str | None = None,
    tool: str | None = None,
    title: str | None = None,
    path: str | None = None,
    pinned: bool = False,
    marker: bool = False,
    complete: bool | None = None,
    reduces: tuple[str, ...] = (),
    brought_in: bool = False,
    again_of: str | None = None,
) -> Item:
    """A new retained item with an id of its own. Its content goes into the unit; the caller puts the item.

    The parameters repeat those fields of `Item` that a caller decides, so that types are checked where items are made.
    `Item` itself has no defaults for them: an item read from the store or its log with a field missing is an error.
    """
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
        tool=tool,
        again_of=again_of,
    )


@dataclass(frozen=True, slots=True)
class PreparedItem:
    """An item that is ready to enter. `blob` is None for a token figure alone."""

    new: NewItem
    path: str | None
    """The file that it is from, whether read by us or named by the caller."""
    blob: Blob | None
    figure: Figure
    loc: Location
    name: str | None = None
    """What it is called if neither it nor its sources have a title."""

    def enter(self, unit: UnitOfWork, reduces: tuple[str, ...] = ()) -> Item:
        """Put the item into the unit. One that reduces others takes their place, so it does not count as brought in."""
        new = self.new
        sources = [source for source in map(unit.find, reduces) if source]
        phase, wave = self._place(unit, sources)
        unit.ensure_phase(phase, wave)
        item = make_item(
            unit,
            counted=self.figure,
            blob=self.blob,
            layer=new.layer or "metadata",
            kind=new.kind or _shared([source.kind for source in sources]) or "other",
            phase=phase,
            wave=wave,
            agent=new.agent or _shared([source.agent for source in sources]),
            tool=new.tool,
            title=new.title or _shared([source.title for source in sources]) or self.name,
            path=self.path,
            pinned=new.pinned,
            complete=new.complete,
            reduces=reduces,
            brought_in=not reduces,
            again_of=None if reduces else self._again_of(unit),
        )
        return unit.put(item)

    def _again_of(self, unit: UnitOfWork) -> str | None:
        """The item that left the context earlier, and comes back with this one. Raises `unknownItem`."""
        if self.new.again_of is not None:
            return unit.item(self.new.again_of, [*self.loc, "againOf"]).id
        return unit.departed(self.blob.digest if self.blob else None, self.path, self.new.tool)

    def _place(self, unit: UnitOfWork, sources: list[Item]) -> tuple[int | None, int | None]:
        """Phase and wave of the item: those given, else those of its sources, else the running phase."""
        new = self.new
        if new.wave is not None:
            return phase_of_wave(new.phase, unit.phases.values(), self.loc), new.wave
        if new.phase is not None:
            return new.phase, None
        if sources:
            places = {(source.phase, source.wave) for source in sources}
            if len(places) == 1:
                return places.pop()
            phases = {phase for phase, _ in places}
            return (phases.pop(), None) if len(phases) == 1 else (None, None)
        running = None if new.layer == "permanent" else unit.running_phase()
        return (running.number if running else None), None


def prepare(request: Request, new: NewItem, counter: Counter, loc: Location) -> PreparedItem:
    """Read, count and compress one new item. Raises the errors of reading a file, with `loc`."""
    if new.complete is not None and new.reduces is None:
        raise invalid([*loc, "complete"], "is allowed only for an item that `reduces` others")
    if new.layer is None and new.reduces is None:
        raise invalid([*loc, "layer"], "is required unless the item `reduces` others", "missing")
    if new.file is not None and new.path is not None:
        raise invalid([*loc, "file"], "is not allowed with `path`, which names the file")
    named = None if new.file is None else request.documents.named(new.file, [*loc, "file"])
    if new.tokens is not None:
        return PreparedItem(new, named, None, Figure(new.tokens, new.tokens, None, new.provenance), loc)
    if new.provenance != "reported":
        raise invalid([*loc, "provenance"], "is allowed only with `tokens`")
    check = request.cancellation.check
    path: str | None
    if new.path is not None:
        document = request.documents.read(new.path, [*loc, "path"])
        text, path = document.text, document.path
    else:
        text, path = new.content or "", named
    data = encode(text)
    check_size(len(data), request.limits.max_document_bytes, [*loc, "content" if new.path is None else "path"])
    name = name_of(request.documents.shown(path), text)
    return PreparedItem(new, path, make_blob(data, check), counter.figure(text, check), loc, name)


def _shared(values: list[T]) -> T | None:
    """The value that all share; None if they differ."""
    return values[0] if values and all(value == values[0] for value in values) else None


def reduce_sources(unit: UnitOfWork, sources: list[Item], stand_in: Item) -> None:
    """Mark the sources as replaced by `stand_in`."""
    for source in sources:
        unit.put(source._replace(state="reduced", stand_in=stand_in.id, reason="superseded"))
