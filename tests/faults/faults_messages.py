"""Messages made at random: from the contract's own schemas, valid and spoilt; of LSP; and frames with wrong bytes.

A `Source` says of each message what it is owed: an id that must be answered once, an error without an id, or nothing.
"""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from support.client import frame

Json = Any
CONTRACT: dict[str, Any] = json.loads(files("ctxbudget_protocol").joinpath("contract.json").read_text("utf-8"))
METHODS = {name: row for name, row in CONTRACT["methods"].items() if row["direction"] == "clientToServer"}
IDS_OF = {"itemId": "item", "leaseId": "lease", "undo": "undo", "after": "item"}
"""Members that name something, by its kind: most of the time they name something that there is."""
STRANGE: tuple[Json, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**40, 1.5, -0.0, 1e308, "", "x", "\0", "\ud800", "\U0001f600", "../..",
    "file:///%00", "x" * 5_000, [], {}, [[]], [None], {"": None}, {"__class__": 1}, "2026-01-01T00:00:00Z",
)  # fmt: skip
TEXTS = (
    "", "word", "# Heading\n\nA line of text.\n", "- [x] done\n- [ ] open\n" * 20, "\r\n\r\n", "\t" * 300,
    "\u65e5\u672c\u8a9e " * 40, "<|endoftext|>", "\u202e\u0000\u001b[31m", "def f():\n    return 1\n" * 30,
)  # fmt: skip


@dataclass
class Message:
    """Bytes to send, and what they are owed: `ids` answers by id, `orphans` errors without one."""

    data: bytes
    ids: list[int | str] = field(default_factory=list)
    orphans: int = 0
    method: str = ""
    valid: bool = False


@dataclass
class Known:
    """What answers have told: things that a later request can name."""

    ids: dict[str, list[str]] = field(default_factory=lambda: {"item": [], "lease": [], "undo": []})
    sessions: list[str] = field(default_factory=lambda: [f"s{n}" for n in range(6)])

    def learn(self, result: Json) -> None:
        """Take in the ids of a result."""
        if not isinstance(result, dict):
            return
        items = result.get("items")
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and "id" in item:
                self._keep("item", item["id"])
        for name, kind in (("leaseId", "lease"), ("undo", "undo")):
            if result.get(name):
                self._keep(kind, result[name])

    def _keep(self, kind: str, value: str) -> None:
        self.ids[kind].append(value)
        del self.ids[kind][:-100]


