"""A conversation on a session's account: each result is an item, and so is the rest of each message."""

from __future__ import annotations

from collections import Counter as Multiset
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctxbudget_protocol.fields import MAX_ITEMS
from ctxbudget_protocol.words import Kind, Layer
from ctxbudget_server.account.content import Blob, Figure, digest_of, encode
from ctxbudget_server.account.items import make_item
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.fit import SHAPES, Content, Removal, contents
from ctxbudget_server.fit.shape import Shape
from ctxbudget_server.rules.items import Item
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import ItemFilter

Figured = Callable[[str, bool], tuple[Blob, Figure]]
"""The blob and the figure of a text; whether it is JSON."""

PLACES: dict[str, tuple[Layer, Kind]] = {
    "system": ("permanent", "instructions"),
    "user": ("phase", "instructions"),
    "assistant": ("transient", "other"),
    "result": ("transient", "tool-output"),
}
"""Layer and kind by who speaks."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes one item."""

    content: Content
    blob: Blob
    figure: Figure


@dataclass(frozen=True, slots=True)
class Conversation:
    """The pieces that a conversation had, and those that it has now."""

    before: list[Piece]
    after: list[Piece]
    earlier: Multiset[str] | None = None
    """Pieces by digest that precede these and are settled already; None: these are all."""

    @classmethod
    def of(
        cls,
        before: Sequence[dict[str, Any]],
        after: Sequence[dict[str, Any]],
        form: str,
        figured: Figured,
    ) -> Conversation:
        """Count and compress both, outside any transaction."""
        return cls(_pieces(before, form, figured), _pieces(after, form, figured))

    @classmethod
    def grown(cls, new: Sequence[dict[str, Any]], form: str, figured: Figured, earlier: Multiset[str]) -> Conversation:
        """Messages behind a conversation that is settled already, and of which nothing more went."""
        pieces = _pieces(new, form, figured)
        return cls(pieces, pieces, earlier)

    @property
    def settled(self) -> Multiset[str]:
        """The pieces of all of it by digest."""
        found = self.earlier.copy() if self.earlier else Multiset()
        found.update(piece.blob.digest for piece in self.before)
        return found

    def settle(self, unit: UnitOfWork, removed: Mapping[str, Removal]) -> set[str]:
        """Make the account say what the conversation is now. `removed` is by the id of the item that keeps it.

        A piece is known by its content: what entered before, also by `context/add`, does not enter twice. Returns the
        ids of the items that the conversation has now.
        """
        known: defaultdict[str, list[Item]] = defaultdict(list)
        before = {one.blob.digest for one in self.before}
        wanted = before | {one.blob.digest for one in self.after}
        for item in unit.items(hashes=wanted) if self.earlier is None else unit.items_of(before):
            if item.hash is not None:
                known[item.hash].append(item)
        for digest, items in known.items():
            del items[: self.earlier[digest] if self.earlier else 0]
        staying = Multiset(piece.blob.digest for piece in self.after)
        gone, staying_ids = [], set()
        for piece in self.before:
            here = known[piece.blob.digest]
            old = here.pop(0) if here else None
            item = old or _entered(unit, piece)
            if staying[piece.blob.digest] > 0:
                staying[piece.blob.digest] -= 1
                staying_ids.add(item.id)
                brought_in = item.brought_in or item.layer != "metadata"
                if old is None or (old.state, old.brought_in, old.reason) != ("retained", brought_in, None):
                    unit.put(item._replace(state="retained", brought_in=brought_in, reason=None))
            else:
                gone.append(item)
        stand_ins = self._stand_ins(unit, staying, known, removed, staying_ids)
        for item in gone:
            what = removed.get(item.id)
            stand_in = stand_ins.get(item.id)
            if item.stand_in and item.stand_in != stand_in and (former := unit.find(item.stand_in)):
                unit.put(former._replace(state="pruned", reason="superseded"))
            removed_item = item._replace(
                state="reduced" if stand_in else "pruned",
                stand_in=stand_in,
                reason=what.reason if what else "oldTurn",
                brought_in=item.brought_in or item.layer != "metadata",
            )
            if removed_item != unit.find(item.id):
                unit.put(removed_item)
        return staying_ids

    def _stand_ins(
        self,
        unit: UnitOfWork,
        fresh: Multiset[str],
        known: Mapping[str, list[Item]],
        removed: Mapping[str, Removal],
        staying_ids: set[str],
    ) -> dict[str, str]:
        """The items of markers and records, by the id of what each replaces. Their ids stay as well."""
        sources: defaultdict[str, list[str]] = defaultdict(list)
        for item_id, what in removed.items():
            if what.stand_in is not None:
                sources[what.stand_in].append(item_id)
        found = {}
        texts = {piece.blob.digest: piece for piece in self.after}
        for digest, times in fresh.items():
            for _ in range(times):
                piece = texts[digest]
                reduces = tuple(sources.get(piece.content.text, ())) if piece.content.role == "result" else ()
                item = known[digest].pop(0) if known.get(digest) else _made(unit, piece, reduces)
                if (item.state, item.reason) != ("retained", None) or unit.find(item.id) is None:
                    unit.put(item._replace(state="retained", reason=None))
                staying_ids.add(item.id)
                found.update(dict.fromkeys(reduces, item.id))
        return found


