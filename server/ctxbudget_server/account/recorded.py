"""What a recorded session tells: its window by source, why its cache was written again, its bills."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from heapq import nlargest
from typing import Final, NamedTuple

from ctxbudget_protocol.breakdown import (
    CacheBreak,
    CacheCause,
    CacheUse,
    RecordingBreakdown,
    ReportedSource,
    Window,
    WindowPart,
    WindowRow,
)
from ctxbudget_protocol.words import KnownProvenance, Provenance, WindowSourceName
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.fit_memory import tools_for
from ctxbudget_server.account.money import wire_costs
from ctxbudget_server.account.request import timestamp
from ctxbudget_server.cost.breaks import BREAKS, CAUSES, Ascribed, ascribed
from ctxbudget_server.cost.prices import PriceTable
from ctxbudget_server.fit import SHAPES, Tools, last_request
from ctxbudget_server.rules.shares import ratio
from ctxbudget_server.transcripts.beside import Beside, beside
from ctxbudget_server.transcripts.call_marks import Mark
from ctxbudget_server.transcripts.calls import Calls, calls_in
from ctxbudget_server.transcripts.claude_code_messages import without_signatures
from ctxbudget_server.transcripts.detection import read_transcript
from ctxbudget_server.transcripts.held import Held, held
from ctxbudget_server.transcripts.lines import Line
from ctxbudget_server.transcripts.model import HOSTS, Transcript
from ctxbudget_server.transcripts.requests import MAIN, Requests

MAX_BREAKS: Final = 1_000
"""Breaks of the cache that are listed, the latest."""


class Recording(NamedTuple):
    """A recorded session that can be read from its beginning as often as needed."""

    lines: Callable[[], Iterable[Line]]
    format: str | None
    """None: it is detected."""
    session: str | None
    """The host's id, as far as its place tells."""
    path: str | None
    subagents: Sequence[tuple[Callable[[], Iterable[Line]], str, str | None]] = ()
    """Recordings of its subagents: lines, name, type."""


class Read(NamedTuple):
    """A recording, read."""

    transcript: Transcript
    calls: Calls | None
    """None: the format has no bills."""
    beside: Beside
    requests: Requests
    types: Mapping[str, str]

    @property
    def model(self) -> str | None:
        """The model that answered last."""
        latest = self.calls.latest if self.calls else None
        return latest.model if latest else None

    @property
    def session(self) -> str | None:
        """The session's id, as its records have it."""
        named = [one.session for one in self.requests if one.agent == MAIN] or [one.session for one in self.requests]
        return next((session for session, _ in Tally(filter(None, named)).most_common(1)), None)


def read_recording(recording: Recording) -> Read:
    """Read a recording. Raises `TranscriptError`, and what reading its lines raises."""
    transcript = read_transcript(recording.lines(), recording.format)
    requests = Requests()
    types: dict[str, str] = {}
    if transcript.source not in HOSTS:
        return Read(transcript, None, Beside([], {}, []), requests, types)
    requests.read(recording.lines(), recording.session or "")
    for lines, name, kind in recording.subagents:
        requests.read(lines(), name)
        if kind:
            requests.name_type(name, kind)
    for one in requests:
        if (kind := requests.type_of(one.agent)) is not None:
            types[one.agent] = kind
    return Read(transcript, calls_in(recording.lines()), beside(recording.lines()), requests, types)


def wire_recording(
    recording: Recording,
    read: Read,
    counter: Counter,
    check: Callable[[], None],
    *,
    table: PriceTable,
    reported: Sequence[ReportedSource],
    cuts: Sequence[Mark],
    largest: int,
) -> RecordingBreakdown:
    """Everything that a recording tells; `cuts` are those that an account's log has of it."""
    calls = read.calls
    latest = calls.latest if calls else None
    requests = [*read.requests]
    return RecordingBreakdown(
        host=read.transcript.source,
        session=recording.session or read.session,
        path=recording.path,
        model=read.model,
        at=_moment(latest.at) if latest else None,
        tools=read.beside.tools,
        window=_window(read, counter, check, reported, largest),
        cache=_cache(calls, cuts) if calls is not None else None,
        cost=wire_costs(requests, table, dict(read.types)) if calls is not None else None,
        warnings=[*read.transcript.warnings],
    )


# ------------------------------------------------------------------ the window


