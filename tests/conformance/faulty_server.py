"""Our server with one planted fault: `faulty_server.py FAULT`, with a fault of FAULTS, one of OTHERS, or `none`.

A proxy passes messages on in both directions, and changes one thing. It imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

Json = Any
Message = dict[str, Any]
HEADER = re.compile(rb"Content-Length: (\d+)\r\n")
MANY_BYTES = 300_000
"""Larger bodies are passed on unread."""


class Fault:
    """What a fault changes; the methods of this class change nothing."""

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}
        self.answer: Callable[[Json], None] = lambda message: None
        """Sends a message to the client."""

    def request(self, message: Message) -> Iterable[Message]:
        """What the server gets instead of a message of the client."""
        return [message]

    def response(self, message: Message, request: Message) -> Iterable[Message]:
        """What the client gets instead of a response; `request` is what it responds to."""
        return [message]

    def notification(self, message: Message) -> Iterable[Message]:
        """What the client gets instead of a notification of the server."""
        return [message]

    def written(self, message: Json) -> bytes:
        """The bytes of a message to the client."""
        body = json.dumps(message).encode()
        return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    def exit_code(self, code: int) -> int:
        """The exit code of the proxy."""
        return code


def with_params(message: Message, **params: Json) -> Message:
    """A request with some params changed."""
    return {**message, "params": {**(message.get("params") or {}), **params}}


def without_params(message: Message, *names: str) -> Message:
    """A request without some params."""
    if not isinstance(message.get("params"), dict):
        return message
    return {**message, "params": {name: value for name, value in message["params"].items() if name not in names}}


def with_result(message: Message, **members: Json) -> Message:
    """A response with some members of its result changed."""
    return {**message, "result": {**message["result"], **members}}


class LengthInCharacters(Fault):
    def written(self, message: Json) -> bytes:
        text = json.dumps(message, ensure_ascii=False)
        return b"Content-Length: %d\r\n\r\n%b" % (len(text), text.encode())


class StrayOutput(Fault):
    def written(self, message: Json) -> bytes:
        return b"loading...\n" + super().written(message)


class IdsAsText(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        is_handshake = request.get("method") in ("initialize", "shutdown")
        return [message if is_handshake or message["id"] is None else {**message, "id": str(message["id"])}]


class AnswersTwice(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        return [message] * (2 if request.get("method") == "session/list" else 1)


class AnswersNotifications(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        if "id" not in message and message.get("method") == "foobar":
            data = {"name": "methodNotFound", "retryable": False}
            self.answer({"jsonrpc": "2.0", "id": None, "error": {"code": -32601, "message": "no", "data": data}})
        return [message]


class SwallowsParseErrors(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        return [] if message.get("error", {}).get("code") == -32700 else [message]


class UnknownMethodsAreNull(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        unknown = message.get("error", {}).get("code") == -32601 and request.get("method") != "conformance/barrier"
        return [{"jsonrpc": "2.0", "id": message["id"], "result": None} if unknown else message]


class ErrorsWithoutData(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if "error" in message:
            message["error"].pop("data")
        return [message]


class WrongCode(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if message.get("error", {}).get("code") == -32602:
            message["error"]["code"] = -32600
        return [message]


class ErrorsWithTracebacks(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if "error" in message:
            message["error"]["message"] = "Traceback (most recent call last): ..."
        return [message]


class ServesBeforeInitialize(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        early = message.get("error", {}).get("code") == -32002
        return [{"jsonrpc": "2.0", "id": message["id"], "result": {}} if early else message]


class ServesAfterShutdown(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        late = message.get("error", {}).get("code") == -32600 and request.get("method") == "session/list"
        return [{"jsonrpc": "2.0", "id": message["id"], "result": {}} if late else message]


class AlwaysExitsWithZero(Fault):
    def exit_code(self, code: int) -> int:
        return 0


class TakesAnyVersion(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        return [without_params(message, "initializationOptions") if message.get("method") == "initialize" else message]


class HidesAMethod(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if request.get("method") == "initialize" and "result" in message:
            message["result"]["capabilities"]["experimental"]["ctxbudget"]["methods"].remove("budget/renew")
        return [message]


class BudgetInBinary(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if request.get("method") == "session/open" and "result" in message:
            config = message["result"]["config"]
            message["result"]["budget"] = int(config["contextWindow"] * config["targetShare"])
        return [message]


class ForgetsWhenItEnds(Fault):
    def __init__(self) -> None:
        super().__init__()
        self.environment = {"XDG_STATE_HOME": tempfile.mkdtemp(dir=os.environ["HOME"])}


class IgnoresRequestKeys(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        return [without_params(message, "requestKey")]


class ForgetsRequestKeys(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        key = (message.get("params") or {}).get("requestKey") if isinstance(message.get("params"), dict) else None
        return [message if key is None else with_params(message, requestKey=f"{os.getpid()} {key}")]


class IgnoresIfRevision(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        return [without_params(message, "ifRevision")]


class AcceptsUnknownFields(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        return [without_params(message, "unheardOf")]


class ShortensPaths(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        for fault in message.get("error", {}).get("data", {}).get("errors", []):
            fault["loc"] = fault["loc"][:1]
        return [message]


class LeasesBeyondTheBudget(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        return [with_params(message, force=True) if message.get("method") == "budget/reserve" else message]


class LeasesThatStay(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        return [with_params(message, ttlMs=10**9) if message.get("method") == "budget/reserve" else message]


class RefundsTooMuch(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if request.get("method") == "budget/settle" and "result" in message:
            return [with_result(message, refunded=message["result"]["reserved"])]
        return [message]


class HidesHopelessness(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if message.get("error", {}).get("code") == 1001:
            message["error"]["data"]["retryable"] = True
        return [message]


class RevisionsJump(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if isinstance(message.get("result"), dict) and "revision" in message["result"]:
            return [with_result(message, revision=2 * message["result"]["revision"])]
        return [message]


class RoundsAllocations(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        result = message.get("result")
        if request.get("method") == "budget/allocate" and result and len(result["allocations"]) > 2:
            first, *_, last = result["allocations"]
            first["tokens"], last["tokens"] = first["tokens"] - 1, last["tokens"] + 1
        return [message]


class ReordersWrites(Fault):
    held: Message | None = None

    def request(self, message: Message) -> Iterable[Message]:
        if message.get("method") != "budget/reserve":
            return [message]
        if self.held is None:
            self.held = message
            return []
        pair, self.held = [message, self.held], None
        return pair


class DoesWhatIsCancelled(Fault):
    cancelled: tuple[str, ...] = ()

    def request(self, message: Message) -> Iterable[Message]:
        if message.get("method") != "$/cancelRequest":
            return [message]
        self.cancelled = (*self.cancelled, (message.get("params") or {}).get("id"))
        return []

    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if message["id"] in self.cancelled and "result" in message:
            data = {"name": "requestCancelled", "retryable": False}
            error = {"code": -32800, "message": "cancelled", "data": data}
            return [{"jsonrpc": "2.0", "id": message["id"], "error": error}]
        return [message]


class NeverAnswersReserve(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        return [] if request.get("method") == "budget/reserve" else [message]


class FigureAsText(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if request.get("method") == "budget/reserve" and "result" in message:
            return [with_result(message, available=str(message["result"]["available"]))]
        return [message]


class MemberTooMany(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if request.get("method") == "budget/status" and "result" in message:
            return [with_result(message, extra=1)]
        return [message]


class MemberMissing(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        for lease in (
            (message.get("result") or {}).get("leases", []) if request.get("method") == "budget/status" else ()
        ):
            lease.pop("holder")
        return [message]


class UndoLeavesSomething(Fault):
    undone = False

    def response(self, message: Message, request: Message) -> Iterable[Message]:
        self.undone = self.undone or request.get("method") == "context/undo"
        if self.undone and request.get("method") == "context/list" and "result" in message:
            message["result"]["items"][-1]["state"] = "pruned"
        return [message]


class DryRunIsReal(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        return [without_params(message, "dryRun") if message.get("method") == "context/prune" else message]


class LevelsWithoutHysteresis(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        status = message.get("result")
        if request.get("method") == "budget/status" and status:
            level = "critical" if status["retained"] >= status["criticalAt"] else "ok"
            return [
                with_result(
                    message, level="warn" if status["criticalAt"] > status["retained"] >= status["warnAt"] else level
                )
            ]
        return [message]


class SumsOffByOne(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if request.get("method") == "budget/status" and "result" in message:
            return [with_result(message, saved=message["result"]["saved"] + 1)]
        return [message]


class NormalizesContent(Fault):
    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if request.get("method") == "context/get" and "result" in message:
            return [with_result(message, content=message["result"]["content"].replace("\r\n", "\n"))]
        return [message]


class ExtractsTooMuch(Fault):
    def request(self, message: Message) -> Iterable[Message]:
        if message.get("method") == "metadata/extract" and "maxTokens" in (message.get("params") or {}):
            return [with_params(message, maxTokens=2 * message["params"]["maxTokens"])]
        return [message]


class NoNews(Fault):
    def notification(self, message: Message) -> Iterable[Message]:
        return [] if message["method"] == "budget/didChange" else [message]


class NewerMinor(Fault):
    """No fault: a later minor version, which has added members, a method, an error and a notification."""

    def response(self, message: Message, request: Message) -> Iterable[Message]:
        added = {"addedLater": {"a": [1]}}
        if "error" in message:
            message["error"]["data"].update(added)
        elif request.get("method") == "initialize":
            advertised = message["result"]["capabilities"]["experimental"]["ctxbudget"]
            advertised |= {"protocolVersion": "1.7", "methods": [*advertised["methods"], "budget/later"], **added}
        elif isinstance(message["result"], dict):
            message["result"] |= added
            for lease in message["result"].get("leases", []) if request["method"] == "budget/status" else ():
                lease.update(added)
        return [message]


class OtherMajor(Fault):
    """No fault: a server of the next major version, which speaks no other."""

    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if request.get("method") != "initialize":
            return [message]
        asked = str(((request.get("params") or {}).get("initializationOptions") or {}).get("protocolVersion", "2"))
        if asked.startswith("2"):
            message["result"]["capabilities"]["experimental"]["ctxbudget"]["protocolVersion"] = "2.0"
            return [message]
        data = {"name": "unsupportedVersion", "retryable": False, "supported": ["2.0"]}
        return [{"jsonrpc": "2.0", "id": message["id"], "error": {"code": 1024, "message": "2.0 is", "data": data}}]


class DeafToVersions(OtherMajor):
    """Speaks the next major version, whatever it is asked for."""

    def request(self, message: Message) -> Iterable[Message]:
        return [without_params(message, "initializationOptions") if message.get("method") == "initialize" else message]

    def response(self, message: Message, request: Message) -> Iterable[Message]:
        return super().response(message, {**request, "params": {}})


class CoreOnly(Fault):
    """No fault: a server of the level core, which has no other methods."""

    def request(self, message: Message) -> Iterable[Message]:
        method = message.get("method")
        unknown = "id" in message and isinstance(method, str) and method not in (*CORE, "initialize", "shutdown")
        return [{**message, "method": f"not there: {method}"} if unknown else message]

    def response(self, message: Message, request: Message) -> Iterable[Message]:
        if request.get("method") == "initialize" and "result" in message:
            message["result"] = {"capabilities": {"experimental": message["result"]["capabilities"]["experimental"]}}
            message["result"]["capabilities"]["experimental"]["ctxbudget"]["methods"] = list(CORE)
        return [message]


CORE = (
    "session/open", "session/close", "session/list", "session/delete", "budget/status", "budget/allocate",
    "budget/reserve", "budget/settle", "budget/release", "budget/renew",
)  # fmt: skip
OTHERS: dict[str, type[Fault]] = {
    "core only": CoreOnly,
    "newer minor": NewerMinor,
    "other major": OtherMajor,
    "deaf to versions": DeafToVersions,
}
"""Servers of another level, and of other versions."""

FAULTS: dict[str, tuple[type[Fault], str]] = {
    "length in characters": (LengthInCharacters, "framing.bytes"),
    "stray output": (StrayOutput, "framing.headers"),
    "ids as text": (IdsAsText, "messages.ids"),
    "answers twice": (AnswersTwice, "framing.many"),
    "answers notifications": (AnswersNotifications, "messages.notifications"),
    "swallows parse errors": (SwallowsParseErrors, "messages.parse-error"),
    "unknown methods are null": (UnknownMethodsAreNull, "messages.unknown-method"),
    "errors without data": (ErrorsWithoutData, "messages.params-shape"),
    "wrong code": (WrongCode, "messages.params-shape"),
    "errors with tracebacks": (ErrorsWithTracebacks, "errors.unknownItem"),
    "serves before initialize": (ServesBeforeInitialize, "lifecycle.before-initialize"),
    "serves after shutdown": (ServesAfterShutdown, "lifecycle.after-shutdown"),
    "always exits with zero": (AlwaysExitsWithZero, "lifecycle.exit"),
    "takes any version": (TakesAnyVersion, "versions.refused"),
    "hides a method": (HidesAMethod, "lifecycle.advertises"),
    "budget in binary": (BudgetInBinary, "sessions.budget"),
    "forgets when it ends": (ForgetsWhenItEnds, "sessions.durable"),
    "ignores request keys": (IgnoresRequestKeys, "keys.first-result"),
    "forgets request keys": (ForgetsRequestKeys, "keys.restart"),
    "ignores ifRevision": (IgnoresIfRevision, "revisions.condition"),
    "accepts unknown fields": (AcceptsUnknownFields, "budget/reserve.unknown-field"),
    "shortens paths": (ShortensPaths, "params.paths"),
    "leases beyond the budget": (LeasesBeyondTheBudget, "leases.concurrent"),
    "leases that stay": (LeasesThatStay, "leases.expire"),
    "refunds too much": (RefundsTooMuch, "leases.settle"),
    "hides hopelessness": (HidesHopelessness, "leases.hopeless"),
    "revisions jump": (RevisionsJump, "revisions.rise"),
    "rounds allocations": (RoundsAllocations, "allocation.dynamic"),
    "reorders writes": (ReordersWrites, "order.writes"),
    "does what is cancelled": (DoesWhatIsCancelled, "cancelling.once"),
    "never answers budget/reserve": (NeverAnswersReserve, "leases.fit"),
    "figure as text": (FigureAsText, "budget/reserve.result"),
    "member too many": (MemberTooMany, "budget/status.result"),
    "member missing": (MemberMissing, "leases.status"),
    "undo leaves something": (UndoLeavesSomething, "prunes.undo"),
    "dry run is real": (DryRunIsReal, "prunes.dry-run"),
    "levels without hysteresis": (LevelsWithoutHysteresis, "accounts.levels"),
    "sums off by one": (SumsOffByOne, "figures.sums"),
    "normalizes content": (NormalizesContent, "content.kept"),
    "extracts too much": (ExtractsTooMuch, "content.extract"),
    "no news": (NoNews, "news.watched"),
}
"""Each fault, and the rule that must find it."""


class Proxy:
    """Passes messages on between stdin, a server of ours, and stdout."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        fault.answer = self._to_client
        self._lock = threading.Lock()
        self._asked: dict[tuple[type, Json], Message] = {}
        self._server = subprocess.Popen(
            [sys.executable, "-m", "ctxbudget_server", "serve"],
            env={**os.environ, **fault.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self) -> int:
        """Pass on until the server ends; the exit code."""
        threading.Thread(target=self._requests, daemon=True).start()
        assert self._server.stdout is not None
        stdout = self._server.stdout
        while body := _next_body(stdout)[0]:
            message = json.loads(body)
            if "method" in message:
                sent = self._fault.notification(message)
            else:
                asked = self._asked.pop((type(message["id"]), message["id"]), {})
                sent = self._fault.response(message, asked)
            for one in sent:
                self._to_client(one)
        return self._fault.exit_code(self._server.wait())

    def _requests(self) -> None:
        stdin = sys.stdin.buffer
        server = self._server.stdin
        assert server is not None
        with contextlib.suppress(OSError):
            while True:
                body, raw = _next_body(stdin)
                if body is None or len(body) > MANY_BYTES:
                    _write(server, raw)
                    if body is None:
                        break
                    continue
                self._request(body, raw, server)
            while rest := stdin.read1(1 << 16):
                _write(server, rest)
            server.close()

    def _request(self, body: bytes, raw: bytes, server: BinaryIO) -> None:
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            _write(server, raw)
            return
        if isinstance(message.get("id"), int | str):
            self._asked[type(message["id"]), message["id"]] = message
        changed = list(self._fault.request(message))
        if changed == [message]:
            _write(server, raw)
            return
        for one in changed:
            data = json.dumps(one).encode()
            _write(server, b"Content-Length: %d\r\n\r\n%b" % (len(data), data))

    def _to_client(self, message: Json) -> None:
        with self._lock, contextlib.suppress(BrokenPipeError):
            sys.stdout.buffer.write(self._fault.written(message))
            sys.stdout.buffer.flush()


def _write(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)
    stream.flush()


def _next_body(stream: BinaryIO) -> tuple[bytes | None, bytes]:
    """(body, raw bytes) of the next message; no body if it cannot be read plainly, or the stream has ended."""
    header = b""
    while not header.endswith(b"\r\n\r\n"):
        byte = stream.read(1)
        header += byte or b""
        if not byte or len(header) > 200:
            return None, header
    found = HEADER.fullmatch(header[:-2])
    if found is None:
        return None, header
    body = b""
    while len(body) < int(found[1]):
        piece = stream.read(int(found[1]) - len(body))
        if not piece:
            return None, header + body
        body += piece
    return body, header + body


def main() -> int:
    """Run the proxy with the fault that is named."""
    name = sys.argv[1]
    known = {"none": Fault, **OTHERS, **{each: kind for each, (kind, _) in FAULTS.items()}}
    fault = known[name]()
    return Proxy(fault).run()


if __name__ == "__main__":
    os._exit(main())
