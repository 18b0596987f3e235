"""`ctxbudget demo` on the shipped examples: what it prints against what the server answered."""

from __future__ import annotations

import hashlib
import os
import re
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from .demo_run import DemoRun, expected_panel, figures_of_no_answer, run_demo, words

PHASES = [0, 1, 2, 3, 4, 6]
EXAMPLES = Path(str(files("ctxbudget_server.demo") / "examples"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> DemoRun:
    return run_demo(tmp_path_factory.mktemp("demo"))


def test_it_succeeds_and_says_nothing_on_stderr(demo):
    assert (demo.code, demo.stderr) == (0, "")
    assert "Traceback" not in demo.stdout
    assert "\x1b" not in demo.stdout
    assert max(len(line) for line in demo.stdout.splitlines()) <= 80


def test_it_leaves_nothing_behind(demo):
    assert list((demo.scratch / "tmp").iterdir()) == []
    assert list((demo.scratch / "home").iterdir()) == []
    assert not (EXAMPLES / ".ctxbudget").exists()
    pid = int(re.search(r"process (\d+)", demo.stdout)[1])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("phase", PHASES)
def test_every_panel_is_what_the_server_answered(demo, phase):
    assert demo.panels()[phase] == expected_panel(demo.status_after(phase), phase)


def test_there_is_a_panel_for_every_phase_under_its_name(demo):
    assert list(demo.panels()) == PHASES
    titles = re.findall(r"^━{57}\nContext Budget After Phase (\d+) \((\w+)\)\n━{57}$", demo.stdout, flags=re.M)
    assert [title for _, title in titles] == [
        "location", "research", "planning", "implementation", "testing", "documentation",
    ]  # fmt: skip


def test_no_figure_is_printed_that_no_answer_has(demo):
    assert figures_of_no_answer(demo) == []


def test_an_alert_fires_because_the_reports_enter_before_they_are_reduced(demo):
    added = [alert for answer in demo.results("context/add") for alert in answer["alerts"]]
    critical = next(alert for alert in added if alert["level"] == "critical")
    assert words(critical["message"])[0] in words(demo.stdout)
    assert " ".join(words(critical["message"])) in " ".join(words(demo.stdout))
    notes = [m["params"]["alert"] for m in demo.received if m.get("method") == "budget/alert"]
    assert all(alert in notes for alert in added)
    assert "also sent as budget/alert: level critical" in demo.stdout
    assert "no notification" not in demo.stdout


def test_three_agents_hold_leases_at_once_and_a_fourth_is_refused(demo):
    status = next(answer for answer in demo.results("budget/status") if answer["leases"])
    assert [lease["holder"] for lease in status["leases"]] == ["research-1", "research-2", "research-3"]
    assert status["leased"] == sum(lease["tokens"] for lease in status["leases"]) <= status["budget"]
    for lease in status["leases"]:
        assert re.search(rf"{lease['holder']} +{lease['tokens']:,} tokens +lease {lease['leaseId']}", demo.stdout)
    (refused,) = [call.error for call in demo.calls if call.method == "budget/reserve" and call.error]
    assert refused["data"]["name"] == "budgetExceeded"
    assert refused["message"] in " ".join(demo.stdout.split())
    settled = demo.results("budget/settle")
    assert len(settled) == 3
    for answer in settled:
        assert f"used {answer['used']:,}, refunded {answer['refunded']:,}, overrun {answer['overrun']:,}" in demo.stdout


def test_requests_of_the_agents_are_in_flight_together(demo):
    reserving = [
        (entry["direction"], entry["message"])
        for entry in demo.trace
        if entry["message"].get("method") == "budget/reserve" or "leaseId" in str(entry["message"].get("result"))
    ]
    directions = [direction for direction, _ in reserving]
    assert any(pair == ("sent", "sent") for pair in pairwise(directions))


def test_a_dry_run_a_prune_its_undo_and_the_prune_again(demo):
    rehearsed, pruned, again = demo.results("context/prune")
    (undone,) = demo.results("context/undo")
    assert (rehearsed["dryRun"], pruned["dryRun"], again["dryRun"]) == (True, False, False)

    def acts(answer):
        names = ("id", "action", "reason", "tokensBefore", "tokensAfter")
        return [tuple(row[name] for name in names) for row in answer["plan"]]

    assert acts(rehearsed) == acts(pruned) == acts(again)
    assert rehearsed["saved"] == pruned["saved"] == again["saved"] > 6000
    accounts = ("retained", "processed", "saved", "level", "peak")
    assert [undone["status"][name] for name in accounts] == [rehearsed["status"][name] for name in accounts]
    assert pruned["status"]["retained"] == again["status"]["retained"] < rehearsed["status"]["retained"]
    assert "The prune itself acts on the same list: yes" in demo.stdout
    assert "figures as before: yes" in demo.stdout
    for row in rehearsed["plan"]:
        shown = rf"{row['action']} +{row['tokensBefore']:,} -> +{row['tokensAfter']:,} +{row['reason']} +{row['title']}"
        assert re.search(shown, demo.stdout), row
    for status in (pruned["status"], undone["status"]):
        assert f"retained {status['retained']:,} = processed {status['processed']:,} - saved {status['saved']:,}" in (
            demo.stdout
        )


def test_a_section_of_a_pruned_report_is_fetched(demo):
    (call,) = [call for call in demo.calls if call.method == "context/get" and "section" in call.params]
    answer = call.result
    assert f"lines {answer['startLine']} to {answer['endLine']}, {answer['tokens']:,} tokens" in demo.stdout
    lines = (EXAMPLES / "reports/001-rate-limiting-algorithms.md").read_text("utf-8").splitlines(keepends=True)
    assert answer["content"] == "".join(lines[answer["startLine"] - 1 : answer["endLine"]])
    assert "  | ## Recommendations" in demo.stdout
    order = [call.method for call in demo.calls]
    assert order.index("context/get") > max(i for i, method in enumerate(order) if method == "context/prune")


def test_originals_fetched_after_the_prunes_equal_the_files(demo):
    titles = {
        item["id"]: call.params["items"][0]["title"]
        for call in demo.calls
        if call.method == "context/add" and "path" in call.params["items"][0]
        for item in call.result["items"]
    }
    whole = [call for call in demo.calls if call.method == "context/get" and "section" not in call.params]
    assert {titles[call.params["itemId"]] for call in whole} == set(titles.values())
    assert len(titles) == 10
    for call in whole:
        content = (EXAMPLES / titles[call.params["itemId"]]).read_bytes()
        assert call.result["content"].encode("utf-8") == content
        assert call.result["hash"].removeprefix("sha256:") == hashlib.sha256(content).hexdigest()
    shown = hashlib.sha256((EXAMPLES / titles[whole[0].params["itemId"]]).read_bytes()).hexdigest()
    assert demo.stdout.count(shown) == 2
    assert "context/get still answers byte for byte: 10 of 10." in demo.stdout


def test_the_waves_end_in_a_marker(demo):
    first, second = demo.results("workflow/completeWave")
    assert [row["action"] for row in first["plan"]] == ["pruned", "reduced", "reduced"]
    (marker,) = [row for row in second["plan"] if row["reason"] == "marker"]
    assert re.search(rf"added +0 -> +{marker['tokensAfter']} +marker +{marker['title']}", demo.stdout)


def test_it_ends_with_the_servers_report(demo):
    (report,) = demo.results("budget/report")
    at_end = demo.stdout.index("# Context budget report")
    assert words(demo.stdout[at_end:]) == words(report["markdown"])
    assert demo.calls[-2].method == "budget/report"
    assert report["artifacts"] == [], "the examples themselves leave nothing to be desired"


def test_the_trace_is_a_whole_conversation(demo):
    sent = [entry["message"]["method"] for entry in demo.trace if entry["direction"] == "sent"]
    assert (sent[:2], sent[-2:]) == (["initialize", "initialized"], ["shutdown", "exit"])
    asked = [e["message"]["id"] for e in demo.trace if e["direction"] == "sent" and "id" in e["message"]]
    answered = [message["id"] for message in demo.received if "id" in message]
    assert sorted(answered) == sorted(asked)
    assert all(set(entry) == {"at", "direction", "message"} for entry in demo.trace)


def test_the_examples_are_long_enough_for_metadata_to_pay(demo):
    entered = {
        call.params["items"][0]["title"]: (call.params["items"][0]["kind"], call.result["items"][0]["tokens"])
        for call in demo.calls
        if call.method == "context/add" and "path" in call.params["items"][0]
    }
    kinds = sorted(kind for kind, _ in entered.values())
    assert kinds == ["other"] * 2 + ["plan"] + ["report"] * 3 + ["summary"] * 3 + ["test-output"]
    for kind, tokens in entered.values():
        assert tokens > {"report": 2000, "plan": 1500}.get(kind, 550)
