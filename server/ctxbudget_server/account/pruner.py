"""Carries out a policy's decisions, and records for every item what happened and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ctxbudget_protocol.common import PlanRow
from ctxbudget_protocol.values import dataclass
from ctxbudget_server.account.content import undamaged
from ctxbudget_server.account.items import make_item
from ctxbudget_server.account.replacements import Extractor, marker_item
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.naming import title_of
from ctxbudget_server.rules.policy import Decisions, MarkerReplacement, Step

Action = Literal["reduced", "pruned", "kept", "added"]


@dataclass(frozen=True, slots=True)
class Ended:
    """A phase or wave that has just ended; if nothing of it remains, a marker takes its place."""

    phase: int
    wave: int | None = None


class Pruner:
    """Applies decisions to a unit and collects the plan."""

    def __init__(self, unit: UnitOfWork, extractor: Extractor) -> None:
        self._unit = unit
        self._extractor = extractor
        self.plan: list[PlanRow] = []

    @property
    def saved(self) -> int:
        """Tokens that the plan frees."""
        return sum(row.tokens_before - row.tokens_after for row in self.plan)

    def apply(self, decisions: Decisions, ended: Iterable[Ended] = ()) -> None:
        """Carry out the decisions, then leave a marker for each of `ended` if nothing of it remains."""
        for step in self._unit.each(decisions.steps):
            self._apply_step(step)
        for turn in decisions.turns:
            self._turn_into_marker(turn)
        if self._unit.settings.values["markers"]:
            for scope in ended:
                self._mark_if_empty(scope, decisions)

    def _apply_step(self, step: Step) -> None:
        item = step.item
        if step.verb == "keep":
            tokens = item.figures.retained
            self._row(item, "kept", step.reason, tokens, tokens)
        elif step.verb == "drop":
            self._prune(item, step.reason)
        else:
            self._reduce(item, step.reason)

    def _reduce(self, item: Item, reason: str) -> None:
        standing = self._unit.find(item.stand_in) if item.stand_in else None
        if standing is not None and standing.state == "retained":
            self._replace(item, standing.id, reason, 0)
            return
        made = self._extractor.metadata_of(item, lambda: undamaged(self._unit.reader, item))
        if made is None:
            self._prune(item, "noMetadata")
            return
        stand_in = make_item(
            self._unit,
            blob=made.blob,
            counted=made.figure,
            layer="metadata",
            kind=item.kind,
            phase=item.phase,
            wave=item.wave,
            reduces=(item.id,),
            title=title_of(item),
            agent=item.agent,
            complete=made.complete,
        )
        self._unit.put(stand_in, undoable=True)
        self._replace(item, stand_in.id, reason, stand_in.tokens)

    def _turn_into_marker(self, turn: MarkerReplacement) -> None:
        going = [item for item in turn.items if not (item.marker and item.wave == turn.wave)]
        staying = self._remaining(Ended(turn.phase, turn.wave), {item.id for item in turn.items})
        if staying or not self._unit.settings.values["markers"]:
            for item in going:
                self._prune(item, "superseded")
            return
        reduced = tuple(item.id for item in going)
        standing = next((item for item in turn.items if item not in going), None)
        marker = standing or marker_item(self._unit, self._extractor.counter, turn.phase, turn.wave, reduced)
        for item in going:
            self._replace(item, marker.id, "superseded", 0)
        if standing is None:
            self._add_marker(marker)
        else:
            self._unit.put(standing._replace(reduces=standing.reduces + reduced), undoable=True)

    def _mark_if_empty(self, scope: Ended, decisions: Decisions) -> None:
        """Leave a marker if nothing else remains of `scope`; a phase's marker replaces those of its waves."""
        remaining = self._remaining(scope, set())
        waves = [item for item in remaining if item.marker and scope.wave is None and item.wave is not None]
        gone = tuple(
            step.item.id for step in decisions.steps if step.verb != "keep" and self._belongs(step.item, scope)
        )
        if len(waves) < len(remaining) or not (gone or waves):
            return
        marker = marker_item(
            self._unit, self._extractor.counter, scope.phase, scope.wave, tuple(item.id for item in waves)
        )
        for item in waves:
            self._replace(item, marker.id, "superseded", 0)
        self._add_marker(marker)

    def _remaining(self, scope: Ended, besides: set[str]) -> list[Item]:
        items = self._unit.items(state="retained", phase=scope.phase)
        return [item for item in items if item.id not in besides and self._belongs(item, scope)]

    def _belongs(self, item: Item, scope: Ended) -> bool:
        return item.phase == scope.phase and scope.wave in (None, item.wave)

    def _add_marker(self, marker: Item) -> None:
        self._unit.put(marker, undoable=True)
        self._row(marker, "added", "marker", 0, marker.tokens)

    def _prune(self, item: Item, reason: str) -> None:
        pruned = item._replace(state="pruned", reason=reason, revision=self._unit.revision)
        self._unit.put(pruned, undoable=True)
        self._row(item, "pruned", reason, item.tokens, 0)

    def _replace(self, item: Item, stand_in: str, reason: str, tokens_after: int) -> None:
        reduced = item._replace(state="reduced", stand_in=stand_in, reason=reason, revision=self._unit.revision)
        self._unit.put(reduced, undoable=True)
        self._row(item, "reduced", reason, item.tokens, tokens_after, stand_in=stand_in)

    def _row(
        self, item: Item, action: Action, reason: str, before: int, after: int, *, stand_in: str | None = None
    ) -> None:
        self.plan.append(
            PlanRow(
                id=item.id,
                action=action,
                reason=reason,
                layer=item.layer,
                kind=item.kind,
                phase=item.phase,
                wave=item.wave,
                title=title_of(item),
                tokens_before=before,
                tokens_after=after,
                stand_in=stand_in,
            )
        )
