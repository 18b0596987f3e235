"""What a rule is, and how rules are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

from ctxbudget_protocol.conformance.client import MisbehaviourError

Level = Literal["core", "full"]

CORE_METHODS = (
    "session/open", "session/close", "session/list", "session/delete",
    "budget/status", "budget/allocate", "budget/reserve", "budget/settle", "budget/release", "budget/renew",
)  # fmt: skip
"""The methods that a server of the level `core` must have."""


class NotJudgedError(Exception):
    """The rule does not apply to this server; the message says why."""


class Rule(NamedTuple):
    """One thing that the contract demands.

    `id` never changes. `reference` is a place in the documentation. `check` raises `MisbehaviourError` if the server
    does not keep the rule, and `NotJudgedError` if the rule does not apply to it.
    """

    id: str
    sentence: str
    level: Level
    reference: str
    check: Callable[[Any], None]
    methods: tuple[str, ...] = ()
    """Methods that the rule needs besides those of its level."""


_WRITTEN: list[Rule] = []


def rule(
    rule_id: str, sentence: str, section: str, *, level: Level = "core", needs: Iterable[str] = ()
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Make a rule of a function; `section` is one of `docs/implementing.md`."""

    def made(check: Callable[[Any], None]) -> Callable[[Any], None]:
        _WRITTEN.append(Rule(rule_id, sentence, level, f"docs/implementing.md#{section}", check, tuple(needs)))
        return check

    return made


def written_rules() -> list[Rule]:
    """The rules of the modules that are loaded, in their order."""
    return list(_WRITTEN)


def expect(kept: bool, otherwise: str) -> None:
    """Raise `MisbehaviourError` unless something is as it must be."""
    if not kept:
        raise MisbehaviourError(otherwise)


def equal(found: object, expected: object, what: str) -> None:
    """Raise `MisbehaviourError` unless two values are the same."""
    if found != expected:
        raise MisbehaviourError(f"{what}: expected {expected!r}, found {found!r}")
