"""Whether a diagnosis keeps what it promises."""

from __future__ import annotations

from typing import Any

from diagnosis.runs import Run, take_back


def holds(run: Run, diagnosis: dict[str, Any]) -> None:
    """Fail unless the cures reach what they promise, no two of them touch one item, and they can be taken back."""
    before = places(run)
    revision = diagnosis["revision"]
    assert run.call("budget/status")["revision"] == revision, "a diagnosis changes nothing"
    touched: set[str] = set()
    for finding in diagnosis["findings"]:
        earlier = places(run)
        for request in finding["requests"]:
            assert request["params"]["ifRevision"] == revision
            revision = run.send(request)["revision"]
        figures = run.call("budget/status")
        assert (figures["retained"], figures["available"]) == (finding["retained"], finding["available"])
        changed = {item for item, place in places(run).items() if item in before and place != earlier[item]}
        assert not changed & touched, f"{finding['code']} changes what another finding has changed"
        touched |= changed
    figures = run.call("budget/status")
    assert {name: figures[name] for name in diagnosis["reaches"]} == diagnosis["reaches"]
    take_back(run, diagnosis)
    recounted = any(
        request["method"] == "session/recalibrate" for f in diagnosis["findings"] for request in f["requests"]
    )
    if not recounted and all(finding["undo"] or not finding["saves"] for finding in diagnosis["findings"]):
        after = places(run)
        assert run.retained() == diagnosis["status"]["retained"]
        assert {item: after[item] for item in before} == before


def places(run: Run) -> dict[str, Any]:
    """Where each item is: whether it is retained, and in which layer. Markers are not items that anyone added."""
    return {
        item["id"]: (item["state"] == "retained", item["layer"]) for item in run.items().values() if not item["marker"]
    }
