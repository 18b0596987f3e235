"""Which result belongs to which call, where ids alone do not tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ctxbudget_server.fit.model import Part


def paired(parts: Sequence[Sequence[Part]]) -> list[list[Part]]:
    """The parts of each message, in which each pair has an id of its own.

    Some models count their calls from 0 in every answer, and Gemini's need no ids at all: there results follow the
    calls of their tool in order.
    """
    calls = [part for found in parts for part in found if part.kind == "call"]
    times = Counter(part.call_id for part in calls)
    by_tool = any(part.tool and part.call_id not in times for found in parts for part in found if part.kind == "result")
    if not times or (max(times.values()) == 1 and "" not in times and not by_tool):
        return [list(found) for found in parts]
    pairs = _Pairs(times)
    return [[pairs.own(part) for part in found] for found in parts]


class _Pairs:
    def __init__(self, times: Counter[str]) -> None:
        self._times = times
        self._made: Counter[str] = Counter()
        self._latest: dict[str, list[Part]] = {}
        """By what results know of their call: the calls of the latest message with such ones, in order."""
        self._open: dict[str, list[Part]] = {}
        """Those of them that have no result yet."""

    def own(self, part: Part) -> Part:
        """A call or result with the id that it shares with its partner alone."""
        if part.kind == "call":
            return self._called(part)
        return self._answered(part) if part.kind == "result" else part

    def _called(self, part: Part) -> Part:
        given = part.call_id or part.tool
        self._made[given] += 1
        number = self._made[given]
        own = part
        if not part.call_id or (self._times[part.call_id] > 1 and number > 1):
            own = replace(part, call_id=f"{given}\0{number}", given_id=given)
        for known in {f"id {part.call_id}" if part.call_id else "", f"tool {part.tool}"} - {""}:
            latest = self._latest.get(known)
            if latest is None or latest[0].key.message != part.key.message:
                self._latest[known], self._open[known] = [], []
            self._latest[known].append(own)
            self._open[known].append(own)
        return own

    def _answered(self, part: Part) -> Part:
        known = f"id {part.call_id}" if self._times[part.call_id] and part.call_id else f"tool {part.tool}"
        latest = self._latest.get(known)
        if not latest:
            return part
        waiting = self._open[known]
        call = waiting.pop(0) if waiting else latest[-1]
        for others in self._open.values():
            if call in others:
                others.remove(call)
        return part if call.call_id == part.call_id else replace(part, call_id=call.call_id, given_id=call.named_id)
