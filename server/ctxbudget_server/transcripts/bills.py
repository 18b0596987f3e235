"""What tool results cost, found from the bills of the requests around them (Claude Code, Gemini CLI)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.transcripts.hosts import reader_of
from ctxbudget_server.transcripts.records import Record
from ctxbudget_server.transcripts.usage import Bill, Usage, larger


class _Request(NamedTuple):
    key: str
    usage: Usage


class _Input(NamedTuple):
    results: list[str] | None
    """None: something else than results of tools entered."""


def bills_in(records: Iterable[Record]) -> list[Bill]:
    """What tool results cost between two answers of one turn.

    The second request holds the first, the first answer and the results: its bill less the others is theirs.
    """
    found: list[Bill] = []
    before: _Request | None = None
    texts: list[str] = []
    is_clean = False
    for step in _steps(records):
        if isinstance(step, _Input):
            is_clean = is_clean and step.results is not None
            texts.extend(step.results or ())
        elif before is not None and step.key == before.key:  # results may stand between the lines of one answer
            before = _Request(step.key, larger(before.usage, step.usage))
        else:
            if before is not None and is_clean and texts and step.usage.input > before.usage.window:
                found.append(Bill(step.key, texts, step.usage.input - before.usage.window))
            before, texts, is_clean = step, [], True
    return found


def _steps(records: Iterable[Record]) -> Iterator[_Request | _Input]:
    """Answers and inputs in turn. Several lines with one id are one answer; the last has the final figures."""
    pending: _Request | None = None
    for record in records:
        reader = reader_of(record)
        if reader.is_hidden(record):
            continue
        if (answer := reader.answer(record)) is not None:
            request = _Request(*answer)
            if pending is not None and pending.key == request.key:
                request = _Request(request.key, larger(pending.usage, request.usage))
            elif pending is not None:
                yield pending
            pending = request
        elif reader.is_input(record):
            if pending is not None:
                yield pending
                pending = None
            yield _Input(reader.results(record))
    if pending is not None:
        yield pending
