"""The level of an account, with hysteresis: reached at `>=` a threshold, left below a lower one."""

from __future__ import annotations

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_protocol.words import Level
from ctxbudget_server.rules.shares import ceil_share, ratio

RANK: dict[Level, int] = {"ok": 0, "warn": 1, "critical": 2}

RELEASE_SHARE = 0.05
"""How far below its threshold a level is left by default, as a share of the budget: 75 -> 70 %, 95 -> 90 %."""


class Thresholds(NamedTuple):
    """Figures in tokens. A level holds from `>= ..._at` until `< ..._release`."""

    warn_at: int
    critical_at: int
    warn_release: int
    critical_release: int


def thresholds(
    budget: int, warn: float, critical: float, warn_release: float | None, critical_release: float | None
) -> Thresholds:
    """Convert settings to tokens: figures up to 1 are shares of the budget, larger ones are tokens."""
    warn_at, critical_at = _tokens(budget, warn), _tokens(budget, critical)
    return Thresholds(
        warn_at,
        critical_at,
        _release(budget, warn_at, warn_release),
        _release(budget, critical_at, critical_release),
    )


def _tokens(budget: int, setting: float) -> int:
    return ceil_share(budget, setting) if setting <= 1 else ceil_share(1, setting)


def _release(budget: int, reached_at: int, setting: float | None) -> int:
    if setting is not None:
        return min(_tokens(budget, setting), reached_at)
    return reached_at - min(ceil_share(budget, RELEASE_SHARE), reached_at // 10)


def alert_text(level: Level, retained: int, threshold: int, budget: int) -> str:
    """The sentence of an alert, from its figures in tokens; never a share above 100 %."""
    if retained > budget:
        share = f"{retained - budget:,} over the budget of {budget:,}"
    else:
        share = f"{ratio(retained, budget):.1%} of the budget of {budget:,}"
    return f"{retained:,} tokens retained, {share}: {level} is reached at {threshold:,}."


def next_level(level: Level, retained: int, at: Thresholds) -> Level:
    """The level after a transaction, decided by `retained` (tokens) and the previous level."""
    if retained >= at.critical_at or (level == "critical" and retained >= at.critical_release):
        return "critical"
    if retained >= at.warn_at or (level != "ok" and retained >= at.warn_release):
        return "warn"
    return "ok"
