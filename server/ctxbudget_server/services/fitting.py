"""`context/fit`: a message array within a limit, and everything that went where `context/get` finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import invalid
from ctxbudget_protocol.limits import ARCHIVE_SESSION
from ctxbudget_protocol.results.context import FitResult, FittedPart
from ctxbudget_server.fit import SHAPES, Fitted, Options, Removal, break_even, fit
from ctxbudget_server.services.call import Call
from ctxbudget_server.services.content import Blob, Figure, encode, make_blob
from ctxbudget_server.services.counters import counter_for, session_counter
from ctxbudget_server.services.counting import Counter
from ctxbudget_server.services.fit_tools import tools_for
from ctxbudget_server.services.making import make_item
from ctxbudget_server.services.transactions import NotRehearsedError, changing, new_session
from ctxbudget_server.services.unit import Unit
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Session

if TYPE_CHECKING:
    from ctxbudget_protocol.params.context import FitParams


def fit_messages(call: Call, params: FitParams) -> FitResult:
    """Cut an array to its limit. What goes is kept first; a marker is only written of what can be read again."""
    counter = _counter(call, params)
    fitter = Fitter(call, params, counter)
    if not params.archive:
        return fitter.answer(fitter.fit(None, None), None)
    archive = Archive(call)
    with call.store.read() as reader:
        plan = fitter.plan(archive.find(reader))
    if not plan.removals:
        return fitter.answer(plan.fitted, None)
    return changing(call, params, fitter.keep, rehearse=True, find=archive.find, seal=fitter.seal)


def _counter(call: Call, params: FitParams) -> Counter:
    if params.model is None and params.session_id is not None:
        return session_counter(call, params.session_id)[1]
    return counter_for(call, params.model)


class Archive:
    """The session that holds what calls without a session removed; it comes to be with the first removal."""

    def __init__(self, call: Call) -> None:
        self._new = new_session(ARCHIVE_SESSION, call.now())

    def find(self, reader: Reader) -> Session:
        """The archive as it stands."""
        return reader.session(ARCHIVE_SESSION) or self._new


@dataclass(frozen=True, slots=True)
class Removed:
    """A removal, ready to become an item."""

    what: Removal
    item_id: str
    blob: Blob
    figure: Figure


@dataclass(frozen=True, slots=True)
class Plan:
    """A fit whose markers name ids that one state of a session will give."""

    fitted: Fitted
    removals: tuple[Removed, ...]


class Fitter:
    """Fits for one request. Markers name ids that the transaction will make: if another process was faster, again."""

    def __init__(self, call: Call, params: FitParams, counter: Counter) -> None:
        self._call = call
        self._params = params
        self._counter = counter
        self._check = call.cancellation.check
        self._plans: dict[tuple[str, int], Plan] = {}
        self._sealed = False
        shape = SHAPES[params.format]
        for index, message in enumerate(params.messages):
            if fault := shape.fault(message):
                raise invalid(["messages", index, *fault.where], fault.why, "message_shape")

    def seal(self, sealed: bool) -> None:
        """Forbid new plans, or allow them again."""
        self._sealed = sealed

    def fit(self, session_id: str | None, first: tuple[str, int] | None) -> Fitted:
        """The array for markers that send their reader to this session, with ids from `first` (nonce, number) on."""
        params = self._params
        options = Options(
            max_tokens=params.max_tokens,
            keep_turns=params.keep_turns,
            pins=frozenset(params.pins or []),
            min_reclaim=params.max_tokens // 10 if params.min_reclaim is None else params.min_reclaim,
            focus=params.focus,
            session_id=session_id,
        )
        tools = tools_for(self._counter, self._check)
        return fit(
            params.messages,
            params.format,
            options,
            tools,
            lambda number, _: None if first is None else f"i{first[0]}{first[1] + number}",
        )

    def plan(self, session: Session) -> Plan:
        """The fit for a session as it stands."""
        first = session.nonce, session.next_seq
        if first not in self._plans:
            if self._sealed:
                raise NotRehearsedError
            fitted = self.fit(session.id, first)
            self._plans[first] = Plan(fitted, tuple(self._removed(what, first) for what in fitted.removals))
        return self._plans[first]

    def _removed(self, what: Removal, first: tuple[str, int]) -> Removed:
        blob = make_blob(encode(what.original), self._check)
        figure = self._counter.figure(what.original, self._check)
        return Removed(what, f"i{first[0]}{first[1] + what.number}", blob, figure)

    def keep(self, unit: Unit) -> Callable[[], FitResult]:
        """Put what went into the archive: items that are pruned, and that count for nothing."""
        plan = self.plan(unit.session)
        for one in plan.removals:
            item = make_item(
                unit,
                counted=one.figure,
                blob=one.blob,
                layer="transient",
                kind="tool-output" if one.what.kind == "result" else "other",
                phase=None,
                wave=None,
                title=one.what.title,
            )
            unit.put(replace(item, state="pruned", reason=one.what.reason))
        unit.detail = {"why": "fit", "tokens": plan.fitted.tokens, "sourceTokens": plan.fitted.source_tokens}
        return lambda: self.answer(plan.fitted, unit)

    def answer(self, fitted: Fitted, unit: Unit | None) -> FitResult:
        """The result; `unit` is the transaction that keeps what went."""
        prices = self._params.cache_prices
        first = None if unit is None else (unit.stored.nonce, unit.stored.next_seq)
        return FitResult(
            session_id=unit.id if unit else None,
            revision=unit.revision if unit else None,
            messages=fitted.messages,
            tokens=fitted.tokens,
            source_tokens=fitted.source_tokens,
            provenance=self._counter.provenance,
            fits=fitted.fits,
            unchanged=fitted.first_changed is None,
            untouchable=fitted.untouchable,
            removed=[_wire_removal(what, first) for what in fitted.removals],
            first_changed=fitted.first_changed,
            stable_prefix_tokens=fitted.stable_prefix,
            break_even_turns=break_even(
                fitted.source_tokens,
                fitted.tokens,
                fitted.stable_prefix,
                read=prices.read if prices else DEFAULT_READ,
                write=prices.write if prices else DEFAULT_WRITE,
            ),
            status=None,
            alerts=[],
        )


DEFAULT_READ, DEFAULT_WRITE = 0.1, 1.25
"""Prices of the prompt cache, as multiples of an input token's."""


def _wire_removal(what: Removal, first: tuple[str, int] | None) -> FittedPart:
    return FittedPart(
        id=None if first is None else f"i{first[0]}{first[1] + what.number}",
        index=what.index,
        kind=what.kind,
        reason=what.reason,
        call_id=what.call_id,
        title=what.title,
        encoding="json" if what.is_json else "text",
        tokens_before=what.tokens_before,
        tokens_after=what.tokens_after,
    )
