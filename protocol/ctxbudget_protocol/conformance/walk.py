"""A walk through the method table: every method that a server has is called once, in an order in which each has
something to act on, and tried from all sides on the way.

The params are those of the table's examples. Ids in them are replaced by those that this server has made, which are
found where the example's answer has its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any, NamedTuple

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import ABSENT, Client, ErrorAnswerError, Message
from ctxbudget_protocol.conformance.rule import CORE_METHODS, NotJudgedError
from ctxbudget_protocol.conformance.schema import Schema, misfit, type_of_params
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.methods import METHODS, requests

Json = Any
Params = dict[str, Any]

STORY = (
    "session/open", "workflow/startPhase", "budget/allocate", "workflow/plan", "budget/reserve", "budget/renew",
    "workflow/startWave", "context/add", "budget/settle", "context/append", "context/update", "context/list",
    "context/get", "context/search", "metadata/extract", "tokens/count", "tokens/fits", "tokens/truncate",
    "budget/status", "context/prune", "context/undo", "workflow/completeWave", "workflow/completePhase",
    "context/restore", "context/render", "context/fit", "usage/record", "usage/bill", "session/recalibrate",
    "budget/report", "budget/diagnose", "budget/breakdown", "budget/release", "context/handOver", "session/list",
    "session/history", "budget/timeline", "settings/get", "session/close", "session/archive", "session/receipt",
    "session/export", "session/delete", "session/import", "store/losses", "store/acknowledge",
)  # fmt: skip
"""The order in which examples make one story on a fresh workspace. A method that is not in it comes before the end of
the session."""
SETTING_UP = {"budget/release": ("budget/reserve", {"sessionId": "run-1", "tokens": 300, "holder": "research-2"})}
"""What is called before a method of the story, whose answer gives it something to act on."""
THE_END = "session/close"
SESSION = "run-1"
"""The session of the examples."""
IDS = re.compile(r"[iluf]\d{15}")
"""Ids in the examples."""

UNKNOWN_FIELD = "unheardOf"
FORMS: tuple[Json, ...] = (ABSENT, None, [], {})
ENVELOPE: Params = {"workDoneToken": 1, "partialResultToken": "p", "_meta": {"a": [1]}}


def story() -> list[Method]:
    """The requests of the table in the order of the story."""
    others = [row.name for row in requests() if row.name not in STORY]
    end = STORY.index(THE_END)
    return [METHODS[name] for name in (*STORY[:end], *others, *STORY[end:]) if name in METHODS]


def report() -> str:
    """The document of the examples, which is `report.md` in the workspace."""
    return files("ctxbudget_protocol.conformance").joinpath("report.md").read_text("utf-8")


class Tried(NamedTuple):
    """A request that was sent besides the one of the story, and the whole response to it."""

    what: str
    params: Json
    response: Message


class Visit(NamedTuple):
    """What came of one method. `before` and `after` are revisions of the session, if it was there."""

    row: Method
    params: Params
    response: Message
    again: Message | None
    """The response to the same request with the same key."""
    before: int | None
    after: int | None
    refusals: dict[str, list[Tried]]
    """What must have been refused, by the rule that says so."""
    forms: list[Tried]
    """The method with no params, however said."""


class Walk:
    """The story on the shared server of a bench, taken as far as rules ask for it."""

    def __init__(self, bench: Bench) -> None:
        (bench.shared_place.workspace / "report.md").write_text(report(), "utf-8")
        self._bench = bench
        self._steps = self._all_steps()
        self._visits: dict[str, Visit] = {}
        self._closed: dict[str, Tried] = {}
        self._ids: dict[str, str] = {}
        self._wrecked: str | None = None

    def visit(self, method: str) -> Visit:
        """What came of a method; the story goes on until it has been called."""
        self._until(lambda: method in self._visits)
        return self._visits[method]

    def after_close(self, method: str) -> Tried:
        """What came of a method that was called once more after the session was closed."""
        self._until(lambda: method in self._closed)
        return self._closed[method]

    def _until(self, there: Callable[[], bool]) -> None:
        while not there():
            if self._wrecked is not None:
                raise NotJudgedError(f"the story did not get so far: {self._wrecked}")
            try:
                next(self._steps)
            except StopIteration:
                raise NotJudgedError("the server does not have the method, or what it needs") from None
            except AssertionError as fault:
                self._wrecked = str(fault).splitlines()[0]
                raise

    def _all_steps(self) -> Iterator[None]:
        there = self._bench.methods() if self._bench.level == "full" else CORE_METHODS
        for row in story():
            if row.name not in there or row.example is None:
                continue
            if row.name in SETTING_UP:
                self._set_up(*SETTING_UP[row.name])
            self._visits[row.name] = self._visited(row)
            yield
            if row.name == THE_END:
                yield from self._closed_steps()

    def _closed_steps(self) -> Iterator[None]:
        for name, visit in self._visits.items():
            if "sessionClosed" in visit.row.errors:
                self._closed[name] = self._try("after session/close", visit.row, visit.params)
                yield

    def _set_up(self, method: str, params: Params) -> None:
        """Have what the example after it acts on; its ids are those of the example that nobody has made yet."""
        made = self._client.request(method, params)
        self._pending = made

    @property
    def _client(self) -> Client:
        return self._bench.server

    def _visited(self, row: Method) -> Visit:
        assert row.example is not None
        params: Params = self._real(row.example.params)
        refusals = dict(self._refusals(row, params))
        forms = [self._try("no params", row, form) for form in FORMS] if _asks_for_params(row) else []
        before = self._revision()
        keyed = {**params, "requestKey": f"walk {row.name}"} if "request_key" in row.params.names else params
        response = self._send(row, {**keyed, **ENVELOPE})
        after = self._revision()
        again = self._send(row, keyed) if keyed is not params else None
        if "result" in response:
            self._learn(row.example.result, response["result"])
        return Visit(row, params, response, again, before, after, refusals, forms)

    def _refusals(self, row: Method, params: Params) -> Iterator[tuple[str, list[Tried]]]:
        yield "unknown-field", [self._try("an unknown field", row, {**params, UNKNOWN_FIELD: 1})]
        yield (
            "types",
            [self._try(name, row, {**params, name: value}) for name, value in _misfits(row) if name != "_meta"],
        )
        if "if_revision" in row.params.names and row.acts_on_session:
            yield "if-revision", [self._try("another revision", row, {**params, "ifRevision": 987_654_321})]
        if "unknownSession" in row.errors and row.acts_on_session:
            nobody = {**params, "sessionId": f"nobody-{row.name.replace('/', '-')}"}
            yield "unknown-session", [self._try("an unknown session", row, nobody)]

    def _try(self, what: str, row: Method, params: Json) -> Tried:
        return Tried(what, params, self._send(row, params))

    def _send(self, row: Method, params: Json) -> Message:
        return self._client.response(self._client.send_request(row.name, params))

    def _revision(self) -> int | None:
        try:
            revision: int = self._client.request("budget/status", {"sessionId": SESSION})["revision"]
        except ErrorAnswerError:
            return None
        return revision

    def _real(self, value: Json) -> Json:
        """Params of an example with the ids of this server."""
        if isinstance(value, str):
            return IDS.sub(lambda found: self._id(found[0]), value)
        if isinstance(value, list):
            return [self._real(each) for each in value]
        if isinstance(value, dict):
            return {name: self._real(each) for name, each in value.items()}
        return value

    def _id(self, told: str) -> str:
        if told not in self._ids and isinstance(self._pending, dict):
            self._ids[told] = str(self._pending.get("leaseId", told))
        return self._ids.get(told, told)

    _pending: Json = None

    def _learn(self, told: Json, real: Json) -> None:
        """Note which ids of this server stand where the example has its own."""
        if isinstance(told, str) and isinstance(real, str):
            if IDS.fullmatch(told):
                self._ids.setdefault(told, real)
        elif isinstance(told, list) and isinstance(real, list):
            for one, other in zip(told, real, strict=False):
                self._learn(one, other)
        elif isinstance(told, dict) and isinstance(real, dict):
            for name in told.keys() & real.keys():
                self._learn(told[name], real[name])


def _asks_for_params(row: Method) -> bool:
    """Whether the method needs params: only then sending none changes nothing."""
    return bool(type_of_params(row.name).get("required")) or "oneOf" in type_of_params(row.name) or not row.mutates


def _misfits(row: Method) -> Iterator[tuple[str, Json]]:
    """For each field of a method's params, a value that its type does not allow."""
    schema = type_of_params(row.name)
    found: dict[str, list[Schema]] = {}
    for variant in schema.get("oneOf", [schema]):
        for name, each in variant.get("properties", {}).items():
            found.setdefault(name, []).append(each)
    for name, schemas in found.items():
        there, value = misfit(schemas)
        if there:
            yield name, value