def _window(
    read: Read, counter: Counter, check: Callable[[], None], reported: Sequence[ReportedSource], largest: int
) -> Window:
    transcript, calls = read.transcript, read.calls
    tools = tools_for(counter, check)
    messages = without_signatures(transcript.messages)
    shape = SHAPES[transcript.shape]
    sent = last_request(shape, messages)
    if calls is not None and calls.ends_with_answer and messages and shape.role(messages[-1]) != "assistant":
        sent = messages  # the answer is not in the array: its calls have no results yet
    latest = calls.latest if calls is not None and calls.is_current else None
    total = latest.input if latest else None
    rows, everything = _Rows(counter.provenance), held(messages, transcript.shape, tools, read.beside.told)
    after = [part for part in everything if part.message is not None and part.message >= len(sent)]
    parts = [*_beside(read.beside, tools), *everything[: len(everything) - len(after)]]
    told = [*reported] or [
        ReportedSource(source=one.source, name=one.name, tokens=one.tokens) for one in read.beside.reported
    ]
    replaced = {one.source for one in told}
    for part in parts:
        if part.source not in replaced:
            rows.add(part.source, part.name, part.tokens)
    for one in told:
        rows.add(one.source, one.name, one.tokens, "reported")
    if "toolDefinitions" not in replaced:
        for server, number in read.beside.tools.items():
            rows.add("ctxbudget" if server == "ctxbudget" else "toolDefinitions", server, None, "unknown", number)
    return Window(
        total=total,
        counted=rows.counted,
        since=sum(part.tokens for part in after),
        rows=rows.wire(total),
        largest=[
            WindowPart(
                source=part.source,
                name=part.name,
                title=part.title,
                tokens=part.tokens,
                provenance=counter.provenance,
                message=part.message,
            )
            for part in nlargest(largest, (one for one in parts if one.source not in replaced), key=lambda p: p.tokens)
        ],
    )


def _beside(found: Beside, tools: Tools) -> Iterator[Held]:
    for text in found.texts:
        yield Held(text.source, text.name, text.name or text.source, tools.count(text.text), None)


class _Rows:
    """Rows that are summed by source and name."""

    def __init__(self, provenance: Provenance) -> None:
        self._provenance: KnownProvenance = provenance
        self._found: dict[tuple[WindowSourceName, str | None, KnownProvenance], tuple[int, int | None]] = {}

    def add(
        self,
        source: WindowSourceName,
        name: str | None,
        tokens: int | None,
        provenance: KnownProvenance | None = None,
        items: int = 1,
    ) -> None:
        """Add tokens of a source; None: unknown."""
        key = source, name, provenance or self._provenance
        before, known = self._found.get(key, (0, 0))
        self._found[key] = before + items, None if tokens is None or known is None else known + tokens

    @property
    def counted(self) -> int:
        """Sum of the known figures."""
        return sum(tokens or 0 for _, tokens in self._found.values())

    def wire(self, total: int | None) -> list[WindowRow]:
        """The rows, the largest first, and what of the total is not accounted for."""
        rows = [_row(*key, *figures, total=total) for key, figures in self._found.items()]
        rows.sort(key=lambda row: (row.tokens is None, -(row.tokens or 0)))
        if total is not None:
            worst = "reported" if all(row.provenance == "reported" for row in rows) else self._provenance
            rows.append(_row("unaccounted", None, worst, 0, total - self.counted, total=total))
        return rows


def _row(
    source: WindowSourceName,
    name: str | None,
    provenance: KnownProvenance,
    items: int,
    tokens: int | None,
    *,
    total: int | None,
) -> WindowRow:
    share = ratio(tokens, total) if tokens is not None and total else None
    return WindowRow(source=source, name=name, items=items, tokens=tokens, provenance=provenance, of_total=share)


# ------------------------------------------------------------------ the cache


def _cache(calls: Calls, cuts: Sequence[Mark]) -> CacheUse:
    found = [
        (name or MAIN, number, one)
        for name, of_agent in calls.of_agents.items()
        for number, one in enumerate(ascribed(of_agent, () if name else cuts), 1)
    ]
    tells = any(one.call.tells_writes for _, _, one in found)
    breaks = [one for one in found if one[2].cause in BREAKS]
    groups = {cause: [one for _, _, one in found if one.cause == cause] for cause in CAUSES}
    return CacheUse(
        calls=len(found),
        read=sum(one.call.billed.cache_read for _, _, one in found),
        written=sum(one.call.written for _, _, one in found) if tells or not found else None,
        causes=[
            CacheCause(
                cause=cause,
                calls=len(group),
                written=sum(one.call.written for one in group) if tells else None,
                lost=sum(one.lost for one in group) if cause in BREAKS else 0,
            )
            for cause, group in groups.items()
            if group
        ],
        breaks=[_break(*one) for one in sorted(breaks, key=_when)[-MAX_BREAKS:]],
        omitted=max(0, len(breaks) - MAX_BREAKS),
    )


def _when(one: tuple[str, int, Ascribed]) -> float:
    return one[2].call.at or 0.0


def _break(agent: str, number: int, one: Ascribed) -> CacheBreak:
    call = one.call
    return CacheBreak(
        agent=agent,
        call=number,
        at=_moment(call.at),
        model=call.model,
        cause=one.cause,
        evidence=one.told,
        written=call.written if call.tells_writes else None,
        read=call.billed.cache_read,
        before=one.before,
        lost=one.lost,
        idle_ms=None if one.idle is None else round(one.idle * 1_000),
    )


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else timestamp(datetime.fromtimestamp(seconds, UTC))
