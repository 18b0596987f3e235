"""Archiving, exporting and importing over stdio, and by commands."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest
from support.client import Client
from support.session import Session, serve_command


def test_an_archived_session_keeps_its_figures_and_loses_its_content(session: Session) -> None:
    session.open()
    text = session.add(content="An original that goes.")
    session.add(tokens=40)
    before = session.status()
    done = session.call("session/archive")
    assert (done["state"], done["droppedItems"], done["droppedBytes"]) == ("archived", 1, 22)
    after = session.status()
    assert {name: after[name] for name in ("retained", "processed", "peak", "level")} == {
        name: before[name] for name in ("retained", "processed", "peak", "level")
    }
    assert session.error("context/get", itemId=text)["name"] == "contentDropped"
    assert session.error("context/add", items=[{"layer": "transient", "tokens": 1}])["name"] == "sessionClosed"
    assert session.call("session/archive")["droppedItems"] == 0
    (listed,) = session.client.request("session/list", {"state": "archived"})["sessions"]
    assert listed["sessionId"] == session.id
    assert session.call("session/open")["state"] == "open"


def test_content_stays_if_asked(session: Session) -> None:
    session.open()
    text = session.add(content="An original that stays.")
    assert session.call("session/archive", keepContent=True)["droppedItems"] == 0
    assert session.call("context/get", itemId=text)["content"] == "An original that stays."
    exported = session.call("session/export", content=True)
    assert [json.loads(line)["line"] for line in exported["lines"]][-2:] == ["content", "end"]


def test_pages_join_to_what_the_file_has(session: Session, workspace: Path) -> None:
    session.open()
    for number in range(7):
        session.add(content=f"Number {number}.")
    written = session.call("session/export", path="run.jsonl", content=True)
    lines = (workspace / "run.jsonl").read_text("ascii").splitlines()
    assert (written["count"], written["lines"], written["next"]) == (len(lines), None, None)
    paged, cursor = [], None
    while True:
        page = session.call("session/export", content=True, limit=3, **({"cursor": cursor} if cursor else {}))
        paged += page["lines"]
        assert page["count"] == len(paged)
        if (cursor := page["next"]) is None:
            break
    assert paged == lines
    assert written["head"] == session.call("session/receipt")["hash"] == json.loads(lines[-1])["head"]


def test_a_change_between_two_pages_is_a_conflict(session: Session) -> None:
    session.open()
    cursor = session.call("session/export", limit=1)["next"]
    session.add(tokens=1)
    assert session.error("session/export", cursor=cursor)["name"] == "conflict"


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "nonsense"},
        {"cursor": "n.1.change.x.1.00"},
        {"cursor": f"n.1.nowhere.1.1.{'0' * 64}"},
        {"cursor": f"n.1.change.-1.1.{'0' * 64}"},
        {"cursor": f"n.1.change.1.1.{'0' * 64}"},
        {"limit": 0},
        {"overwrite": True},
    ],
)
def test_bad_params_are_refused_with_their_place(session: Session, params: dict[str, object]) -> None:
    session.open()
    refused = session.error("session/export", **params)
    assert refused["name"] == "invalidParams"
    assert [error["loc"] for error in refused["errors"]] == [[*params]]


def test_files_are_neither_lost_nor_written_outside_the_workspace(session: Session, workspace: Path) -> None:
    session.open()
    there = workspace / "there.jsonl"
    there.write_text("mine")
    assert session.error("session/export", path="there.jsonl")["name"] == "pathNotAllowed"
    assert there.read_text() == "mine"
    session.call("session/export", path="there.jsonl", overwrite=True)
    assert there.read_text().startswith('{"line":"session"')
    (workspace / "link.jsonl").symlink_to(workspace.parent / "elsewhere.jsonl")
    for path in ("../outside.jsonl", "link.jsonl", "."):
        assert session.error("session/export", path=path, overwrite=True)["name"] == "pathNotAllowed"
    assert session.error("session/export", path="no/such/folder.jsonl")["name"] == "pathUnreadable"
    assert not (workspace.parent / "elsewhere.jsonl").exists()
    assert {path.name for path in workspace.glob("*there*")} == {"there.jsonl"}, "nothing half-written is left"


def test_a_retried_import_happens_once(session: Session) -> None:
    session.open()
    session.add(content="x")
    lines = session.call("session/export", content=True)["lines"]
    session.call("session/delete")
    first = session.client.request("session/import", {"lines": lines, "requestKey": "one"})
    assert session.client.request("session/import", {"lines": lines, "requestKey": "one"}) == first


def command(folder: Path, *words: str) -> CompletedProcess[str]:
    """Run the command in a workspace."""
    return run(
        [sys.executable, "-m", "ctxbudget_server", *words],
        cwd=folder, env={**os.environ, "CTXBUDGET_STORE": str(folder / "store.db")}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_commands(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    command(here, "call", "session/open", '{"sessionId": "run"}')
    item = '{"layer": "transient", "content": "An original."}'
    command(here, "call", "context/add", f'{{"sessionId": "run", "items": [{item}]}}')
    head = command(here, "receipt", "run").stdout.split()[0]
    file = tmp_path / "run.jsonl"
    written = command(here, "export", "run", "--content", "--out", str(file))
    assert written.stdout == f"{file}: session run, revision 2, head {head}\n"
    assert command(here, "export", "run", "--content").stdout == file.read_text("ascii")
    again = command(here, "export", "run", "--out", str(file))
    assert (again.returncode, "--force" in again.stderr) == (1, True)

    taken = command(there, "import", str(file))
    assert (taken.returncode, taken.stdout) == (0, "run: 1 items; revision 2, open\n")
    assert command(there, "receipt", "run").stdout.startswith(head)
    twice = command(there, "import", str(file))
    assert (twice.returncode, "already" in twice.stderr) == (1, True)

    archived = command(there, "archive", "run")
    assert archived.stdout == "run: archived; content of 1 items dropped, 12 bytes\n"
    assert command(there, "archive", "run", "nobody").returncode == 1
    checker = Path(__file__).parents[2] / "protocol" / "check_export.py"
    for folder in (here, there):
        exported = tmp_path / f"{folder.name}.jsonl"
        assert command(folder, "export", "--out", str(exported)).returncode == 0
        done = run([sys.executable, checker, exported, "--head", head], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_archiving_does_not_make_a_session_the_one_that_changed_last(tmp_path: Path) -> None:
    with Client(serve_command(tmp_path)) as client:
        client.request("session/open", {"sessionId": "old"})
        client.request("session/open", {"sessionId": "new"})
        client.request("session/archive", {"sessionId": "old"})
        assert client.request("session/list", {})["latest"] == "new"


def test_a_cursor_of_another_session_is_refused(tmp_path: Path) -> None:
    with Client(serve_command(tmp_path)) as client:
        for name in ("one", "two"):
            client.request("session/open", {"sessionId": name})
        cursor = client.request("session/export", {"sessionId": "one", "limit": 1})["next"]
        error = client.request_error("session/export", {"sessionId": "two", "cursor": cursor})
        assert error["data"]["errors"][0]["loc"] == ["cursor"]
