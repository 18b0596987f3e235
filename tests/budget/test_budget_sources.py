"""`budget/report` over stdio: after each phase, where tokens came from, and what was pruned for nothing."""

from __future__ import annotations

from support.session import Session


def test_savings_are_net_of_what_was_read_again(session: Session) -> None:
    session.open()
    text = "A long result. " * 100
    first = session.add(content=text, tool="Read", file="a.py")
    session.add(tokens=500, tool="Bash")
    session.call("context/prune", target={"items": [first]}, policy="aggressive")
    before = session.call("budget/report")
    assert (before["netSavings"], before["readAgain"]["tokens"]) == (before["status"]["saved"], 0)

    back = session.add(content=text, tool="Read", file="a.py")
    report = session.call("budget/report", format="markdown")
    cost = session.items()[first]["tokens"]
    assert (report["readAgain"]["tokens"], report["readAgain"]["items"]) == (cost, 1)
    (largest,) = report["readAgain"]["largest"]
    assert (largest["itemId"], largest["againOf"], largest["path"], largest["tokens"]) == (back, first, "a.py", cost)
    assert report["netSavings"] == report["status"]["saved"] - cost
    assert f"less {cost:,} that were pruned and read again" in report["markdown"]
    history = session.client.request("session/history", {"sessions": [session.id]})["runs"]
    assert [run["netSavings"] for run in history] == [report["netSavings"]]


def test_sources_sum_to_the_account(session: Session) -> None:
    session.open()
    read = session.add(content="x " * 400, tool="Read", file="src/a.py", agent="scout")
    session.add(tokens=30, tool="Bash", agent="scout")
    session.add(tokens=7)
    session.call("context/prune", target={"items": [read]}, policy="aggressive")
    report = session.call("budget/report")
    for table in report["sources"].values():
        rows = [*table["rows"], *([table["others"]] if table["others"] else [])]
        assert sum(row["entered"] for row in rows) == report["status"]["processed"]
        assert sum(row["kept"] for row in rows) == report["status"]["retained"]
    by_tool = {row["name"]: row for row in report["sources"]["byTool"]["rows"]}
    assert set(by_tool) == {"Read", "Bash", None}
    assert 0 < by_tool["Read"]["kept"] < by_tool["Read"]["entered"], "its metadata counts for it"
    assert [row["name"] for row in report["sources"]["byFile"]["rows"]] == ["src/a.py", None]


def test_the_account_after_each_phase(session: Session) -> None:
    session.open(contextWindow=10_000, targetShare=0.5)
    session.call("budget/allocate", strategy="fixed", phases=[{"phase": 1, "name": "a"}, {"phase": 2, "name": "b"}])
    ends = []
    for phase in (1, 2):
        session.call("workflow/startPhase", phase=phase)
        session.add(tokens=600)
        done = session.call("workflow/completePhase", phase=phase)
        ends.append((done["revision"], done["status"]["retained"]))
    session.add(tokens=900)
    phases = session.call("budget/report")["phases"]
    assert {one["phase"] for one in phases if one["after"]} == {1, 2}
    phases = [one for one in phases if one["after"]]
    assert [(one["after"]["revision"], one["after"]["retained"]) for one in phases] == ends
    assert phases[1]["after"]["allocated"] == phases[0]["allocated"] + phases[1]["allocated"]
    assert phases[1]["after"]["under"] == phases[1]["after"]["allocated"] - ends[1][1]
    assert phases[0]["after"]["ofBudget"] == ends[0][1] / 5_000


def test_one_prune_is_charged_once(session: Session) -> None:
    session.open()
    text = "A long result. " * 100
    first = session.add(content=text)
    session.call("context/prune", target={"items": [first]})
    saved = session.call("budget/report")["netSavings"]
    back = [session.add(content=text) for _ in range(3)]
    assert [session.items()[one]["againOf"] for one in back] == [first, None, None]
    report = session.call("budget/report")
    assert report["readAgain"]["tokens"] == session.items()[first]["tokens"]
    for _ in range(2):  # a caller that says so twice is charged once, too
        session.add(content=text, againOf=first)
    assert session.call("budget/report")["netSavings"] == report["netSavings"]
    assert report["netSavings"] == saved - session.items()[first]["tokens"]


def test_breakdown_and_report_name_the_same_sources(session: Session) -> None:
    session.open()
    session.call("workflow/startPhase", phase=1)
    text = "# Findings\n\n" + "- A line with a finding.\n" * 200
    session.add(content=text, kind="tool-output", tool="Read", file="src/a.py")
    session.add(content=text + "x", kind="tool-output", title="src/b.py")
    session.call("workflow/completePhase", phase=1)
    account = session.call("budget/breakdown")["account"]
    report = session.call("budget/report")["sources"]
    for side in ("byTool", "byFile"):
        kept = {row["name"]: row["kept"] for row in report[side]["rows"] if row["kept"]}
        assert {row["name"]: row["tokens"] for row in account[side]} == kept
    assert {row["name"] for row in account["byTool"]} == {"Read", None}