class FromSchema:
    """Values that a JSON schema allows."""

    def __init__(self, chance: random.Random, known: Known, paths: list[str]) -> None:
        self._random = chance
        self._known = known
        self._paths = paths

    def params(self, method: str) -> dict[str, Json]:
        """Params that the contract allows, though what they ask may be refused."""
        return self.value(METHODS[method]["params"], CONTRACT["$defs"])

    def value(self, schema: Json, defs: Json, name: str = "") -> Json:
        """A value for a schema; `name` is that of the member that it is for."""
        if "$ref" in schema:
            return self.value(defs[schema["$ref"].rpartition("/")[2]], defs, name)
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self.value(self._random.choice(schema[choice]), defs, name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        make: Callable[..., Json] = getattr(self, f"_{schema.get('type', 'any')}")
        return make(schema, defs, name)

    def _any(self, schema: Json, defs: Json, name: str) -> Json:
        return self._random.choice(STRANGE)

    def _null(self, schema: Json, defs: Json, name: str) -> None:
        return None

    def _boolean(self, schema: Json, defs: Json, name: str) -> bool:
        return self._random.random() < 0.5

    def _integer(self, schema: Json, defs: Json, name: str) -> int:
        low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        high = schema.get("maximum", 2**40)
        return self._random.choice((low, high, min(high, low + self._random.randrange(6)), self._small(low, high)))

    def _small(self, low: int, high: int) -> int:
        return min(high, low + int(self._random.expovariate(0.002)))

    def _number(self, schema: Json, defs: Json, name: str) -> float:
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 0.01)
        high = schema.get("maximum", 100)
        return self._random.choice((low, high, self._random.uniform(low, high)))

    def _string(self, schema: Json, defs: Json, name: str) -> str:
        if name in ("sessionId",) or "pattern" in schema:
            return self._session()
        if (kind := IDS_OF.get(name) or ("item" if name in ("items", "reduces", "pins") else None)) is not None:
            known = self._known.ids[kind]
            if known and self._random.random() < 0.8:
                return self._random.choice(known)
        if name in ("path", "paths"):
            return self._random.choice(self._paths)
        if name == "requestKey":
            return f"key-{self._random.randrange(2_000)}"
        low, high = schema.get("minLength", 0), schema.get("maxLength", 100_000)
        text = self._random.choice(TEXTS)
        return (text + "x" * low)[: max(high, low)] if len(text) < low else text[:high]

    def _session(self) -> str:
        if self._random.random() < 0.03:
            return "".join(self._random.choices(string.ascii_letters + "._:-", k=self._random.randrange(1, 129)))
        return self._random.choice(self._known.sessions)

    def _array(self, schema: Json, defs: Json, name: str) -> list[Json]:
        if name == "messages":
            return self._messages()
        low, high = schema.get("minItems", 0), schema.get("maxItems", 4)
        return [
            self.value(schema["items"], defs, name)
            for _ in range(self._random.randrange(low, max(low, min(high, 4)) + 1))
        ]

    def _object(self, schema: Json, defs: Json, name: str) -> dict[str, Json]:
        required = schema.get("required", ())
        return {
            member: self.value(each, defs, member)
            for member, each in schema.get("properties", {}).items()
            if member in required or self._random.random() < self._share(member)
        }

    def _share(self, member: str) -> float:
        if member in ("ifRevision", "model"):
            return 0.03
        return 0.9 if member in ("sessionId", "layer", "content", "phase") else 0.25

    def _messages(self) -> list[Json]:
        turns: list[Json] = [{"role": "user", "content": self._random.choice(TEXTS)}]
        for n in range(self._random.randrange(5)):
            use = {"type": "tool_use", "id": f"t{n}", "name": "Read", "input": {"file_path": f"f{n}"}}
            text = self._random.choice(TEXTS) * self._random.randrange(4)
            result = {"type": "tool_result", "tool_use_id": f"t{n}", "content": text}
            turns += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
        return turns


def spoilt(value: Json, chance: random.Random) -> Json:
    """A value with one thing in it changed, at any depth."""
    if isinstance(value, dict) and value and chance.random() < 0.75:
        name = chance.choice(list(value))
        change = chance.randrange(4)
        if change == 0:
            return {member: each for member, each in value.items() if member != name}
        if change == 1:
            return {**value, chance.choice(("unheardOf", "", "__proto__", name.upper())): chance.choice(STRANGE)}
        return {**value, name: spoilt(value[name], chance)}
    if isinstance(value, list) and value and chance.random() < 0.75:
        at = chance.randrange(len(value))
        change = chance.randrange(3)
        if change == 0:
            return value[:at] + value[at + 1 :]
        return [*value[:at], spoilt(value[at], chance), *value[at + (change == 1) :]]
    return chance.choice(STRANGE) if chance.random() < 0.9 else nested(chance.randrange(1, 60))


def nested(depth: int) -> Json:
    """Lists and objects in each other."""
    value: Json = 1
    for n in range(depth):
        value = [value] if n % 2 else {"a": value}
    return value


