"""`initialize` before pygls is there: the same answer, the same refusals, and nothing is lost while it loads."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.client import Client, call, frame
from support.session import serve_command

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import Limits
from ctxbudget_server.rpc import handshake, plain_handshake
from ctxbudget_server.rpc.language import prepared
from ctxbudget_server.rpc.recorded_handshake import MEMBERS, REQUIRED
from rpc.conftest import Start
from rpc.record_handshake import FILE, answer_of_pygls, rendered

EXPERIMENTAL = handshake.advertisement(Limits())
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, -1, 2**31, 2**70, 1.5, "", "x", "utf-8", [], [None], ["x"], [[]], {}, {"x": 1}]
)
STRANGE = st.dictionaries(st.sampled_from(["unknown", "text_document", "process_id", "", "jsonrpc"]), ODD, max_size=1)
PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "string": st.sampled_from(["", "x", "file:///a", "utf-8", "utf-16", "utf-32"]),
    "integer": st.integers(0, 40),
    "boolean": st.booleans(),
    "any": ODD,
}


def values(shape: Any, odd: bool) -> st.SearchStrategy[Any]:
    """Values of a shape; with `odd`, some that are not."""
    if shape is None:
        return st.none()
    if isinstance(shape, tuple):
        kind, *rest = shape
        if kind == "of":
            fitting: st.SearchStrategy[Any] = st.sampled_from(rest)
        elif kind == "list":
            fitting = st.lists(values(rest[0], odd), max_size=2)
        else:
            fitting = st.one_of([values(one, odd) for one in rest])
    elif shape in PRIMITIVES:
        fitting = PRIMITIVES[shape]
    else:
        fitting = st.deferred(lambda: objects(shape, odd))
    return st.one_of(fitting, fitting, fitting, fitting, fitting, ODD) if odd else fitting


def objects(name: str, odd: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of a class of LSP."""
    members = {member: values(shape, odd) for member, shape in MEMBERS[name].items()}
    required = {member: members.pop(member) for member in REQUIRED.get(name, ()) if member in members}
    known = st.fixed_dictionaries(required, optional=members)
    return st.builds(lambda one, more: {**more, **one}, known, STRANGE) if odd else known


def test_what_is_recorded_is_what_pygls_has_now() -> None:
    assert FILE.read_text(encoding="utf-8") == rendered(), "make generate"


CLIENTS: list[dict[str, Any]] = [
    {},
    {"general": {"positionEncodings": ["utf-8", "utf-16"]}},
    {"general": {"positionEncodings": ["utf-32"]}},
    {"general": {"positionEncodings": ["utf-7", "utf-16"]}},
    {"general": {"positionEncodings": ["utf-7"]}},
    {"general": {"positionEncodings": []}},
    {"textDocument": {"synchronization": {"willSave": True, "willSaveWaitUntil": False}}},
    {"textDocument": {"synchronization": {"willSave": None, "didSave": True}}, "notebookDocument": None},
    {"workspace": {"fileOperations": {"didRename": True, "willRename": True, "didCreate": True}}},
    {"workspace": {"fileOperations": {"didRename": False}}},
    {"notebookDocument": {"synchronization": {"dynamicRegistration": True}}},
    {"textDocument": {"rename": {"prepareSupport": True}, "diagnostic": {}, "semanticTokens": None}},
]


@pytest.mark.parametrize("client", CLIENTS)
def test_the_answer_is_that_of_pygls(client: dict[str, Any]) -> None:
    params = {"capabilities": client}
    assert plain_handshake.understood(params) is not None
    assert plain_handshake.result(params, EXPERIMENTAL) == answer_of_pygls(params)


@given(objects("InitializeParams", odd=False))
@settings(max_examples=60, deadline=None)
def test_the_answer_is_that_of_pygls_for_any_client(params: dict[str, Any]) -> None:
    """Whatever fits the shapes is answered without pygls, unless only an old path names the workspace."""
    hello = plain_handshake.understood(params)
    assert hello is not None or params["rootPath"]
    if hello is not None:
        assert hello == prepared(params).hello
        assert plain_handshake.result(params, EXPERIMENTAL) == answer_of_pygls(params)


@given(objects("InitializeParams", odd=True))
@settings(max_examples=300, deadline=None)
def test_what_pygls_would_refuse_is_never_understood(params: dict[str, Any]) -> None:
    hello = plain_handshake.understood(params)
    try:
        taken = prepared(params)
    except ProtocolError:
        assert hello is None
        return
    assert hello is None or hello == taken.hello


def test_an_old_path_names_the_workspace(start: Start, tmp_path: Path) -> None:
    with start(handshake=False) as c:
        c.request("initialize", {"capabilities": {}, "rootPath": str(tmp_path)})
        assert c.request("budget/status")["root"] == tmp_path.as_uri()
        c.shutdown()
        c.notify("exit")


HELLO: dict[str, Any] = {"capabilities": {"textDocument": {"hover": {}}}}


def early(client: Client, *messages: dict[str, Any], hello: dict[str, Any] = HELLO) -> None:
    """Send messages in one piece with `initialize`'s answer still to be read, as soon as they are allowed."""
    client.request("initialize", hello)
    client.send_raw(b"".join(frame(message) for message in messages))


