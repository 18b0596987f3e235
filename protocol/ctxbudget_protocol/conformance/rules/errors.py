"""Errors: each that a client can bring about, and the data that it promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import Message
from ctxbudget_protocol.conformance.rule import equal, rule
from ctxbudget_protocol.conformance.rules.accounts import add
from ctxbudget_protocol.conformance.schema import check_error, contract
from ctxbudget_protocol.conformance.session import Session, advertised

BILL = {"model": "m", "tokens": {"input": 1, "output": 1}, "cost": {"amount": 2.0, "currency": "USD"}}
Provoke = Callable[[Bench, Session], tuple[str, dict[str, Any]]]
"""Prepares what is needed; the method and params that must be refused."""


def _item(**item: Any) -> Provoke:
    return lambda bench, session: ("context/add", {"items": [{"layer": "transient", **item}]})


def _outside(bench: Bench, session: Session) -> tuple[str, dict[str, Any]]:
    outside = bench.shared_place.home / "outside.md"
    outside.write_text("outside\n", "utf-8")
    return _item(path=str(outside))(bench, session)


def _binary(bench: Bench, session: Session) -> tuple[str, dict[str, Any]]:
    (bench.shared_place.workspace / "binary.bin").write_bytes(b"text\n\xff\xfe")
    return _item(path="binary.bin")(bench, session)


def _too_large(bench: Bench, session: Session) -> tuple[str, dict[str, Any]]:
    limit = advertised(bench.server)["limits"]["maxDocumentBytes"]
    return _item(content="x" * (limit + 1))(bench, session)


def _no_content(bench: Bench, session: Session) -> tuple[str, dict[str, Any]]:
    return "context/get", {"itemId": add(session, tokens=1)}


def _section(bench: Bench, session: Session) -> tuple[str, dict[str, Any]]:
    return "context/get", {"itemId": add(session, content="# One\n\ntext\n"), "section": "Two"}


def _protected(bench: Bench, session: Session) -> tuple[str, dict[str, Any]]:
    return "context/add", {"items": [{"tokens": 1, "reduces": [add(session, "permanent", tokens=1)]}]}


def _twice(bench: Bench, session: Session) -> tuple[str, dict[str, Any]]:
    session.call("workflow/startPhase", phase=7)
    return "workflow/startPhase", {"phase": 7}


def _dropped(bench: Bench, session: Session) -> tuple[str, dict[str, Any]]:
    item = add(session, content="gone\n")
    session.call("session/archive")
    return "context/get", {"itemId": item}


def _spent(bench: Bench, session: Session) -> tuple[str, dict[str, Any]]:
    session.open(maxCost=1)
    session.call("usage/bill", **BILL)
    return "budget/reserve", {"tokens": 1, "holder": "a"}


PROVOKED: dict[str, tuple[tuple[str, ...], Provoke]] = {
    "unknownItem": (("context/get",), lambda b, s: ("context/get", {"itemId": "no-such-item"})),
    "unknownUndo": (("context/undo",), lambda b, s: ("context/undo", {"undo": "no-such-undo"})),
    "unknownPhase": (("workflow/completePhase",), lambda b, s: ("workflow/completePhase", {"phase": 7})),
    "phaseOrder": (("workflow/startPhase",), _twice),
    "pathNotAllowed": (("context/add",), _outside),
    "pathUnreadable": (("context/add",), _item(path="missing.md")),
    "notText": (("context/add",), _binary),
    "payloadTooLarge": (("context/add",), _too_large),
    "noContent": (("context/add", "context/get"), _no_content),
    "unknownSection": (("context/add", "context/get"), _section),
    "protectedItem": (("context/add",), _protected),
    "contentDropped": (("context/add", "session/archive", "context/get"), _dropped),
    "unknownFormat": (
        ("context/fit",),
        lambda b, s: ("context/fit", {"messages": [{"odd": 1}], "format": "anthropic", "maxTokens": 9}),
    ),
    "costExceeded": (("usage/bill",), _spent),
    "unknownRecording": (
        ("budget/breakdown",),
        lambda b, s: ("budget/breakdown", {"recording": {"session": "no-such-recording"}}),
    ),
    "invalidExport": (("session/import",), lambda b, s: ("session/import", {"lines": ["{}"]})),
}
"""Errors of a full server; those of a core server have rules of their own."""


def _make(name: str, needs: tuple[str, ...], provoke: Provoke) -> None:
    doc = contract()["errors"][name]["doc"].partition(". ")[0].rstrip(".")

    @rule(f"errors.{name}", f"{name}, with its data: {doc}.", "errors", level="full", needs=needs)
    def judge(bench: Bench) -> None:
        session = bench.session()
        method, params = provoke(bench, session)
        before = session.status()
        given = params if method == "session/import" else {"sessionId": session.id, **params}
        error: Message = bench.server.request_error(method, given)
        check_error(error, method, additions=session.additions)
        equal(error["data"]["name"], name, f"the error of {method}")
        equal(session.status(), before, "the account after the refusal")


for _name, (_needs, _provoke) in PROVOKED.items():
    _make(_name, _needs, _provoke)
