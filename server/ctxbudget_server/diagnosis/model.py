"""What a diagnosis is made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ctxbudget_server.rules.items import Item

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.diagnose import Evidence
    from ctxbudget_protocol.words import FindingCode


class Cure(Protocol):
    """A rehearsal in progress: what is sent in it becomes a request of the cure."""

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Make a request of the cure; its answer."""

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Make a request that only prepares another; its answer."""

    def undo(self, method: str, **params: Any) -> None:
        """Note a request that takes back what was sent since the last note; the last noted one is sent first."""


Treatment = Callable[[Cure], None]


def no_request(_: Cure) -> None:
    """The treatment of a cause that no request can cure."""


class Cause(NamedTuple):
    """A cause that was found. `claims`: items that its cure changes, which no other cure may change then."""

    code: FindingCode
    message: str
    rule: str
    prevention: str
    evidence: Sequence[Evidence]
    treat: Treatment = no_request
    claims: Collection[str] = ()
    frees: bool = True
    """Whether its cure takes tokens off the context."""

    @property
    def tokens(self) -> int:
        """What the evidence holds in the context, tokens."""
        return sum(evidence.tokens for evidence in self.evidence)


def tokens_of(items: Sequence[Item]) -> int:
    """The tokens of items, added up."""
    return sum(item.tokens for item in items)


def ids(items: Sequence[Item]) -> list[str]:
    """Their ids."""
    return [item.id for item in items]