def notification(method: str, params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params}


@pytest.mark.parametrize("hello", [HELLO, {"capabilities": {}}])
@pytest.mark.parametrize("more", [0, 200_000])
def test_an_early_document_counts_for_what_follows(tmp_path: Path, hello: dict[str, Any], more: int) -> None:
    """A request of the account that comes after a document waits until the document is known."""
    (tmp_path / "a.md").write_text("the file on the disk, which is longer than the text in the editor")
    uri = (tmp_path / "a.md").as_uri()
    document = {"uri": uri, "languageId": "markdown", "version": 1, "text": "two words" + more * "x"}
    news = ("textDocument/publishDiagnostics",)
    with Client(serve_command(tmp_path), cwd=tmp_path, handshake=False, ignore=news) as c:
        c.expect_answer("count")
        early(
            c,
            notification("initialized", {}),
            notification("textDocument/didOpen", {"textDocument": document}),
            call("count", "tokens/count", {"paths": ["a.md"]}),
            hello=hello,
        )
        assert c.result("count")["counts"][0]["bytes"] == len("two words") + more
        c.shutdown()
        c.notify("exit")


def test_requests_of_the_account_do_not_wait_for_it(start: Start) -> None:
    """Also not those behind `initialized`; a cancellation reaches what waits."""
    with start(handshake=False) as c:
        for message_id in ("status", "hover", "late"):
            c.expect_answer(message_id)
        early(
            c,
            notification("initialized", {}),
            call("status", "budget/status"),
            call(
                "hover",
                "textDocument/hover",
                {"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}},
            ),
            call("late", "budget/status"),
            notification("$/cancelRequest", {"id": "late"}),
        )
        assert c.result("status")["warm"]
        late = c.response("late")
        assert "result" in late or late["error"]["code"] == -32800
        assert c.result("hover") is None
        c.shutdown()
        c.notify("exit")


def test_a_second_initialize_that_waits_is_refused(start: Start) -> None:
    with start(handshake=False) as c:
        for message_id in ("command", "second", "status"):
            c.expect_answer(message_id)
        early(
            c,
            call("command", "workspace/executeCommand", {"command": "unknown"}),
            call("second", "initialize", {"capabilities": {}}),
            call("status", "budget/status"),
        )
        assert c.error("command")["code"] == -32602
        assert c.error("second")["code"] == -32600
        assert c.result("status")["warm"]
        assert "Traceback" not in c.stderr
        c.shutdown()
        c.notify("exit")


@pytest.mark.parametrize("how", ["shutdown", "end of input"])
def test_what_waits_for_it_is_answered_at_the_end(start: Start, how: str) -> None:
    with start(handshake=False, exit_code=0 if how == "shutdown" else 1) as c:
        for message_id in ("command", "behind"):
            c.expect_answer(message_id)
        early(c, call("command", "workspace/executeCommand", {"command": "unknown"}), call("behind", "budget/status"))
        if how == "shutdown":
            c.shutdown()
            c.notify("exit")
        else:
            c.close_stdin()
        assert c.error("command")["code"] in (-32602, -32800)
        behind = c.response("behind")
        assert "result" in behind or behind["error"]["code"] == -32800
        c.wait()


def test_news_before_it_is_there(start: Start) -> None:
    """A session that is watched at once is told of."""
    with start(handshake=False) as c:
        c.expect_answer("open")
        c.expect_answer("add")
        early(c, call("open", "session/open", {"watch": True}), call("add", "context/add", {"n": 1}))
        assert c.result("open") and c.result("add")
        assert c.notification("budget/didChange")["changes"] == 1
        c.shutdown()
        c.notify("exit")


@pytest.mark.parametrize(
    ("capabilities", "more", "is_loaded"),
    [
        ({}, [], False),
        ({}, [call("hover", "textDocument/hover", {"textDocument": {"uri": "file:///x"}})], True),
        ({"workspace": {"configuration": True}}, [], True),
        ({"textDocument": {"hover": {}}}, [], True),
    ],
)
def test_it_is_loaded_for_those_who_need_it(
    tmp_path: Path, capabilities: dict[str, Any], more: list[dict[str, Any]], is_loaded: bool
) -> None:
    """A client of the account alone is served without it."""
    server = subprocess.Popen(
        serve_command(tmp_path),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert server.stdin and server.stderr
    hello = call("hello", "initialize", {"processId": None, "capabilities": capabilities})
    messages = [hello, notification("initialized", {}), call("count", "tokens/count", {"texts": ["x"]}), *more]
    server.stdin.write(b"".join(map(frame, messages)))
    server.stdin.flush()
    imported = b""
    awaited = b" lsprotocol" if is_loaded else b" pydantic.plugin"
    while awaited not in imported:
        line = server.stderr.readline()
        assert line, "the server ended"
        imported += line
    time.sleep(0 if is_loaded else 2)  # the models are built last; what would be loaded next, begins then
    ending = [call("end", "shutdown"), notification("exit", None)]
    _, rest = server.communicate(b"".join(map(frame, ending)), timeout=30)
    assert (b" lsprotocol" in imported + rest) == is_loaded
