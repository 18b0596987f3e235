"""The lifecycle: what comes before `initialize`, after `shutdown`, and how a server ends."""

from __future__ import annotations

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import ABSENT, Client, call, frame
from ctxbudget_protocol.conformance.rule import CORE_METHODS, equal, expect, rule
from ctxbudget_protocol.conformance.rules.messages import named
from ctxbudget_protocol.conformance.schema import check
from ctxbudget_protocol.conformance.session import adds, advertised
from ctxbudget_protocol.limits import PROTOCOL_VERSION
from ctxbudget_protocol.methods import METHODS

METHOD = "session/list"


@rule(
    "lifecycle.advertises",
    "initialize answers experimental.ctxbudget with version, methods and limits, and has all methods of its level.",
    "initialize",
)
def advertises(bench: Bench) -> None:
    found = advertised(bench.server)
    check({"$ref": "#/$defs/Advertisement"}, found, "experimental.ctxbudget", additions=adds(bench.server))
    version = found["protocolVersion"]
    equal(version.partition(".")[0], PROTOCOL_VERSION.partition(".")[0], f"the major version of {version}")
    wanted = set(CORE_METHODS) if bench.level == "core" else set(METHODS)
    expect(wanted <= set(found["methods"]), f"not advertised: {', '.join(sorted(wanted - set(found['methods'])))}")
    equal(len(found["methods"]), len(set(found["methods"])), "the number of methods, each named once")


@rule(
    "lifecycle.before-initialize",
    "Before initialize, requests are serverNotInitialized, and notifications are ignored.",
    "lifecycle",
)
def before_initialize(bench: Bench) -> None:
    with bench.start(handshake=False) as client:
        for method in (METHOD, "budget/status", "shutdown", "unknown"):
            named(client.request_error(method), "serverNotInitialized", f"the error of {method}")
        for method in ("initialized", "budget/status", "unknown"):
            client.notify(method, {})
        client.initialize()
        client.request(METHOD)


@rule("lifecycle.initialize-once", "A second initialize is invalidRequest, and changes nothing.", "lifecycle")
def initialize_once(bench: Bench) -> None:
    named(bench.server.request_error("initialize", {"capabilities": {}}), "invalidRequest", "the error")
    bench.server.request(METHOD)


@rule(
    "lifecycle.bare-initialize",
    "initialize needs no params: a harness may leave out all that is for editors.",
    "initialize",
)
def bare_initialize(bench: Bench) -> None:
    with bench.start(handshake=False, exit_code=None) as client:
        client.request("initialize", ABSENT)
        client.notify("initialized", {})
        client.request(METHOD)
        leave(client)


@rule(
    "lifecycle.after-shutdown",
    "shutdown answers null; after it, requests are invalidRequest, and exit ends the server with 0.",
    "lifecycle",
)
def after_shutdown(bench: Bench) -> None:
    with bench.start() as client:
        client.shutdown()
        for method in (METHOD, "initialize", "shutdown", "unknown"):
            named(client.request_error(method), "invalidRequest", f"the error of {method}")
        client.notify(METHOD)
        client.notify("exit")
        equal(client.wait(), 0, "the exit code")


@rule("lifecycle.exit", "exit without shutdown ends the server with 1.", "lifecycle")
def exit_alone(bench: Bench) -> None:
    with bench.start(exit_code=1) as client:
        client.notify("exit")
        equal(client.wait(), 1, "the exit code")


@rule(
    "lifecycle.end-of-input", "The end of the input ends the server: with 0 after shutdown, else with 1.", "lifecycle"
)
def end_of_input(bench: Bench) -> None:
    for shut_down in (True, False):
        with bench.start(exit_code=int(not shut_down)) as client:
            if shut_down:
                client.shutdown()
            client.close_stdin()
            equal(client.wait(), int(not shut_down), f"the exit code {'after' if shut_down else 'without'} shutdown")


@rule(
    "lifecycle.script",
    "Requests that arrive together with shutdown and exit are answered before the server ends.",
    "lifecycle",
)
def script(bench: Bench) -> None:
    with bench.start(handshake=False) as client:
        messages = [call("hello", "initialize", {"capabilities": {}}), call("work", METHOD), call("end", "shutdown")]
        for message in messages:
            client.expect_answer(message["id"], message["method"])
        client.send_raw(b"".join(map(frame, messages)) + frame(call(ABSENT, "exit")))
        for message in messages:
            client.result(message["id"])
        equal(client.wait(), 0, "the exit code")


def leave(client: Client) -> None:
    """End a conversation in order."""
    client.shutdown()
    client.notify("exit")
    equal(client.wait(), 0, "the exit code")
