"""`session/history`: runs in pages, by filters and by names, over stdio."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.client import Client
from support.session import Session, conforms, serve_command


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("pages")
    with Client(serve_command(folder), cwd=folder, root=folder) as client:
        for n in range(7):
            client.request("session/open", {"sessionId": f"s{n}", "config": {"scope": "debug-only" if n % 2 else None}})
        client.request("session/open", {"sessionId": "gone"})
        client.request("session/delete", {"sessionId": "gone"})
        client.request("session/close", {"sessionId": "s3"})
        yield client


def ask(client: Client, **params: Any) -> dict[str, Any]:
    """The answer, held against the contract."""
    answer: dict[str, Any] = client.request("session/history", params)
    conforms("session/history", answer)
    return answer


def test_pages_join_to_the_whole(client: Client) -> None:
    whole = ask(client)
    assert [run["sessionId"] for run in whole["runs"]] == [f"s{n}" for n in range(6, -1, -1)]
    assert (whole["total"], whole["next"]) == (7, None)
    found, after = [], None
    while True:
        page = ask(client, limit=3, after=after)
        assert page["total"] == 7
        found += page["runs"]
        if (after := page["next"]) is None:
            break
    assert found == whole["runs"]


def test_a_page_goes_on_where_it_ended_whatever_is_changed_meanwhile(client: Client) -> None:
    first = ask(client, limit=4)
    client.request("context/add", {"sessionId": "s0", "items": [{"layer": "phase", "tokens": 5}]})
    rest = ask(client, after=first["next"])

    assert [run["sessionId"] for run in rest["runs"]] == ["s2", "s1", "s0"]


def test_filters_and_names(client: Client) -> None:
    assert [run["sessionId"] for run in ask(client, scope="debug-only", limit=2)["runs"]] == ["s5", "s3"]
    assert [run["sessionId"] for run in ask(client, scope="debug-only", after="s4")["runs"]] == ["s3", "s1"]
    (closed,) = ask(client, state="closed")["runs"]
    assert (closed["sessionId"], closed["finished"], closed["provenance"]) == ("s3", True, None)
    assert [run["sessionId"] for run in ask(client, sessions=["s2", "s6"])["runs"]] == ["s2", "s6"]
    began = ask(client, sessions=["s5"])["runs"][0]["createdAt"]
    assert [run["sessionId"] for run in ask(client, since=began)["runs"]][-1] == "s5"


@pytest.mark.parametrize(
    ("params", "name", "loc"),
    [
        ({"sessions": ["s1", "gone"]}, "unknownSession", ["sessions", 1]),
        ({"after": "gone"}, "unknownSession", ["after"]),
        ({"sessions": ["s1"], "state": "open"}, "invalidParams", ["state"]),
        ({"sessions": []}, "invalidParams", ["sessions"]),
        ({"limit": 0}, "invalidParams", ["limit"]),
        ({"since": "0001-01-01T00:00:00+14:00"}, "invalidParams", ["since"]),
        ({"state": "lost"}, "invalidParams", ["state"]),
    ],
)
def test_wrong_params_are_refused(client: Client, params: dict[str, Any], name: str, loc: list[Any]) -> None:
    error = client.request_error("session/history", params)["data"]

    assert (error["name"], error["errors"][0]["loc"]) == (name, loc)


def test_what_was_pruned_and_read_again_is_not_saved(session: Session) -> None:
    content = "The gateway rotates tokens. " * 500
    first = session.add(content=content)
    session.call("context/prune", target={"items": [first]})
    (run,) = session.client.request("session/history", {"sessions": [session.id]})["runs"]
    saved = run["netSavings"]
    assert saved == session.status()["saved"] > 0
    session.add(content=content)
    (run,) = session.client.request("session/history", {"sessions": [session.id]})["runs"]

    assert session.status()["saved"] == saved
    assert run["netSavings"] < 0, "its metadata is still there, too"
    report = session.call("budget/report")
    assert (run["netSavings"], run["savingsShare"]) == (report["netSavings"], report["savingsShare"])
