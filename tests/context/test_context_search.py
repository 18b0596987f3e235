"""`context/search`: one search over everything that entered, whatever was pruned since."""

from __future__ import annotations

from support.session import Session

REPORT = "# Tokens\n\nRefresh tokens rotate on each use.\nThe signing key is read from KMS.\n"
LOG = "boot ok\nERROR cannot read signing key from vault\nshutdown\n"


def test_pruned_originals_are_found(session: Session) -> None:
    report = session.add(kind="report", content=REPORT, title="Tokens")
    log = session.add(kind="log", content=LOG)
    session.call("context/prune", target={"items": [report, log]})

    found = session.call("context/search", query="signing key")

    assert {(hit["itemId"], hit["line"]) for hit in found["matches"][:2]} == {(report, 4), (log, 2)}
    assert {hit["state"] for hit in found["matches"]} <= {"reduced", "pruned", "retained"}
    lines = session.call("context/get", itemId=log, lines={"start": 2, "end": 2})
    assert lines["content"] == "ERROR cannot read signing key from vault\n"


def test_the_query_as_it_stands_comes_first(session: Session) -> None:
    session.add(content="key key key signing\nunrelated\n")
    wanted = session.add(content="a line about the signing key itself\n")

    assert session.call("context/search", query="signing key")["matches"][0]["itemId"] == wanted


def test_filters_limit_and_nothing_found(session: Session) -> None:
    session.add(kind="report", content=REPORT)
    log = session.add(kind="log", content=LOG)

    by_kind = session.call("context/search", query="signing key", kind="log")
    assert ({hit["itemId"] for hit in by_kind["matches"]}, by_kind["searched"]) == ({log}, 1)
    assert len(session.call("context/search", query="signing key", limit=1)["matches"]) == 1
    nothing = session.call("context/search", query="zebra")
    assert (nothing["matches"], nothing["searched"], nothing["complete"]) == ([], 2, True)


def test_equal_content_is_found_once_and_figures_alone_never(session: Session) -> None:
    session.add(content=LOG)
    newer = session.add(content=LOG, title="again")
    session.add(tokens=10, title="signing key")

    found = session.call("context/search", query="vault")
    assert [hit["itemId"] for hit in found["matches"]] == [newer]


def test_refusals(session: Session) -> None:
    assert session.error("context/search", query="")["errors"][0]["loc"] == ["query"]
    assert session.error("context/search", query="x", more=1)["name"] == "invalidParams"
