"""Rebuilds from a session's log what its other tables hold: its figures and state, phases, waves, layers and leases.

Follows the log as the transactions did that wrote it. Earlier versions did not log the names of phases, allocations
and the expiry of leases: the result says of which rows these are unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, get_args

from ctxbudget_protocol.methods.session.open import Config
from ctxbudget_protocol.words import Layer, Level, SessionState
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.levels import Thresholds, next_level, thresholds
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.rules.shares import floor_share
from ctxbudget_server.store.records import Event, LayerRecord

RETENTION = "store/retain"
"""The method of the events that no caller caused: they are not counted as changes of the session."""


class _Entry(NamedTuple):
    """What a retained or removed item contributes."""

    layer: str
    phase: int | None
    retained: int


@dataclass(slots=True)
class Rebuilt:
    """A session as its log has it; token figures, times as strings."""

    unreadable: int = 0
    """Events that could not be followed."""
    config: dict[str, Any] = field(default_factory=lambda: {"own": {}, "host": {}})
    configured: bool = False
    """Whether the log has the settings; otherwise they are the defaults."""
    state: SessionState = "open"
    closed_at: str | None = None
    updated_at: str | None = None
    dropped_revision: int = 0
    peak: int = 0
    level: Level = "ok"
    buffer: int | None = None
    phases: dict[int, Phase] = field(default_factory=dict)
    waves: dict[tuple[int, int], Wave] = field(default_factory=dict)
    layers: dict[str, LayerRecord] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    undoable: list[int] = field(default_factory=list)
    """Revisions that could be undone."""
    phase_names: set[int] = field(default_factory=set)
    """Phases whose names are not in the log."""
    allocated: bool = True
    """Whether all allocations are in the log."""
    unknown_expiry: set[str] = field(default_factory=set)
    """Leases whose expiry is not in the log: they count as expired."""


def rebuilt(events: Iterable[Event]) -> Rebuilt:
    """Follow a session's log from its beginning."""
    follower = _Follower()
    for event in events:
        try:
            follower.follow(event)
        except (KeyError, ValueError, TypeError, AttributeError):  # it is damaged, or builds on one that is lost
            follower.found.unreadable += 1
    return follower.found


def effective(config: dict[str, Any]) -> dict[str, Any]:
    """The settings that follow from a stored configuration alone, without files; all of them, over the defaults.

    Older sessions keep every setting in one object; newer ones what was set (`own`) and what the host reports.
    """
    values = Config().wire()
    layers = (config.get("host", {}), config["own"]) if "own" in config else (config,)
    for layer in layers:
        for name, value in layer.items():
            values[name] = {**values[name], **value} if isinstance(value, dict) else value
    return values


def thresholds_of(config: dict[str, Any]) -> Thresholds:
    """The thresholds, in tokens, that follow from a session's settings."""
    values = effective(config)
    at = values["thresholds"]
    budget = floor_share(int(values["contextWindow"]), values["targetShare"])
    return thresholds(budget, at["warn"], at["critical"], at["warnRelease"], at["criticalRelease"])


