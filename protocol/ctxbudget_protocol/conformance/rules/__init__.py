"""The rules, by subject. The order is that of a report."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ctxbudget_protocol.conformance.rule import Rule, written_rules

SUBJECTS = (
    "framing", "messages", "lifecycle", "versions", "sessions", "writes", "leases", "allocation", "figures",
    "cancelling", "accounts", "prunes", "content", "workflow", "errors",
)  # fmt: skip


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule: those written down, and those that follow from the method table."""
    for subject in SUBJECTS:
        import_module(f"{__name__}.{subject}")
    return (*written_rules(), *import_module(f"{__name__}.table").rules())