def pinned_messages(reader: Reader, session_id: str, shape: Shape, messages: Sequence[dict[str, Any]]) -> set[int]:
    """The indexes of messages with something that is pinned on the account of a session."""
    if not any(sums.pinned for sums in reader.sums(session_id).values()):
        return set()
    pinned = reader.page(session_id, ItemFilter(state="retained", pinned=True), None, MAX_ITEMS)[0]
    digests = {item.hash for item in pinned if item.hash is not None}
    return {
        index
        for index, message in enumerate(messages)
        if any(digest_of(encode(content.original)) in digests for content in contents(shape, [message]))
    }


def pruned_calls(reader: Reader, session_id: str, shape: Shape, messages: Sequence[dict[str, Any]]) -> set[str]:
    """The ids of calls whose results were pruned on the account of a session, by request or by a policy."""
    results: defaultdict[str, set[str]] = defaultdict(set)
    for index, message in enumerate(messages):
        for part in shape.parts(index, message):
            if part.kind == "result":
                results[digest_of(encode(part.original))].add(part.named_id)
    gone = [item for item in reader.items_of(session_id, results.keys()) if item.reason in ("requested", "policy")]
    return {call for item in gone if item.hash is not None for call in results[item.hash]}


def leave_nothing_else(unit: UnitOfWork, staying: set[str]) -> None:
    """Prune what the session retains besides these items: the model is shown nothing else any more."""
    for item in unit.items():
        if item.state == "retained" and item.id not in staying and not item.pinned and item.layer != "permanent":
            unit.put(item._replace(state="pruned", reason="oldTurn"))


def _pieces(messages: Sequence[dict[str, Any]], form: str, figured: Figured) -> list[Piece]:
    return [Piece(content, *figured(content.original, content.is_json)) for content in contents(SHAPES[form], messages)]


def _entered(unit: UnitOfWork, piece: Piece) -> Item:
    layer, kind = PLACES[piece.content.role]
    running = unit.running_phase() if layer != "permanent" else None
    return make_item(
        unit,
        counted=piece.figure,
        blob=piece.blob,
        layer=layer,
        kind=kind,
        phase=running.number if running else None,
        wave=None,
        title=piece.content.title,
        brought_in=True,
    )


def _made(unit: UnitOfWork, piece: Piece, reduces: tuple[str, ...]) -> Item:
    running = unit.running_phase()
    return make_item(
        unit,
        counted=piece.figure,
        blob=piece.blob,
        layer="metadata",
        kind=PLACES[piece.content.role][1],
        phase=running.number if running else None,
        wave=None,
        title=piece.content.title,
        complete=True,
        reduces=reduces,
    )