class Lsp:
    """What editors say, about a few documents that may be open or not."""

    def __init__(self, chance: random.Random, folder: Path) -> None:
        self._random = chance
        self._uris = [(folder / f"document-{n}.md").as_uri() for n in range(4)] + ["untitled:one", "file:///%00", "x:"]

    def request(self) -> tuple[str, Json]:
        """The method and params of a request."""
        document = {"uri": self._uri()}
        method, params = self._random.choice(
            (
                ("textDocument/inlayHint", {"textDocument": document, "range": self._range()}),
                ("textDocument/codeLens", {"textDocument": document}),
                ("textDocument/hover", {"textDocument": document, "position": self._position()}),
                (
                    "textDocument/codeAction",
                    {"textDocument": document, "range": self._range(), "context": {"diagnostics": []}},
                ),
                ("workspace/executeCommand", self._command()),
                ("textDocument/definition", {"textDocument": document, "position": self._position()}),
                ("initialize", {"processId": None, "rootUri": None, "capabilities": {}}),
            )
        )
        return method, params

    def notification(self) -> tuple[str, Json]:
        """The method and params of a notification."""
        document = {"uri": self._uri(), "version": self._random.randrange(50)}
        text = "".join(self._random.choices(TEXTS, k=6))
        changes = [{"range": self._range(), "text": self._random.choice(TEXTS)} for _ in range(2)]
        whole = {"languageId": "markdown", "text": text, **document}
        change = {"textDocument": document, "contentChanges": [*changes, {"text": text}][self._random.randrange(3) :]}
        method, params = self._random.choice(
            (
                ("textDocument/didOpen", {"textDocument": whole}),
                ("textDocument/didOpen", {"textDocument": whole}),
                ("textDocument/didChange", change),
                ("textDocument/didChange", change),
                ("textDocument/didClose", {"textDocument": {"uri": self._uri()}}),
                ("textDocument/didSave", {"textDocument": {"uri": self._uri()}}),
                ("workspace/didChangeConfiguration", {"settings": {"ctxbudget": {"budget": 5_000}}}),
                ("workspace/didChangeWatchedFiles", {"changes": [{"uri": self._uri(), "type": 2}]}),
                ("workspace/didRenameFiles", {"files": [{"oldUri": self._uri(), "newUri": self._uri()}]}),
                ("$/cancelRequest", {"id": self._random.choice((1, "x", None, 1.5))}),
                ("$/setTrace", {"value": "verbose"}),
                ("window/workDoneProgress/cancel", {"token": "t"}),
            )
        )
        return method, params

    def _uri(self) -> str:
        return self._random.choice(self._uris)

    def _position(self) -> Json:
        return {"line": self._random.choice((0, 1, 5, 400, 2**31 - 1)), "character": self._random.choice((0, 3, 900))}

    def _range(self) -> Json:
        return {"start": self._position(), "end": self._position()}

    def _command(self) -> Json:
        name = self._random.choice(
            ("insertMetadata", "moveSection", "extractSelection", "showBudget", "countWorkspace", "unheardOf")
        )
        return {"command": f"ctxbudget.{name}", "arguments": [self._uri(), self._random.choice((0, 3, self._range()))]}


HEADERS = (
    b"Content-Length: %d\r\n\r\n", b"content-length:%d\r\n\r\n", b"Content-Length: 000%d\r\n\r\n",
    b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
    b"Content-Length: %d\n\n", b"\r\nX: y\r\nCONTENT-LENGTH:   %d  \r\n\r\n",
)  # fmt: skip
"""Headers that say the length in one way or another."""
LOST_HEADERS = (
    b"Content-Length: -1\r\n\r\n", b"Content-Length: 1e3\r\n\r\n", b"Content-Length: 99999999999999\r\n\r\n",
    b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", b"Content-Type: x\r\n\r\n", b"Content-Length\r\n\r\n",
    b"{}\r\n\r\n", b"x" * 9_000, b"\0\xff: 3\r\n\r\n", b"Content-Length: 0x10\r\n\r\n",
)  # fmt: skip
"""Headers after which nobody knows where the next message begins."""


