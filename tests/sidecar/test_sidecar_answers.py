"""A sidecar's answer to `ctxbudget call` is the answer of the caller's own process, byte for byte."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.client import Client

from ctxbudget_server.cli import main
from sidecar.sidecar_place import Place, answered, eventually

NEW = re.compile(rb'"[a-z]\d{15}"|\d{4}-\d\d-\d\dT[\d:.]+Z')
"""Ids and times, which differ from request to request."""

TEXT = "# Report\n\nThe cache is slow. **Finding**: it never evicts.\n" * 40

CALLS = [
    ("session/open", '{"sessionId": "@", "config": {"contextWindow": 40000}, "watch": true}'),
    ("session/open", '{"sessionId": "@"}'),
    ("workflow/startPhase", '{"sessionId": "@", "phase": 1, "name": "research"}'),
    ("budget/allocate", '{"sessionId": "@", "strategy": "fixed"}'),
    ("budget/reserve", '{"sessionId": "@", "tokens": 900, "holder": "a"}'),
    ("context/add", '{"sessionId": "@", "items": [{"layer": "transient", "path": "report.md", "pinned": true}]}'),
    ("context/add", '{"sessionId": "@", "items": [{"layer": "phase", "content": "caf\\u00e9 \\ud83d\\ude00"}]}'),
    ("workflow/completePhase", '{"sessionId": "@", "phase": 1}'),
    ("context/list", '{"sessionId": "@"}'),
    ("budget/status", '{"sessionId": "@"}'),
    ("budget/report", '{"sessionId": "@", "format": "markdown"}'),
    ("context/fit", '{"sessionId": "@", "messages": [{"role": "user", "content": "x"}], "maxTokens": 500}'),
    ("session/close", '{"sessionId": "@"}'),
    ("metadata/extract", '{"path": "report.md", "maxTokens": 120}'),
    ("tokens/count", '{"paths": ["report.md"], "model": "claude-sonnet-4-5"}'),
    ("tokens/truncate", '{"text": "one two three four", "maxTokens": 2}'),
    ("tokens/fits", '{"path": "report.md", "limit": 10}'),
    # errors
    ("session/close", '{"sessionId": "@"}'),
    ("session/delete", '{"sessionId": "@-none"}'),
    ("context/add", '{"items": [{"layer": "upper", "tokens": 1}], "colour": 1}'),
    ("context/add", '{"items": [{"layer": "phase", "path": "/etc/hostname"}]}'),
    ("context/add", '{"items": [{"layer": "phase", "path": "none.md"}]}'),
    ("context/get", '{"itemId": "none"}'),
    ("context/render", "{}"),
    ("budget/didChange", "{}"),
    ("initialize", "{}"),
    ("budget/status", "{"),
    ("budget/status", '{"x": NaN}'),
    ("budget/status", "[1]"),
    ("budget/status", "null"),
    ("budget/status", ""),
    ("", "{}"),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Client]]:
    """One sidecar for all rows."""
    folder = tmp_path_factory.mktemp("w")
    (folder / "report.md").write_text(TEXT)
    place = Place(folder, tmp_path_factory.mktemp("s") / "store.db")
    with place.sidecar() as client:
        yield place, client


@pytest.mark.parametrize(("method", "params"), CALLS, ids=lambda text: text[:40])
def test_the_same_bytes(
    shared: tuple[Place, Client],
    method: str,
    params: str,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, client = shared
    before = answered(client)

    done = place.call(method, params.replace("@", "asked-1"))
    eventually(lambda: answered(client) == before + 1, "an answer of the sidecar")

    monkeypatch.setenv("CTXBUDGET_SOCKET", "off")
    monkeypatch.chdir(place.folder)
    code = main(["call", method, params.replace("@", "own-1"), "--store", str(place.store)])
    alone = capfdbinary.readouterr()
    assert answered(client) == before + 1
    assert (done.returncode, _plain(done.stdout, b"asked-1"), _plain(done.stderr, b"asked-1")) == (
        code,
        _plain(alone.out, b"own-1"),
        _plain(alone.err, b"own-1"),
    )


def _plain(data: bytes, session: bytes) -> bytes:
    return NEW.sub(b"*", data.replace(session, b"@"))


def test_stdin_is_taken_and_paths_are_the_workspaces(shared: tuple[Place, Client]) -> None:
    place, client = shared
    before = answered(client)
    params = json.dumps({"texts": ["é" * 300_000]}).encode()

    assert json.loads(place.call("tokens/count", "-", stdin=params).stdout)["total"] > 1_000
    assert place.call("budget/status", "-").returncode == 0
    deep = place.folder / "deep"
    deep.mkdir()
    (place.folder / "ctxbudget.toml").touch()
    elsewhere = Place(deep, place.store)
    counted = elsewhere.call("tokens/count", '{"paths": ["report.md"]}')
    assert json.loads(counted.stdout)["total"] > 100, "relative to the workspace, not to the current directory"
    eventually(lambda: answered(client) == before + 3, "an answer of the sidecar")


def test_the_editors_buffers_and_watches_are_its_own(shared: tuple[Place, Client]) -> None:
    place, client = shared
    path = place.folder / "edited.json"
    path.write_text("saved")
    document = {"uri": path.as_uri(), "languageId": "json", "version": 1, "text": "not saved yet, and longer"}
    client.notify("textDocument/didOpen", {"textDocument": document})
    client.request("session/open", {"sessionId": "quiet"})

    counted = place.call("tokens/count", '{"paths": ["edited.json"]}')
    assert json.loads(counted.stdout)["total"] == 1
    assert client.request("tokens/count", {"paths": ["edited.json"]})["total"] > 1
    place.call("session/open", '{"sessionId": "quiet", "watch": true}')
    place.call("context/add", '{"sessionId": "quiet", "items": [{"layer": "phase", "tokens": 7000}]}')
    client.quiet(0.5)


def test_what_a_caller_writes_is_told_to_those_who_watch(shared: tuple[Place, Client]) -> None:
    place, client = shared
    client.request("session/open", {"sessionId": "seen", "watch": True})

    place.call("context/add", '{"sessionId": "seen", "items": [{"layer": "phase", "tokens": 7200}]}')

    assert client.notification("budget/didChange")["sessionId"] == "seen"
    assert client.notification("budget/alert")["sessionId"] == "seen"
    client.request("session/open", {"sessionId": "seen", "watch": False})


def test_the_log_names_the_callers_process(shared: tuple[Place, Client]) -> None:
    import sqlite3

    place, _ = shared
    with place.caller("context/add", '{"sessionId": "default", "items": [{"layer": "phase", "tokens": 1}]}') as caller:
        caller.communicate()
    with sqlite3.connect(place.store) as store:
        actors = {row[0] for row in store.execute("SELECT actor FROM events")}
    assert f"call:{caller.pid}" in actors


def test_an_answered_call_imports_next_to_nothing(
    shared: tuple[Place, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess

    place, _ = shared
    script = (
        "import sys\nfrom ctxbudget_server.cli import main\n"
        f"assert main(['call', 'budget/status', '--store', {str(place.store)!r}]) == 0\n"
        "heavy = {'argparse', 'asyncio', 'dataclasses', 'hashlib', 'json', 'pathlib', 'socket', 'sqlite3', 'typing',\n"
        "         'ctxbudget_protocol'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], cwd=place.folder, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_a_result_that_cannot_be_written_is_an_error(shared: tuple[Place, Client]) -> None:
    import subprocess

    place, _ = shared
    command = [sys.executable, "-m", "ctxbudget_server", "call", "budget/status", "--store", str(place.store)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=place.folder, check=False)
    assert (done.returncode, b"carried out" in done.stderr) == (1, True)
