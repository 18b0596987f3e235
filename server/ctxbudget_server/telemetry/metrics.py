"""Metrics: durations and bills as they are seen, and the accounts of sessions, read when they are exported."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, get_args

from opentelemetry.metrics import CallbackOptions, Histogram, Meter, Observation

from ctxbudget_protocol.words import Level
from ctxbudget_server.telemetry import names
from ctxbudget_server.telemetry.recorder import Bill, Seen
from ctxbudget_server.telemetry.spans import input_of, request_attributes

MAX_SESSIONS = 100
"""Of so many sessions, those asked about last, the account is exported: each is a series of its own."""
MAX_KEYS = 10_000
"""How many bills' request keys are remembered, so that a repeated one is not counted again."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
TOKENS = tuple(4.0**n for n in range(14))
"""Bounds of the histograms, as the conventions have them."""

ReadAccount = Callable[[str], dict[str, Any] | None]
"""The answer to `budget/status` of a session; None: it cannot be had."""


class Metrics:
    """The instruments. `read` is called on the thread of the exporter."""

    def __init__(self, meter: Meter, read: ReadAccount) -> None:
        self._read = read
        self._sessions: OrderedDict[str, None] = OrderedDict()
        self._bills: OrderedDict[tuple[str | None, str], int] = OrderedDict()
        self._accounts: dict[str, dict[str, Any]] = {}
        self._lock = Lock()
        # The SDK asks in this order: the first callback reads the accounts, the others use what it read.
        self._observe(meter, names.RETAINED, self._retained)
        for name, figure in ((names.PROCESSED, "processed"), (names.SAVED, "saved"), (names.BUDGET, "budget")):
            self._observe(meter, name, self._figure(figure))
        self._observe(meter, names.LEVEL_GAUGE, self._levels)
        self._observe(meter, names.LEASES, self._leases)
        _, unit, meaning, _ = names.METRICS[names.BILLED_TOKENS]
        self._billed = meter.create_counter(names.BILLED_TOKENS, unit, meaning)
        self._usage = _histogram(meter, names.TOKEN_USAGE, TOKENS)
        self._durations = _histogram(meter, names.DURATION, SECONDS)

    def take(self, seen: Seen) -> None:
        """Count a request."""
        if seen.session is not None:
            with self._lock:
                self._sessions[seen.session] = None
                self._sessions.move_to_end(seen.session)
                if len(self._sessions) > MAX_SESSIONS:
                    self._sessions.popitem(last=False)
        self._durations.record((seen.ended - seen.began) / 1e9, request_attributes(seen))
        if seen.bill is not None and self._is_new(seen.session, seen.bill):
            self._take_bill(seen.session, seen.bill)

    def _is_new(self, session: str | None, bill: Bill) -> bool:
        if bill.key is None:
            return True
        if self._bills.get((session, bill.key)) == bill.revision:
            return False
        self._bills[session, bill.key] = bill.revision
        if len(self._bills) > MAX_KEYS:
            self._bills.popitem(last=False)
        return True

    def _take_bill(self, session: str | None, bill: Bill) -> None:
        for kind, count in bill.tokens.items():
            self._billed.add(count, {names.SESSION: session or "", names.MODEL: bill.model, names.KIND: kind})
        sums = {"input": input_of(bill.tokens), "output": bill.tokens.get("output", 0)}
        for kind, count in sums.items():
            common = {names.OPERATION: "chat", names.PROVIDER: "unknown", names.MODEL: bill.model}
            self._usage.record(count, {**common, names.TOKEN_TYPE: kind})

    def _observe(self, meter: Meter, name: str, told: Callable[[CallbackOptions], Iterable[Observation]]) -> None:
        _, unit, meaning, _ = names.METRICS[name]
        meter.create_observable_gauge(name, [told], unit, meaning)

    def _retained(self, options: CallbackOptions) -> Iterable[Observation]:
        with self._lock:
            sessions = list(self._sessions)
        found = {session: account for session in sessions if (account := self._read(session)) is not None}
        with self._lock:
            for gone in set(sessions) - set(found):
                self._sessions.pop(gone, None)
        self._accounts = found
        return self._figure("retained")(options)

    def _figure(self, member: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def told(_: CallbackOptions) -> Iterable[Observation]:
            return [Observation(account[member], {names.SESSION: name}) for name, account in self._accounts.items()]

        return told

    def _levels(self, _: CallbackOptions) -> Iterable[Observation]:
        return [
            Observation(int(account["level"] == level), {names.SESSION: session, names.LEVEL: level})
            for session, account in self._accounts.items()
            for level in get_args(Level)
        ]

    def _leases(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(len(account["leases"]), {names.SESSION: name}) for name, account in self._accounts.items()]


def _histogram(meter: Meter, name: str, bounds: tuple[float, ...]) -> Histogram:
    _, unit, meaning, _ = names.METRICS[name]
    return meter.create_histogram(name, unit, meaning, explicit_bucket_boundaries_advisory=list(bounds))