class Source:
    """Messages without end."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._random = random.Random(seed)
        self.known = Known()
        (folder / "notes.md").write_text("# Notes\n\nSome text.\n")
        (folder / "binary.bin").write_bytes(bytes(range(256)))
        paths = ["notes.md", "binary.bin", "missing.md", "/etc/passwd", "..", ".", "", "\0", "file:///%00", "/dev/zero"]
        self._schema = FromSchema(self._random, self.known, [*paths, (folder / "notes.md").as_uri()])
        self._lsp = Lsp(self._random, folder)
        self._count = 0

    def next(self) -> Message:
        """The next message."""
        draw = self._random.random()
        for share, make in (
            (0.35, self._valid),
            (0.25, self._spoilt),
            (0.10, self._lsp_request),
            (0.10, self._lsp_notification),
            (0.08, self._strange_envelope),
            (0.08, self._wrong_bytes),
        ):
            if (draw := draw - share) < 0:
                return make()
        return self._no_message()

    def _id(self) -> int | str:
        self._count += 1
        return self._random.choice((self._count, f"r{self._count}", f"\u00e9 {self._count}", 10**30 + self._count))

    def _request(self, method: str, params: Json, valid: bool = False) -> Message:
        message_id = self._id()
        body = {"jsonrpc": "2.0", "id": message_id, "method": method, "params": params}
        return Message(self._framed(json.dumps(body).encode()), [message_id], method=method, valid=valid)

    def _framed(self, body: bytes) -> bytes:
        if self._random.random() < 0.9:
            return frame(body)
        return self._random.choice(HEADERS) % len(body) + body

    def _valid(self) -> Message:
        method = self._random.choice(list(METHODS))
        return self._request(method, self._schema.params(method), valid=True)

    def _spoilt(self) -> Message:
        method = self._random.choice(list(METHODS))
        params = self._schema.params(method)
        for _ in range(self._random.choice((1, 1, 2, 5))):
            params = spoilt(params, self._random)
        return self._request(method, params)

    def _lsp_request(self) -> Message:
        method, params = self._lsp.request()
        if self._random.random() < 0.4:
            params = spoilt(params, self._random)
        return self._request(method, params)

    def _lsp_notification(self) -> Message:
        method, params = self._lsp.notification()
        if self._random.random() < 0.4:
            params = spoilt(params, self._random)
        return Message(self._framed(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode()))

    def _strange_envelope(self) -> Message:
        """A message with something wrong beside its params."""
        message_id = self._id()
        body: Json = {"jsonrpc": "2.0", "id": message_id, "method": "budget/status", "params": {}}
        body = spoilt(body, self._random)
        return self._judged(json.dumps(body).encode())

    def _wrong_bytes(self) -> Message:
        """A request with bytes of its body changed, doubled, or cut off; the header fits what is left."""
        method = self._random.choice(list(METHODS))
        body = bytearray(json.dumps({"id": self._id(), "method": method, "jsonrpc": "2.0"}).encode())
        body[-1:] = b', "params": ' + json.dumps(self._schema.params(method)).encode() + b"}"
        for _ in range(self._random.choice((1, 1, 3, 20))):
            at = self._random.randrange(len(body))
            kind = self._random.randrange(4)
            if kind == 0:
                body[at] = self._random.randrange(256)
            elif kind == 1:
                body[at] ^= 1 << self._random.randrange(8)
            elif kind == 2:
                body[at:at] = self._random.choice((b"\xff", b"\xed\xa0\x80", b"\\ud800", b"1e999", b'"id":1.5,', b"[["))
            else:
                del body[at : at + self._random.randrange(1, 9)]
            if not body:
                body = bytearray(b"{")
        return self._judged(bytes(body))

    def _no_message(self) -> Message:
        """JSON that is not a message, or no JSON at all."""
        status = {"jsonrpc": "2.0", "id": 1, "method": "budget/status"}
        body = self._random.choice(
            (
                b"", b"{", b"[]", b"null", b"3", b'"x"', json.dumps([status, status]).encode(),
                b"[" * 3_000, b'{"a":' * 3_000, b'{"x":' + b"9" * 5_000 + b"}", b'{"id":NaN}', bytes(range(256)),
                json.dumps(status).encode("utf-16"), b"\xef\xbb\xbf{}", json.dumps(nested(400)).encode(),
                b'{"jsonrpc":"2.0","id":"a","id":"b","method":"budget/status","method":"x"}',
                b'{"jsonrpc":"2.0","id":"c","result":1}', b'{"jsonrpc":"2.0","id":null,"method":"budget/status"}',
            )
        )  # fmt: skip
        return self._judged(body)

    def _judged(self, body: bytes) -> Message:
        """What a body is owed, by the rules of JSON-RPC and of this protocol."""
        owed = Message(self._framed(body))
        try:
            message = json.loads(body.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError):
            owed.orphans = 1
            return owed
        if isinstance(message, dict) and "method" not in message and ("result" in message or "error" in message):
            return owed
        if not isinstance(message, dict):
            owed.orphans = 1
        elif isinstance(message.get("id"), int | str) and not isinstance(message["id"], bool):
            owed.ids.append(message["id"])
            owed.method = str(message.get("method"))
        elif "id" in message or message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
            owed.orphans = 1
        return owed


def _refuse(constant: str) -> Json:
    raise ValueError(constant)
