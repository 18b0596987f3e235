"""The forecast of an account: its latest changes as calls, its limits as the figures to reach."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from threading import Lock
from typing import Final

from ctxbudget_protocol.common import AgentGrowth, Forecast, PhaseGrowth, Reach
from ctxbudget_server.account.overview import Overview
from ctxbudget_server.account.transactions import Snapshot
from ctxbudget_server.rules import forecast as rules
from ctxbudget_server.store.records import LoggedFigures

MAX_CHANGES: Final = 64
"""Changes that are read for the growths of at most `rules.MAX_GROWTHS` calls: some are of phases, leases, settings."""

MAX_SESSIONS: Final = 256
"""Sessions whose last forecast this process remembers, so that asking again costs next to nothing."""

_Stand = tuple[int, int, int, int | None, tuple[int, int, int, int]]
"""All that a forecast depends on: the session's revision, retained and processed tokens, running phase and limits."""

_told: dict[str, tuple[_Stand, Forecast]] = {}
"""By the nonce of the session's life, oldest first."""
_lock = Lock()


def forecast_of(snapshot: Snapshot, overview: Overview, requests: Sequence[int] = ()) -> Forecast:
    """When the account reaches its limits, from its latest changes; when `requests` of these sizes fill the window."""
    session, settings, phase = snapshot.session, overview.settings, overview.running_phase
    limits = settings.thresholds.warn_at, settings.thresholds.critical_at, settings.budget, settings.window
    stand = session.revision, session.retained, session.processed, phase, limits
    with _lock:
        told = _told.get(session.nonce)
    if told is not None and told[0] == stand:
        forecast = told[1]
    else:
        changes = [figures for _, figures in snapshot.reader.log(session).latest_figures(MAX_CHANGES)]
        forecast = _forecast(rules.Forecast(growths_of(changes), phase), session.retained, limits)
        with _lock:
            _told.pop(session.nonce, None)
            _told[session.nonce] = stand, forecast
            if len(_told) > MAX_SESSIONS:
                del _told[next(iter(_told))]
    return forecast.copy(requests=_of_requests(requests, settings.window)) if requests else forecast


def growths_of(changes: Sequence[LoggedFigures]) -> list[rules.Growth]:
    """The growth of each change with which a caller brought tokens, and after which no less is retained than before.

    What is brought into an empty account is its beginning, not a growth.
    """
    return [
        rules.Growth(now.retained - before.retained, now.phase, now.agent)
        for before, now in pairwise(changes)
        if 0 < before.processed < now.processed and now.retained >= before.retained
    ]


def _forecast(seen: rules.Forecast, retained: int, limits: tuple[int, int, int, int]) -> Forecast:
    warn, critical, budget, window = (_reach(seen, retained, limit) for limit in limits)
    return Forecast(
        warn=warn,
        critical=critical,
        budget=budget,
        window=window,
        requests=None,
        growth=seen.growth,
        based_on=seen.based_on,
        basis="phase" if seen.of_phase else "session",
        by_phase=[PhaseGrowth(phase=one.name, calls=one.calls, growth=one.growth) for one in seen.by_phase()],
        by_agent=[AgentGrowth(agent=one.name, calls=one.calls, growth=one.growth) for one in seen.by_agent()],
    )


def _of_requests(sizes: Sequence[int], window: int) -> Reach:
    seen = rules.Forecast(rules.growths([rules.Call(size) for size in sizes]))
    return _reach(seen, sizes[-1], window)


def _reach(seen: rules.Forecast, retained: int, limit: int) -> Reach:
    return Reach(at=limit, **seen.reach(limit - retained)._asdict())
