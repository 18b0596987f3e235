"""`context/handOver`: an artifact and the metadata that replaces it are added in one step, or not at all."""

from __future__ import annotations

import pytest
from support.documents import REPORT
from support.session import Session


def test_only_the_metadata_is_in_the_context(session: Session) -> None:
    session.call("workflow/startPhase", phase=1)

    done = session.call("context/handOver", content=REPORT * 30, agent="research-1", maxTokens=200, title="Tokens")

    status = session.status()
    item, metadata = done["item"], done["metadata"]
    assert (item["state"], item["layer"], item["phase"], item["provenance"]) == ("reduced", "transient", 1, "exact")
    assert (metadata["layer"], metadata["reduces"], metadata["phase"]) == ("metadata", [item["id"]], 1)
    assert item["kind"] == metadata["kind"] == "report"
    assert item["tokens"] > status["budget"], "larger than the budget, and yet no alert"
    assert status["retained"] == status["peak"] == metadata["tokens"] <= 200
    assert status["processed"] == item["tokens"]
    assert status["saved"] == item["tokens"] - metadata["tokens"]
    assert (done["alerts"], done["status"]["level"]) == ([], "ok")
    assert session.call("context/get", itemId=item["id"])["content"] == REPORT * 30
    assert session.call("context/get", itemId=metadata["id"])["content"] == done["text"]
    assert {one["title"] for one in session.items().values()} == {"Tokens"}


def test_it_is_what_adding_extracting_and_reducing_give(session: Session) -> None:
    done = session.call("context/handOver", content=REPORT, maxTokens=100, focus="chrony")
    alone = session.call(
        "metadata/extract", itemId=done["item"]["id"], sessionId=session.id, maxTokens=100, focus="chrony"
    )

    assert done["text"] == alone["text"]
    assert (done["metadata"]["tokens"], done["complete"]) == (alone["tokens"], alone["complete"])


def test_metadata_that_does_not_fit_leaves_nothing(session: Session) -> None:
    session.add(tokens=7_450)

    data = session.error("context/handOver", content=REPORT, maxTokens=200)

    assert (data["name"], data["available"], data["retryable"]) == ("budgetExceeded", 50, False)
    assert data["errors"][0]["loc"] == ["maxTokens"]
    assert len(session.items()) == 1
    fits = session.call("context/handOver", content=REPORT, maxTokens=50)
    assert fits["status"]["retained"] <= 7_500


def test_other_leases_keep_their_room_and_its_own_gives_room(session: Session) -> None:
    session.call("workflow/startPhase", phase=3)
    mine = session.call("budget/reserve", tokens=200, holder="research-1")["leaseId"]
    session.call("workflow/completePhase", phase=3, force=True)
    session.call("budget/reserve", tokens=7_300, holder="research-2")

    assert session.error("context/handOver", content=REPORT, maxTokens=200)["retryable"] is True
    done = session.call("context/handOver", content=REPORT, maxTokens=200, leaseId=mine)

    assert done["item"]["phase"] == 3, "the phase of the lease"
    assert session.items()[done["item"]["id"]]["agent"] == "research-1", "and its holder"
    assert session.status()["leases"][0]["leaseId"] == mine, "settling it is the caller's"
    session.call("budget/settle", leaseId=mine, used=done["metadata"]["tokens"])
    assert session.error("context/handOver", content=REPORT, leaseId=mine)["name"] == "leaseClosed"
    assert session.error("context/handOver", content=REPORT, leaseId="l-none")["name"] == "unknownLease"


def test_the_same_request_key_hands_over_once(session: Session) -> None:
    first = session.call("context/handOver", content=REPORT, requestKey="once")

    assert session.call("context/handOver", content=REPORT, requestKey="once") == first
    assert len(session.items()) == 2


@pytest.mark.parametrize("content", ["", "One line.\n"])
def test_a_short_artifact_is_its_own_metadata(session: Session, content: str) -> None:
    done = session.call("context/handOver", content=content)

    assert done["text"] == content
    assert session.retained() == done["item"]["tokens"]
    assert (done["metadata"] is None) is (content == "")
    assert session.items()[done["item"]["id"]]["state"] == ("reduced" if content else "pruned")


@pytest.mark.parametrize(
    ("params", "name", "loc"),
    [
        ({}, "invalidParams", []),
        ({"content": "a", "path": "b"}, "invalidParams", []),
        ({"path": "none.md"}, "pathUnreadable", ["path"]),
        ({"path": "/etc/passwd"}, "pathNotAllowed", ["path"]),
        ({"content": "a", "maxTokens": 0}, "invalidParams", ["maxTokens"]),
    ],
)
def test_bad_requests_name_the_field(session: Session, params: dict, name: str, loc: list) -> None:
    data = session.error("context/handOver", **params)

    assert (data["name"], data["errors"][0]["loc"]) == (name, loc)


def test_it_can_be_restored(session: Session) -> None:
    done = session.call("context/handOver", content=REPORT, maxTokens=100)

    session.call("context/restore", items=[done["item"]["id"]])

    assert session.retained() == done["item"]["tokens"] + done["metadata"]["tokens"]