class _Follower:
    def __init__(self) -> None:
        self.found = Rebuilt()
        self._order = 1
        self._config = effective(self.found.config)
        self._at = thresholds_of(self._config)
        self._entries: dict[str, _Entry] = {}
        self._by_layer: defaultdict[str, int] = defaultdict(int)
        self._by_phase: defaultdict[int, int] = defaultdict(int)

    def follow(self, event: Event) -> None:
        """Apply the next event."""
        found = self.found
        if event.method in ("session/open", "context/fit"):
            found.state, found.closed_at = "open", None
        elif event.method == "session/close":
            found.state, found.closed_at = "closed", event.at
        elif event.method == "session/archive":
            found.state, found.closed_at = "archived", found.closed_at or event.at
        if "config" in event.detail:
            self._config = event.detail["config"]  # with the files' settings of that time
            self._at = thresholds_of(self._config)
            found.config, found.configured = event.detail.get("stored", self._config), True
        self._change_items(event)
        if "setup" in event.detail:
            self._set_up(event.detail["setup"])
        namespace, _, step = event.method.partition("/")
        if event.method == "workflow/plan":
            self._allocate(event.detail)
        elif namespace == "workflow":
            self._step(step, event)
        elif event.method == "context/undo":
            self._undo(event)
        elif step == "allocate":
            self._allocate(event.detail)
        elif "lease" in event.detail:
            self._lease(step, event)
        if event.method == RETENTION or "dropped" in event.detail:
            found.dropped_revision = event.revision
        if event.method not in (RETENTION, "session/archive"):
            found.updated_at = event.at
            self._figure_out(event.revision)

    def _change_items(self, event: Event) -> None:
        can_undo = False
        for change in event.changes:
            before, after = change["before"], change["after"]
            phase, wave = after.get("phase"), after.get("wave")
            if "tokens" not in after or "layer" not in after:  # the event that created the item is lost
                continue
            retained = after["tokens"] if after.get("state") == "retained" else 0
            self._enter(change["id"], _Entry(after["layer"], phase, retained))
            if phase is not None:
                self.found.phases.setdefault(phase, Phase(phase))
                if wave is not None:
                    self.found.waves.setdefault((phase, wave), Wave(phase, wave))
            removed = before is not None and before.get("state") == "retained" and after.get("state") != "retained"
            outdated = after.get("marker") and after.get("state") == "pruned"  # its phase or wave runs again
            can_undo |= removed and not outdated
        adds = event.method == "context/add" and event.why == event.method
        if event.method == "context/undo" or "setup" in event.detail or (can_undo and not adds):
            self.found.undoable.append(event.revision)

    def _enter(self, item_id: str, new: _Entry) -> None:
        old = self._entries.get(item_id)
        self._entries[item_id] = new
        for entry, sign in ((old, -1), (new, 1)):
            if entry is not None:
                self._by_layer[entry.layer] += sign * entry.retained
                if entry.phase is not None:
                    self._by_phase[entry.phase] += sign * entry.retained

    def _step(self, step: str, event: Event) -> None:
        """A phase or wave starts or completes; `why` ends with its number."""
        phases, waves = self.found.phases, self.found.waves
        first, _, second = event.why.rpartition(" ")[2].partition(".")
        number, wave = int(first), int(second or 0)
        phase = phases.setdefault(number, Phase(number))
        if step == "startPhase":
            if "name" in event.detail:
                self.found.phase_names.discard(number)
            else:
                self.found.phase_names.add(number)
            name = event.detail.get("name") or phase.name
            phases[number] = replace(
                phase, state="running", order=self._next_order(), name=name, used=None, turned_at=None
            )
        elif step == "completePhase":
            for key, running in waves.items():
                if key[0] == number and running.state == "running":
                    waves[key] = replace(running, state="completed", order=self._next_order())
            phases[number] = self._frozen(replace(phase, state="completed"), event.revision)
        elif step == "startWave":
            known = waves.get((number, wave), Wave(number, wave))
            waves[number, wave] = replace(known, state="running")
        else:
            waves[number, wave] = Wave(number, wave, "completed", self._next_order())

    def _frozen(self, phase: Phase, revision: int) -> Phase:
        """The phase with what it holds now, and held at most, as its final figures."""
        held = self._by_phase[phase.number]
        return replace(phase, used=held, peak=max(phase.peak, held), turned_at=revision)

    def _undo(self, event: Event) -> None:
        for number, phase in self.found.phases.items():
            if phase.turned_at is None or phase.turned_at != event.detail.get("revision"):
                continue
            if phase.frozen:
                self.found.phases[number] = replace(phase, used=None, turned_at=event.revision)
            elif phase.state == "completed":
                self.found.phases[number] = self._frozen(phase, event.revision)

    def _next_order(self) -> int:
        self._order += 1
        return self._order - 1

    def _allocate(self, detail: dict[str, Any]) -> None:
        self.found.allocated = "phases" in detail
        for row in detail.get("phases", ()):
            phase = self.found.phases.get(row["phase"], Phase(row["phase"]))
            self.found.phases[phase.number] = replace(phase, name=row["name"], allocated=row["tokens"])
            self.found.phase_names.discard(phase.number)
        self.found.buffer = detail.get("buffer")

    def _set_up(self, setup: dict[str, Any]) -> None:
        """A plan is applied, or its undo takes it back: each phase's values before and after."""
        for before, after in setup["phases"]:
            number = (after or before)["phase"]
            if after is None:
                self.found.phases.pop(number, None)
            else:
                phase = self.found.phases.get(number, Phase(number))
                self.found.phases[number] = replace(phase, name=after["name"], allocated=after["tokens"])
            self.found.phase_names.discard(number)
        self.found.buffer = setup["buffer"][1]

    def _lease(self, step: str, event: Event) -> None:
        leases, detail = self.found.leases, event.detail
        lease_id = detail["lease"]
        if step == "reserve":
            running = self._running()
            leases[lease_id] = Lease(
                id=lease_id,
                holder=event.why.removeprefix("reserve for "),
                tokens=detail["tokens"],
                phase=detail.get("phase", running.number if running else None),
                state="active",
                reserved_at=event.at,
                expires_at=detail.get("expiresAt", event.at),
            )
        elif lease_id not in leases:  # the event that reserved it is lost
            return
        elif step == "settle":
            leases[lease_id] = replace(leases[lease_id], state="settled", used=detail["used"])
        elif step == "release":
            leases[lease_id] = replace(leases[lease_id], state="released", used=0)
        elif step == "renew":
            leases[lease_id] = replace(leases[lease_id], expires_at=detail.get("expiresAt", event.at))
        if step in ("reserve", "renew") and "expiresAt" not in detail:
            self.found.unknown_expiry.add(lease_id)
        else:
            self.found.unknown_expiry.discard(lease_id)

    def _running(self) -> Phase | None:
        return next((phase for phase in self.found.phases.values() if phase.state == "running"), None)

    def _figure_out(self, revision: int) -> None:
        """Peaks, breaches and the level at the end of a transaction."""
        found = self.found
        retained = sum(self._by_layer.values())
        found.peak = max(found.peak, retained)
        found.level = next_level(found.level, retained, self._at)
        for number, tokens in self._by_phase.items():
            phase = found.phases.setdefault(number, Phase(number))
            if not phase.frozen:
                found.phases[number] = replace(phase, peak=max(phase.peak, tokens))
        for layer in get_args(Layer):
            self._follow_layer(layer, self._by_layer[layer], revision)

    def _follow_layer(self, layer: str, retained: int, revision: int) -> None:
        old = self.found.layers.get(layer, LayerRecord(layer=layer))
        new = replace(old, peak=max(old.peak, retained))
        share = self._config.get("layerCeilings", {}).get(layer)
        if share is not None and new.breach_revision is None:
            window = int(self._config["contextWindow"])
            if retained > floor_share(window, share):
                running = self._running()
                place = running.number if running else max(self._by_phase, default=None)
                new = replace(new, breach_phase=place, breach_revision=revision)
        if new != LayerRecord(layer=layer):
            self.found.layers[layer] = new
