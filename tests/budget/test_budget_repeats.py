"""Retries count once, and stale writers are told."""

from __future__ import annotations

from pathlib import Path

from support.client import Client
from support.session import Session, serve_command


def test_the_same_key_answers_the_first_result(session: Session, workspace: Path) -> None:
    file = workspace / "retry.md"
    file.write_text("read once")
    params = {"items": [{"layer": "transient", "path": "retry.md"}], "requestKey": "k-1"}
    first = session.call("context/add", **params)
    file.unlink()

    assert session.call("context/add", **params) == first
    assert session.call("context/list")["total"] == 1


def test_a_key_belongs_to_its_method_and_session(session: Session) -> None:
    session.call("context/add", items=[{"layer": "transient", "tokens": 1}], requestKey="k")

    data = session.error("budget/reserve", tokens=1, holder="a", requestKey="k")

    assert (data["name"], data["method"]) == ("requestKeyReused", "context/add")


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    params = {"items": [{"layer": "transient", "tokens": 5}], "requestKey": "once"}
    with Client(serve_command(tmp_path), cwd=tmp_path) as client:
        first = client.request("context/add", params)
    with Client(serve_command(tmp_path), cwd=tmp_path) as client:
        assert client.request("context/add", params) == first
        assert client.request("budget/status")["processed"] == 5


def test_every_write_takes_one_revision(session: Session) -> None:
    before = session.status()["revision"]
    session.call("workflow/startPhase", phase=1)
    session.add(tokens=1)
    session.call("budget/reserve", tokens=1, holder="a")

    assert session.status()["revision"] == before + 3


def test_a_stale_revision_is_a_conflict(session: Session) -> None:
    revision = session.status()["revision"]
    session.add(tokens=1)

    data = session.error("context/add", items=[{"layer": "transient", "tokens": 1}], ifRevision=revision)

    assert (data["name"], data["revision"]) == ("conflict", revision + 1)
    session.call("context/add", items=[{"layer": "transient", "tokens": 1}], ifRevision=revision + 1)


def test_deleting_twice_with_one_key_is_no_error(client: Client) -> None:
    client.request("session/open", {"sessionId": "to-delete"})
    first = client.request("session/delete", {"sessionId": "to-delete", "requestKey": "d"})

    assert client.request("session/delete", {"sessionId": "to-delete", "requestKey": "d"}) == first
    error = client.request_error("session/delete", {"sessionId": "to-delete"})
    assert error["data"]["name"] == "unknownSession"


def test_one_key_deletes_two_sessions(client: Client) -> None:
    for name in ("first-to-go", "second-to-go"):
        client.request("session/open", {"sessionId": name})
        assert client.request("session/delete", {"sessionId": name, "requestKey": "same"})["sessionId"] == name

    left = {session["sessionId"] for session in client.request("session/list")["sessions"]}
    assert not left & {"first-to-go", "second-to-go"}


def test_ids_are_never_used_again(client: Client) -> None:
    seen = set()
    for _ in range(3):
        client.request("session/open", {"sessionId": "reborn"})
        added = client.request("context/add", {"sessionId": "reborn", "items": [{"layer": "transient", "tokens": 1}]})
        seen.add(added["items"][0]["id"])
        client.request("session/delete", {"sessionId": "reborn"})

    assert len(seen) == 3


def test_a_resume_that_changes_nothing_is_no_transaction(session: Session) -> None:
    first = session.open()

    again = session.open()

    assert (again["created"], again["revision"]) == (False, first["revision"])


def test_envelope_members_are_no_unknown_fields(session: Session) -> None:
    session.call("budget/status", workDoneToken="t", partialResultToken=1, _meta={"any": True})
    assert session.error("budget/status", sessionName="x")["errors"][0]["loc"] == ["sessionName"]
