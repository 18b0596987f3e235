"""The script of the demo: a full implementation workflow, phase by phase, as a harness would drive it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ctxbudget_client import ServerError
from ctxbudget_server.demo import panel
from ctxbudget_server.demo.console import Console
from ctxbudget_server.demo.documents import (
    DOCUMENTATION,
    IMPLEMENTATION,
    LOCATION,
    NEEDED,
    PLANNING,
    RESEARCH,
    TESTING,
    DemoDocument,
)
from ctxbudget_server.demo.harness import AddedDocument, Agent, Answer, Harness, Refusal
from ctxbudget_server.demo.showcase import check_originals, prune_and_undo, retrieve
from ctxbudget_server.presentation.terminal import line

CONFIG = {"contextWindow": 25_000, "targetShare": 0.3, "scope": "full-implementation", "policy": "aggressive"}
AGENTS = 3
WAVES = (1, 2)
MIN_METADATA = 40
"""Minimum tokens of metadata for a document, however many share the phase's allocation."""
SMALL_METADATA = 4
"""For small documents, metadata may be 1/N of their average length."""
MIN_METADATA_SETTING = 20
"""The smallest `metadataTokens` that `session/open` accepts."""
NEWS_SECONDS = 3.0
"""How long to wait for an alert's notification; the server sends it within a quarter of a second."""

NAMES = {
    LOCATION: "location",
    RESEARCH: "research",
    PLANNING: "planning",
    IMPLEMENTATION: "implementation",
    TESTING: "testing",
    DOCUMENTATION: "documentation",
}
SHOWN_IN = (RESEARCH, IMPLEMENTATION, PLANNING, TESTING, DOCUMENTATION, LOCATION)
"""Where the prune and its undo are shown: the first of these phases that has documents."""


