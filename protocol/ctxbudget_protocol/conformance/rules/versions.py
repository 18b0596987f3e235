"""Versions: the client may ask for a major one; minor ones only add."""

from __future__ import annotations

from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.rule import equal, expect, rule
from ctxbudget_protocol.conformance.rules.lifecycle import leave
from ctxbudget_protocol.conformance.rules.messages import named
from ctxbudget_protocol.limits import PROTOCOL_VERSION

METHOD = "session/list"
MAJOR = int(PROTOCOL_VERSION.partition(".")[0])


def asking(version: Any) -> dict[str, Any]:
    """Params of `initialize` that ask for a version."""
    return {"capabilities": {}, "initializationOptions": {"protocolVersion": version}}


@rule(
    "versions.refused",
    "A client that asks for another major version is refused with unsupportedVersion {supported}, and may ask again.",
    "versions",
)
def refused(bench: Bench) -> None:
    with bench.start(handshake=False, exit_code=None) as client:
        for version in (f"{MAJOR + 1}.0", str(MAJOR + 1), MAJOR + 1, {"major": MAJOR + 1}, "0.9", "nonsense"):
            error = client.request_error("initialize", asking(version))
            named(error, "unsupportedVersion", f"the error of version {version!r}")
            supported = error["data"]["supported"]
            expect(
                isinstance(supported, list) and any(str(one).partition(".")[0] == str(MAJOR) for one in supported),
                f"the versions that are supported: {supported!r}",
            )
            named(client.request_error(METHOD), "serverNotInitialized", "the error after a refusal")
        client.request("initialize", asking(supported[0]))
        client.notify("initialized", {})
        client.request(METHOD)
        leave(client)


@rule(
    "versions.malformed",
    "A version that is none is invalidParams at initializationOptions.protocolVersion.",
    "versions",
)
def malformed(bench: Bench) -> None:
    with bench.start(handshake=False) as client:
        for version in ([1], True, 1.5, {"major": True}):
            error = client.request_error("initialize", asking(version))
            named(error, "invalidParams", f"the error of version {version!r}")
            equal(
                [fault["loc"] for fault in error["data"].get("errors", [])],
                [["initializationOptions", "protocolVersion"]],
                f"the location of version {version!r}",
            )
        client.initialize()


@rule(
    "versions.newer-client",
    "A client of a later minor version is served, and options that nobody knows are ignored.",
    "versions",
)
def newer_client(bench: Bench) -> None:
    with bench.start(options={"protocolVersion": f"{MAJOR}.999", "unheardOf": {"jsonrpc": "2.0"}}) as client:
        client.request(METHOD)


@rule(
    "versions.any-form",
    "The major version may be asked for as a string, a number, or an object with major.",
    "versions",
)
def any_form(bench: Bench) -> None:
    for version in (MAJOR, {"major": MAJOR, "minor": 9}):
        with bench.start(options={"protocolVersion": version}) as client:
            client.request(METHOD)
