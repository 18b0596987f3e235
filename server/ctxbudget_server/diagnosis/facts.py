"""The facts that causes are found in: one snapshot of an account, with all its items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.budget.diagnose import Evidence
from ctxbudget_protocol.words import Layer, Provenance
from ctxbudget_server.account.counter import calibrated_counter
from ctxbudget_server.rules.allocation import DEBUG_PHASE, RESEARCH_PHASE
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.naming import title_of
from ctxbudget_server.rules.policy import STRICTNESS, WORKING_LAYERS, Asked, asked_policy

if TYPE_CHECKING:
    from ctxbudget_protocol.words import Policy
    from ctxbudget_server.account.request import Request
    from ctxbudget_server.account.settings import Settings
    from ctxbudget_server.account.transactions import Snapshot
    from ctxbudget_server.rules.leases import Lease
    from ctxbudget_server.rules.lifecycle import Phase, Wave
    from ctxbudget_server.store.records import Session


@dataclass
class Facts:
    """An account, and which of its items the causes found so far have claimed."""

    session: Session
    settings: Settings
    phases: Mapping[int, Phase]
    waves: Sequence[Wave]
    leases: Sequence[Lease]
    """All of them, ended ones included."""
    items: Sequence[Item]
    """All of them, removed ones included."""
    now: str
    counts_as: Provenance
    """The provenance that a count would have now."""
    check: Callable[[], None]
    claimed: set[str] = field(default_factory=set)

    @property
    def budget(self) -> int:
        """The budget, tokens."""
        return self.settings.budget

    @cached_property
    def by_id(self) -> Mapping[str, Item]:
        """Items by id."""
        return {item.id: item for item in self.items}

    @cached_property
    def retained(self) -> Sequence[Item]:
        """Items in the context."""
        return [item for item in self.items if item.state == "retained"]

    @property
    def free(self) -> Sequence[Item]:
        """Items in the context that a cure may change: neither protected nor claimed by another cause."""
        return [item for item in self.retained if not item.protected and item.id not in self.claimed]

    def working(self) -> Sequence[Item]:
        """Free items that are removed when their phase or wave is over."""
        return [item for item in self.free if item.layer in WORKING_LAYERS]

    def metadata(self) -> Sequence[Item]:
        """Free items of metadata, without markers."""
        return [item for item in self.free if item.layer == "metadata" and not item.marker]

    def of_layer(self, layer: Layer) -> int:
        """What a layer holds in the context, tokens."""
        return sum(item.tokens for item in self.retained if item.layer == layer)

    def completed(self, phase: int | None) -> bool:
        """Whether a phase is complete; False for items of no phase."""
        return phase is not None and self.phases[phase].state == "completed"

    @cached_property
    def running(self) -> Phase | None:
        """The running phase."""
        return next((phase for phase in self.phases.values() if phase.state == "running"), None)

    @property
    def left_over(self) -> int:
        """What remains in the context if all claimed items go, tokens."""
        return self.session.retained - sum(self.by_id[item_id].tokens for item_id in self.claimed)

    @property
    def tight(self) -> bool:
        """Whether the account is at its warning threshold, even without what causes found so far have claimed."""
        return self.left_over >= self.settings.thresholds.warn_at

    @cached_property
    def asked(self) -> Asked:
        """The policy that the workflow's size asks for."""
        debugging = self.phases.get(DEBUG_PHASE)
        if self.settings.scope is None and debugging is not None and debugging.state == "running":
            return Asked("minimal", "debugging")
        return asked_policy(self.settings.scope, self.phases.values())

    @property
    def policy(self) -> Policy:
        """The stricter one of the policy in force and the policy that is asked for."""
        return max(self.settings.policy, self.asked.policy, key=lambda policy: STRICTNESS[policy])

    def research(self) -> list[int]:
        """The phases of research."""
        return [
            number
            for number, phase in self.phases.items()
            if number == RESEARCH_PHASE or "research" in (phase.name or "").lower()
        ]


def facts_of(snapshot: Snapshot, request: Request) -> Facts:
    """The facts of a session."""
    reader, session = snapshot.reader, snapshot.session
    settings = request.settings_of(session)
    return Facts(
        session=session,
        settings=settings,
        phases=reader.phases(session.id),
        waves=reader.waves(session.id),
        leases=reader.leases(session.id),
        items=reader.items(session.id),
        now=request.now(),
        counts_as=calibrated_counter(reader, settings.model).provenance,
        check=request.cancellation.check,
    )


def items_as_evidence(items: Iterable[Item]) -> list[Evidence]:
    """Items as evidence, the largest first."""
    ordered = sorted(items, key=lambda item: (-item.tokens, item.seq))
    return [
        Evidence(type="item", id=item.id, title=title_of(item), phase=item.phase, tokens=item.tokens)
        for item in ordered
    ]


def figure(tokens: int) -> str:
    """Tokens for people."""
    return "1 token" if tokens == 1 else f"{tokens:,} tokens"


def listed(numbers: Iterable[int | str], word: str) -> str:
    """`phase 1`, `phases 1 and 2`, `phases 1, 2 and 3`."""
    names = [str(number) for number in numbers]
    if len(names) == 1:
        return f"{word} {names[0]}"
    return f"{word}s {', '.join(names[:-1])} and {names[-1]}"


def counted(number: int, word: str) -> str:
    """`1 item`, `2 items`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def form(things: Sized, one: str, more: str) -> str:
    """The form of a word for one thing, or for more."""
    return one if len(things) == 1 else more
