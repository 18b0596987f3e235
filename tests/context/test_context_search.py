"""`context/search`: one search over everything that entered, whatever was pruned since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.session import Session

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.methods.context import search
from ctxbudget_server.service.service import BudgetService, Options

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


def test_lines_that_read_the_same_are_one_and_long_ones_are_cut(session: Session) -> None:
    log = session.add(kind="log", content="ERROR disk full\n" * 50 + "another full disk\n")
    one_line = session.add(content="x, " * 100_000 + "needle" + ", x" * 100_000)

    found = session.call("context/search", query="disk full")
    assert [(hit["itemId"], hit["line"]) for hit in found["matches"]] == [(log, 1), (log, 51)]
    (hit,) = session.call("context/search", query="needle")["matches"]
    assert (hit["itemId"], hit["line"], len(hit["text"])) == (one_line, 1, 502)
    assert (hit["text"][0], hit["text"][-1]) == ("…", "…")
    assert "needle" in hit["text"]


def test_lines_are_counted_as_get_counts_them(session: Session) -> None:
    item = session.add(content="a\r\nb\rc\u2028c\nSTRASSE \u0130 straße\r\n\r\nqueries fly\n")

    for query, line in {"straße": 4, "query": 6, "flies": 6, "c": 3}.items():
        (hit,) = session.call("context/search", query=query, limit=1)["matches"]
        assert hit["line"] == line, query
        got = session.call("context/get", itemId=item, lines={"start": line, "end": line})["content"]
        assert got.rstrip("\r\n") == hit["text"]


def test_a_rare_word_is_found_behind_many_common_ones(session: Session) -> None:
    session.add(content="the worker served a request\n" * 70_000 + "the worker met a quokka\n")

    (first, *_) = session.call("context/search", query="worker quokka")["matches"]
    assert (first["line"], first["text"]) == (70_001, "the worker met a quokka")


def test_one_search_reads_so_much_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest texts that callers brought in, each counted as at least so many bytes; it says that there are more."""
    monkeypatch.setattr(search, "MAX_BYTES", 3 * search.MIN_BYTES)
    services = BudgetService(Options(str(tmp_path), str(tmp_path / "store.db"), "fast"), actor="test")

    def call(method: str, **params: object) -> dict[str, Any]:
        return services.call(method, params, Cancellation())

    texts = [{"layer": "transient", "content": f"needle {n}\n", "phase": n % 2} for n in range(5)]
    ids = [item["id"] for item in call("context/add", items=texts)["items"]]
    call("context/add", items=[{"layer": "metadata", "content": "needle of them all\n", "reduces": ids[3:]}])

    found = call("context/search", query="needle")
    assert {hit["itemId"] for hit in found["matches"]} == {*ids[2:]}
    assert (found["searched"], found["complete"]) == (3, False)
    of_phase = call("context/search", query="needle", phase=1)
    assert ({hit["itemId"] for hit in of_phase["matches"]}, of_phase["complete"]) == ({ids[1], ids[3]}, True)
    services.close()
