"""Rules that follow from the method table: for each method, what is true of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import Message
from ctxbudget_protocol.conformance.rule import CORE_METHODS, Level, NotJudgedError, Rule, equal, expect
from ctxbudget_protocol.conformance.schema import check_error, check_result, shown
from ctxbudget_protocol.conformance.session import adds
from ctxbudget_protocol.conformance.walk import UNKNOWN_FIELD, Tried, Visit, Walk
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.methods import requests

Check = Callable[[Bench, Visit], None]


class Aspect(NamedTuple):
    """Something that is true of methods: of which, where it is written down, and how a visit is judged by it."""

    name: str
    sentence: str
    section: str
    applies: Callable[[Method], bool]
    check: Check


def walk(bench: Bench) -> Walk:
    """The walk of a bench, taken once for all rules."""
    if bench.walk is None:
        bench.walk = Walk(bench)
    made: Walk = bench.walk
    return made


def rules() -> Iterator[Rule]:
    """The rules of each method of the table, whatever methods there are."""
    for row in requests():
        for aspect in ASPECTS:
            if aspect.applies(row):
                yield _rule(row, aspect.name, aspect.sentence, aspect.section, _judging(row, aspect.check))
        if "sessionClosed" in row.errors and row.acts_on_session:
            sentence = "in a closed session it is sessionClosed {sessionId}."
            yield _rule(row, "session-closed", sentence, "sessions", _judging_after_close(row))


def _rule(row: Method, aspect: str, sentence: str, section: str, check: Callable[[Bench], None]) -> Rule:
    level: Level = "core" if row.name in CORE_METHODS else "full"
    reference = f"docs/implementing.md#{section}"
    return Rule(f"{row.name}.{aspect}", f"{row.name}: {sentence}", level, reference, check, (row.name,))


def _judging(row: Method, check: Check) -> Callable[[Bench], None]:
    return lambda bench: check(bench, walk(bench).visit(row.name))


def _judging_after_close(row: Method) -> Callable[[Bench], None]:
    def check(bench: Bench) -> None:
        visit = walk(bench).visit(row.name)
        tried = walk(bench).after_close(row.name)
        if visit.before == visit.after:
            raise NotJudgedError("its example changes nothing, so it may be answered in a closed session")
        data = _refused(bench, row, tried, "sessionClosed")
        equal(data["sessionId"], tried.params["sessionId"], "the session in the error")

    return check


def _result(bench: Bench, visit: Visit) -> None:
    """The example's params are accepted, with the members of LSP's envelope; the result is of its type."""
    if "error" in visit.response:
        check_error(visit.response["error"], visit.row.name, additions=adds(bench.server))
    expect("result" in visit.response, f"with {shown(visit.params)} it answered {shown(visit.response)}")
    check_result(visit.row.name, visit.response["result"], additions=adds(bench.server))
    if visit.row.acts_on_session:
        equal(
            visit.response["result"]["sessionId"], visit.params.get("sessionId", "run-1"), "the session in the result"
        )


def _unknown_field(bench: Bench, visit: Visit) -> None:
    (tried,) = visit.refusals["unknown-field"]
    data = _refused(bench, visit.row, tried, "invalidParams")
    equal([fault["loc"] for fault in data.get("errors", [])], [[UNKNOWN_FIELD]], "the locations of the faults")


def _types(bench: Bench, visit: Visit) -> None:
    for tried in visit.refusals["types"]:
        data = _refused(bench, visit.row, tried, "invalidParams")
        places = [fault["loc"] for fault in data.get("errors", [])]
        expect(
            any(place[:1] == [tried.what] for place in places),
            f"{shown(tried.params[tried.what])} as {tried.what} is a fault at {places}, not at {tried.what}",
        )


def _if_revision(bench: Bench, visit: Visit) -> None:
    (tried,) = visit.refusals["if-revision"]
    data = _refused(bench, visit.row, tried, "conflict")
    equal(data["revision"], visit.before or 0, "the revision in the error")


def _unknown_session(bench: Bench, visit: Visit) -> None:
    (tried,) = visit.refusals["unknown-session"]
    data = _refused(bench, visit.row, tried, "unknownSession")
    equal(data["sessionId"], tried.params["sessionId"], "the session in the error")


def _request_key(bench: Bench, visit: Visit) -> None:
    expect(visit.again is not None and "result" in visit.again, f"the same request again answered {shown(visit.again)}")
    assert visit.again is not None
    equal(visit.again["result"], visit.response.get("result"), "the result of the same request key")


def _revision(bench: Bench, visit: Visit) -> None:
    if not visit.row.mutates:
        equal(visit.after, visit.before, "the revision after reading")
    elif "result" in visit.response and visit.after is not None and visit.row.acts_on_session:
        before = visit.before or 0
        expect(visit.after in (before, before + 1), f"the revision went from {before} to {visit.after}")
        equal(visit.response["result"]["revision"], visit.after, "the revision in the result")


def _no_params(bench: Bench, visit: Visit) -> None:
    kinds = [_kind(bench, visit.row, tried.response) for tried in visit.forms]
    expect(
        all(kind == kinds[0] for kind in kinds),
        f"absent, null, [] and {{}} are not answered alike: {', '.join(map(str, kinds))}",
    )


def _kind(bench: Bench, row: Method, response: Message) -> Any:
    if "result" in response:
        check_result(row.name, response["result"], additions=adds(bench.server))
        return "a result"
    check_error(response["error"], row.name, additions=adds(bench.server))
    data = response["error"]["data"]
    return (data["name"], sorted(str(fault["loc"]) for fault in data.get("errors", [])))


def _refused(bench: Bench, row: Method, tried: Tried, name: str) -> dict[str, Any]:
    """The data of the error of a request that had to be refused."""
    expect("error" in tried.response, f"{tried.what} was accepted: {shown(tried.params)}")
    error = tried.response["error"]
    check_error(error, row.name, additions=adds(bench.server))
    equal(error["data"]["name"], name, f"the error of {tried.what}, {shown(tried.params)}")
    data: dict[str, Any] = error["data"]
    return data


def _always(row: Method) -> bool:
    return True


ASPECTS = (
    Aspect(
        "result", "the params of its example are accepted, and the result is of its type.", "methods", _always, _result
    ),
    Aspect("unknown-field", "an unknown field is invalidParams at its path.", "params", _always, _unknown_field),
    Aspect("types", "a value of a wrong type is invalidParams at the path of its field.", "params", _always, _types),
    Aspect("no-params", "absent, null, [] and {} are the same params.", "params", _always, _no_params),
    Aspect(
        "revision",
        "it raises the revision by one if it writes, and not at all if it reads.",
        "revisions",
        lambda row: row.acts_on_session,
        _revision,
    ),
    Aspect(
        "request-key",
        "the same request key returns the first result.",
        "request-keys",
        lambda row: "request_key" in row.params.names,
        _request_key,
    ),
    Aspect(
        "if-revision",
        "another revision is conflict {revision}.",
        "revisions",
        lambda row: "if_revision" in row.params.names and row.acts_on_session,
        _if_revision,
    ),
    Aspect(
        "unknown-session",
        "a session that does not exist is unknownSession {sessionId}.",
        "sessions",
        lambda row: "unknownSession" in row.errors and row.acts_on_session,
        _unknown_session,
    ),
)