class Workflow:
    """One run. Every figure that it prints comes from the server's answers."""

    def __init__(self, harness: Harness, console: Console, documents: Sequence[DemoDocument]) -> None:
        self._harness = harness
        self._console = console
        self._documents = documents
        self._entries: list[AddedDocument] = []
        self._allocated: dict[int, int] = {}
        self._metadata_tokens = 0
        self._shown = False
        self._alerts = 0
        phases = {document.phase for document in documents}
        self._showcase = next(phase for phase in SHOWN_IN if phase in phases)

    def run(self) -> None:
        """The whole workflow. Raises `ClientError`."""
        self._open()
        steps: dict[int, Callable[[list[DemoDocument]], None]] = {
            LOCATION: lambda documents: self._reduced_at_once(LOCATION, documents, "permanent"),
            RESEARCH: self._research,
            PLANNING: lambda documents: self._reduced_at_once(PLANNING, documents, "metadata"),
            IMPLEMENTATION: self._implement,
            TESTING: lambda documents: self._reduced_by_policy(TESTING, documents),
            DOCUMENTATION: lambda documents: self._reduced_by_policy(DOCUMENTATION, documents),
        }
        for phase, step in steps.items():
            self._phase(phase, step)
        self._close()

    def _open(self) -> None:
        say = self._console.full
        self._console.heading("Session")
        opened = self._harness.ask("session/open", config=CONFIG, watch=True)
        config = opened["config"]
        self._metadata_tokens = config["metadataTokens"]
        say(
            f"session/open: window {config['contextWindow']:,} tokens, budget {opened['budget']:,} "
            f"({panel.share(config['targetShare'])} of it),\n  policy {opened['effectivePolicy']}, "
            f"metadata up to {config['metadataTokens']:,} tokens each"
        )
        self._suit_small_documents()
        phases: list[dict[str, Any]] = [{"number": number, "name": name} for number, name in NAMES.items()]
        for phase in phases:
            if phase["number"] == RESEARCH:
                phase["agents"] = AGENTS
        answer = self._harness.ask("budget/allocate", strategy="fixed", phases=phases)
        self._allocated = {row["phase"]: row["tokens"] for row in answer["allocations"]}
        self._console.brief(panel.outset(opened, answer))
        say(f"budget/allocate, strategy {answer['strategy']}:")
        say(panel.allocations(answer))

    def _suit_small_documents(self) -> None:
        """Lower the thresholds, and say so, if what is added before the first prune cannot reach the usual warning."""
        sizes = {phase: [d.source_tokens for d in self._documents if d.phase == phase] for phase in NAMES}
        first = sizes[self._showcase]
        if self._showcase == IMPLEMENTATION:
            first = first[: _first_wave(len(first))]
        entering = max(sum(sizes[LOCATION]), sum(first))
        if entering >= self._harness.ask("budget/status")["warnAt"]:
            return
        share = sum(first) // len(first) // SMALL_METADATA
        wanted = {
            # Figures up to 1 would be shares.
            "thresholds": {"warn": max(2, entering // 2), "critical": max(3, entering * 3 // 4)},
            "metadataTokens": min(self._metadata_tokens, max(MIN_METADATA_SETTING, share)),
        }
        config = self._harness.ask("session/open", config=wanted)["config"]
        self._metadata_tokens = config["metadataTokens"]
        at = config["thresholds"]
        self._console.full(
            f"Small documents: session/open sets warn to {at['warn']:,.0f}, critical to {at['critical']:,.0f} tokens,\n"
            f"  and metadata up to {config['metadataTokens']:,} tokens each"
        )

    def _phase(self, phase: int, step: Callable[[list[DemoDocument]], None]) -> None:
        documents = [document for document in self._documents if document.phase == phase]
        self._console.heading(f"Phase {phase}: {NAMES[phase]}")
        self._console.brief(f"\nPhase {phase}: {NAMES[phase]}", "strong")
        self._harness.ask("workflow/startPhase", phase=phase, name=NAMES[phase])
        if len(documents) < NEEDED[phase]:
            wanted = f"{NEEDED[phase]} or more" if NEEDED[phase] > 1 else "at least 1"
            self._console.say(f"Too few files for this phase: {len(documents)}, where {wanted} would be used.", "warn")
        if documents:
            step(documents)
        completed = self._harness.ask("workflow/completePhase", phase=phase)
        if any(row["action"] != "kept" for row in completed["plan"]):
            self._console.full(f"workflow/completePhase {phase}: policy {completed['policy']} reduces what is left:")
            self._console.full(panel.prune_plan(completed["plan"]))
        status = self._harness.ask("budget/status")
        self._console.brief(panel.balance(phase, status), "good" if status["level"] == "ok" else status["level"])
        self._console.full()
        self._console.full(panel.after_phase(phase, status), "plain" if status["level"] == "ok" else status["level"])

    def _reduced_at_once(self, phase: int, documents: list[DemoDocument], layer: str) -> None:
        """The harness extracts the metadata itself and replaces the document with it."""
        bound = max(MIN_METADATA, self._allocated.get(phase, 0) // len(documents))
        if layer == "metadata":
            bound = min(bound, self._metadata_tokens)
        entries = self._enter(documents)
        self._show(phase, entries, {"phase": phase})
        if phase == self._showcase:
            return
        for entry in entries:
            extracted, added = self._harness.reduce(entry, bound, layer)
            (stand_in,) = added["items"]
            self._console.full(
                f"  {panel.elided(entry.document.name, 44)}: metadata of {stand_in['tokens']:,} tokens "
                f"(bound {bound:,})\n    replaces it now, in layer {stand_in['layer']}"
            )
            plan = extracted["plan"]
            if plan:
                self._console.full(
                    f"    it names {plan['phaseCount']} phases, complexity {_or_none(plan['complexity'])}, "
                    f"estimate {_or_none(plan['estimate'])}"
                )

    def _reduced_by_policy(self, phase: int, documents: list[DemoDocument]) -> None:
        """Documents stay until the phase completes; then the policy reduces them."""
        self._show(phase, self._enter(documents), {"phase": phase})

    def _research(self, documents: list[DemoDocument]) -> None:
        """Parallel agents: reserve, add, settle."""
        say = self._console.full
        agents = [Agent(f"research-{i + 1}", documents[i::AGENTS]) for i in range(min(AGENTS, len(documents)))]
        share = max(1, self._harness.ask("budget/status")["available"] // len(agents))
        self._harness.reserve(agents, share, RESEARCH)
        for agent in agents:
            if agent.refused:
                say(panel.message(f"{agent.name} works without a lease: {agent.refused.message}"), "warn")
        self._console.brief(f"  {len(agents)} agents reserve {share:,} tokens each and work in parallel")
        say(f"Agents that work in parallel: {len(agents)}. Leases in flight:")
        say(panel.leases(self._harness.ask("budget/status")))
        self._one_more(f"research-{len(agents) + 1}", share)
        self._harness.work(agents)
        for agent in agents:
            self._say_entries(agent.entries, agent.refusals, f"{agent.name}: ")
            if agent.settled:
                settled = agent.settled
                say(
                    f"  its lease: reserved {settled['reserved']:,}, used {settled['used']:,}, "
                    f"refunded {settled['refunded']:,}, overrun {settled['overrun']:,}"
                )
        entries = [entry for agent in agents for entry in agent.entries]
        self._say_alerts(entries)
        self._show(RESEARCH, entries, {"phase": RESEARCH})

    def _one_more(self, holder: str, share: int) -> None:
        """One agent too many: a lease can never hand out tokens that another one holds."""
        try:
            lease = self._harness.ask("budget/reserve", tokens=share, holder=holder, phase=RESEARCH)
        except ServerError as error:
            self._console.full(f"{holder} asks for {share:,} as well and is refused ({error.name}):")
            self._console.full(panel.message(error.message, "  "))
            self._console.brief("  one more is refused, so that no token is handed out twice")
        else:
            self._harness.ask("budget/release", leaseId=lease["leaseId"])

    def _implement(self, documents: list[DemoDocument]) -> None:
        """Two waves; when the second is complete, only a marker remains of the first."""
        say = self._console.full
        half = _first_wave(len(documents))
        for wave, share in zip(WAVES, (documents[:half], documents[half:]), strict=True):
            if not share:
                say(f"Wave {wave} has no document.")
                continue
            say(f"Wave {wave}:")
            self._harness.ask("workflow/startWave", phase=IMPLEMENTATION, wave=wave)
            self._instruct(wave, share)
            entries = self._enter(share, wave=wave)
            self._show(IMPLEMENTATION, entries, {"phase": IMPLEMENTATION, "wave": wave})
            completed = self._harness.ask("workflow/completeWave", phase=IMPLEMENTATION, wave=wave)
            say(f"workflow/completeWave {IMPLEMENTATION}.{wave}: policy {completed['policy']} acts:")
            say(panel.prune_plan(completed["plan"]))
            say(f"  now: {panel.account(completed['status'])}")
            self._console.brief(panel.wave(wave, completed))

    def _instruct(self, wave: int, documents: list[DemoDocument]) -> None:
        """The wave's instructions go to layer phase, and are removed without a trace when the wave completes."""
        names = "\n".join(f"- report what was done in {document.name}" for document in documents)
        item = {
            "layer": "phase",
            "kind": "instructions",
            "phase": IMPLEMENTATION,
            "wave": wave,
            "title": f"instructions for wave {wave}",
            "content": f"Wave {wave} of the implementation. Follow the plan; change nothing else.\n{names}\n",
        }
        answer = self._harness.ask("context/add", items=[item])
        (added,) = answer["items"]
        self._console.full(f"{line(str(item['title']))}: {added['tokens']:,} tokens added as {added['layer']}")

    def _close(self) -> None:
        self._console.heading("Close and report")
        closed = self._harness.ask("session/close")
        acted = [row for row in closed["plan"] if row["action"] != "kept"]
        self._console.full(f"session/close: the policy removes {len(acted)} more items")
        self._console.full(f"  now: {panel.account(closed['status'])}")
        if not self._alerts:
            warn_at = self._harness.ask("budget/status")["warnAt"]
            self._console.full(
                f"No alert fired: the peak of {closed['status']['peak']:,} stayed below the warning at {warn_at:,}."
            )
        check_originals(self._harness, self._console, self._entries)
        self._console.brief(panel.outcome(closed["status"]))
        self._console.full()
        self._console.full(panel.report(self._harness.ask("budget/report", format="markdown")["markdown"]))

    def _enter(self, documents: Sequence[DemoDocument], wave: int | None = None) -> list[AddedDocument]:
        """Add documents one after another, and print each."""
        entries, refusals = self._harness.add(documents, wave=wave)
        self._say_entries(entries, refusals)
        self._say_alerts(entries)
        return entries

    def _show(self, phase: int, entries: Sequence[AddedDocument], target: dict[str, Any]) -> None:
        """Once per run, when documents have been added: a prune, its undo, and what can be read afterwards."""
        self._entries += entries
        if phase == self._showcase and entries and not self._shown:
            self._shown = True
            prune_and_undo(self._harness, self._console, target)
            retrieve(self._harness, self._console, entries)

    def _say_entries(self, entries: Iterable[AddedDocument], refusals: Iterable[Refusal], who: str = "") -> None:
        for entry in entries:
            name = panel.elided(entry.document.name, 34)
            self._console.full(f"{who}{name}: {entry.tokens:,} tokens added as transient")
        for refusal in refusals:
            say_refusal(self._console, refusal)

    def _say_alerts(self, entries: Iterable[AddedDocument]) -> None:
        """Alerts are in the answer of the call that caused them, and reach watchers as notifications."""
        alerts = sorted((alert for entry in entries for alert in entry.alerts), key=lambda alert: alert["revision"])
        self._alerts += len(alerts)
        for alert in alerts:
            self._console.full(panel.alert(alert), alert["level"])
            self._console.brief(f"  {panel.short_alert(alert)}", alert["level"])
            self._await_notification(alert)
        if alerts:
            self._console.full(panel.advice(self._harness.ask("budget/status")))

    def _await_notification(self, alert: Answer) -> None:
        told = self._harness.client.wait_notification(
            "budget/alert", NEWS_SECONDS, lambda note: bool(note.params["revision"] == alert["revision"])
        )
        if told:
            self._console.full(f"  also sent as budget/alert: level {told.params['level']}")
        else:
            self._console.say("  no notification budget/alert came", "critical")


def say_refusal(console: Console, refusal: Refusal) -> None:
    """Print a skipped file, with the server's reason."""
    console.say(f"left out: {panel.elided(refusal.name, 60)} ({refusal.error.name})", "warn")
    console.say(f"  {line(refusal.error.message)}")


def _first_wave(documents: int) -> int:
    """How many of the implementation's documents belong to the first wave."""
    return (documents + 1) // 2


def _or_none(value: object) -> str:
    return "none given" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
