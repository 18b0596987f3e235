"""What Claude Code's hooks put on the account, event by event, through the real command."""

from __future__ import annotations

import base64
import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from sidecar.sidecar_place import Place

from agents.agent_host import AgentHost
from ctxbudget_server.markdown.lines import unnumbered


def test_a_session_is_the_hosts_and_has_its_window_and_model(claude: AgentHost) -> None:
    assert claude.tell("SessionStart", model="claude-sonnet-4-5[1m]") == {}
    config = claude.call("session/open")["config"]
    assert (config["contextWindow"], config["model"]) == (1_000_000, "claude-sonnet-4-5")


def test_no_window_is_assumed_before_a_model_is_named(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    assert claude.call("budget/status")["windowSource"] == "default"
    answer = {"id": "a", "model": "claude-opus-5-5", "usage": {"input_tokens": 10, "output_tokens": 1}}
    claude.write_transcript([{"type": "assistant", "message": answer}])
    claude.tell("Stop")
    status = claude.call("budget/status")
    assert (status["window"], status["windowSource"]) == (1_000_000, "model")


def test_an_alert_of_the_default_window_is_held_against_the_models(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    answer = {"id": "a", "model": "claude-opus-5-5", "usage": {"input_tokens": 10, "output_tokens": 1}}
    claude.write_transcript([{"type": "assistant", "message": answer}])
    claude.call("context/add", items=[{"layer": "transient", "tokens": 5_600}])
    assert claude.tell("PostToolUse-Bash") == {}, "5,650 of 300,000 is nothing to warn of"

    answer["model"] = "claude-of-a-friend"
    claude.write_transcript([{"type": "assistant", "message": answer}])
    claude.tell("Stop")
    assert claude.call("budget/status")["window"] == 200_000, "what the host assumes of a model that it does not know"


def test_a_switch_of_the_model_changes_the_window(claude: AgentHost) -> None:
    claude.tell("SessionStart", model="claude-opus-5-5")
    switch = {"to_model": "claude-haiku-4-5", "from_model": "claude-opus-5-5", "source": "command"}
    given = claude.payload("Stop", hook_event_name="PostModelSwitch", **switch)
    assert claude.hook("PostModelSwitch", given).stdout == b""
    assert claude.call("budget/status")["window"] == 200_000


def test_the_launch_of_an_agent_counts_as_what_the_model_reads_of_it(claude: AgentHost) -> None:
    launch = {"isAsync": True, "status": "async_launched", "agentId": "a8f", "prompt": "Look.", "outputFile": "/tmp/o"}
    claude.tell("PostToolUse-Agent", tool_response=launch)
    (item,) = claude.items()
    assert (item["kind"], item["tokens"], item["hash"]) == ("tool-output", 384, None)
    assert item["title"].startswith("Agent: ")


@pytest.mark.parametrize(
    ("name", "title", "content"),
    [
        ("PostToolUse-Bash", "Bash: seq 1 40", "\n".join(map(str, range(1, 41)))),
        ("PostToolUse-Read", "Read: ", "1\t# Notes\n2\t\n3\tThe cache never evicts.\n4\t"),
        ("PostToolUse-Edit", "Edit: ", " has been updated"),
        ("PostToolUse-mcp", "mcp__tracker__list: open", "Issue 1: the cache grows\nIssue 2: the log is full"),
        ("PostToolUseFailure", "Bash: false", "Exit code 1\ncache.py: no such file"),
    ],
)
def test_a_tools_output_is_a_transient_item(claude: AgentHost, name: str, title: str, content: str) -> None:
    assert claude.tell(name) == {}

    (item,) = claude.items()
    assert (item["layer"], item["kind"], item["state"]) == ("transient", "tool-output", "retained")
    assert item["title"].startswith(title)
    assert item["tokens"] > 0
    assert item["provenance"] == "estimated"
    assert claude.call("context/get", itemId=item["id"])["content"].endswith(content)


def test_an_image_counts_as_images_do(claude: AgentHost) -> None:
    claude.tell("PostToolUse-image")
    (item,) = claude.items()
    assert (item["tokens"], item["provenance"], item["hash"]) == (1_600, "estimated", None)


@pytest.mark.parametrize(
    ("pages", "counted"), [(b"<</Type/Pages>><</Type /Page>><</Type/Page/Parent 1>>", 2), (b"", 1)]
)
def test_a_pdf_counts_by_its_pages(claude: AgentHost, pages: bytes, counted: int) -> None:
    document = {"filePath": "a.pdf", "base64": base64.b64encode(pages).decode(), "originalSize": 60}
    claude.tell("PostToolUse-Read", tool_response={"type": "pdf", "file": document})
    (item,) = claude.items()
    assert (item["tokens"], item["hash"]) == (counted * 1_600, None)


def test_a_notebook_counts_without_the_bytes_of_its_pictures(claude: AgentHost) -> None:
    outputs = [{"output_type": "display_data", "text": "A plot.", "image": {"image_data": "iVBOR" * 9_000}}]
    cells = [{"cellType": "code", "source": "plot()", "outputs": outputs}]
    claude.tell("PostToolUse-Read", tool_response={"type": "notebook", "file": {"filePath": "a.ipynb", "cells": cells}})
    text, images = claude.items()
    assert text["tokens"] < 100
    assert (images["tokens"], images["provenance"]) == (1_600, "estimated")
    assert images["title"] == f"{text['title']} (pictures and other media)"


def test_a_read_of_a_file_is_one_item_with_its_line_numbers(claude: AgentHost) -> None:
    """Estimated by the hook alone, and exact once a turn has ended: never `reported`, which nobody did."""
    claude.call("session/open", config={"model": "gpt-5"})
    lines = [f"the value of row {n} is never evicted" for n in range(1_000)]
    file = {"content": "\n".join(lines), "startLine": 900}
    claude.tell("PostToolUse-Read", tool_response={"type": "text", "file": file})
    (item,) = claude.items()
    seen = "\n".join(f"{n}\t{line}" for n, line in enumerate(lines, 900))
    assert claude.call("context/get", itemId=item["id"])["content"] == seen
    assert item["provenance"] == "estimated"

    with Place(claude.folder, claude.store).sidecar() as sidecar:
        counted = sidecar.request("tokens/count", {"texts": [seen, file["content"]], "model": "gpt-5"})["counts"]
        claude.tell("Stop", model="gpt-5")
    (item,) = claude.items()
    assert (item["tokens"], item["provenance"]) == (counted[0]["tokens"], "exact")
    assert item["tokens"] > counted[1]["tokens"] + 1_500
    assert claude.call("budget/status")["retained"] == item["tokens"]


def test_an_empty_file_has_no_numbers(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    claude.tell("PostToolUse-Read", tool_response={"type": "text", "file": {"content": "", "startLine": 1}})
    assert claude.items() == []


def test_a_file_that_was_read_is_reduced_like_the_file_and_its_sections_are_found(claude: AgentHost) -> None:
    text = "# The cache\n\n## Findings\n\n- **It never evicts** and grows without bound.\n\n## Rest\n\n"
    text += "".join(f"Row {n} is as it was on the first day.\n\n" for n in range(300))
    claude.tell("PostToolUse-Read", tool_response={"type": "text", "file": {"content": text, "startLine": 1}})
    (item,) = claude.items()

    section = claude.call("context/get", itemId=item["id"], section="Findings")
    made = claude.call("metadata/extract", itemId=item["id"])

    assert section["content"] == "3\t## Findings\n4\t\n5\t- **It never evicts** and grows without bound.\n6\t\n"
    assert made["title"] == "The cache"
    assert "sections: Findings | Rest" in made["text"]
    assert [heading["heading"] for heading in made["outline"]] == ["The cache", "Findings", "Rest"]
    assert made["sourceTokens"] > made["outline"][0]["tokens"] * 0.9


def test_what_the_host_keeps_in_a_file_costs_what_the_model_sees(claude: AgentHost) -> None:
    lines = "".join(f"{n}\n" for n in range(20_000))
    kept = claude.folder / "kept.txt"
    kept.write_text(lines)
    persisted = {
        "stdout": lines[:30_000],
        "stderr": "",
        "persistedOutputPath": str(kept),
        "persistedOutputSize": 108_890,
    }
    claude.tell("PostToolUse-Bash", tool_response=persisted)
    claude.tell("PostToolUse-mcp", tool_response=[{"type": "text", "text": lines}])
    first, second = claude.items()
    assert max(first["tokens"], second["tokens"]) < 1_500
    assert str(kept) in claude.call("context/get", itemId=first["id"])["content"]

    told = claude.tell("PostToolUse-Bash", "--replace-over", "8000", tool_response=persisted, tool_use_id="another")
    output = told["hookSpecificOutput"]["updatedToolOutput"]
    assert "persistedOutputPath" not in output
    whole = next(item["id"] for item in claude.items() if item["id"] in output["stdout"])
    assert claude.call("context/get", itemId=whole)["content"] == lines


def test_of_a_long_report_the_model_sees_a_preview_and_all_of_it_is_kept(claude: AgentHost) -> None:
    report = "".join(f"Shard {n} never evicts.\n" for n in range(3_000))
    response = claude.payload("PostToolUse-Agent")["tool_response"]
    response["content"][0]["text"] = report
    claude.tell("SubagentStop", last_assistant_message=report)
    claude.tell("PostToolUse-Agent", tool_response=response)
    whole, preview = claude.items()
    assert (whole["state"], preview["layer"]) == ("reduced", "transient")
    assert claude.call("budget/status")["retained"] == preview["tokens"] < 1_500
    assert claude.call("context/get", itemId=whole["id"])["content"] == report


def test_text_and_images_enter_both(claude: AgentHost) -> None:
    image = {"type": "image", "source": {"type": "base64", "data": "iVBORw0KGgo="}}
    claude.tell("PostToolUse-mcp", tool_response=[{"type": "text", "text": "Two plots."}, image, image])
    text, images = claude.items()
    assert (text["hash"] is None, images["tokens"]) == (False, 3_200)


def test_names_of_files_are_lines(claude: AgentHost) -> None:
    claude.tell("PostToolUse-mcp", tool_response={"filenames": ["a.py", "b.py"], "numFiles": 2})
    assert claude.call("context/get", itemId=claude.items()[0]["id"])["content"] == "a.py\nb.py"


def test_a_subagent_in_the_background_reports_later(claude: AgentHost) -> None:
    launched = {"status": "async_launched", "agentId": "abbda330adec47d10", "description": "scout"}
    claude.tell("PostToolUse-Agent", tool_response=launched)
    (item,) = claude.items()
    assert (item["kind"], item["agent"]) == ("tool-output", None)


def test_an_output_that_is_told_twice_enters_once(claude: AgentHost) -> None:
    for _ in range(2):
        claude.tell("PostToolUse-Bash")
    assert len(claude.items()) == 1


def test_nothing_came_out_so_nothing_enters(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    claude.tell("PostToolUse-Bash", tool_response={"stdout": "", "stderr": "", "interrupted": False})
    assert claude.items() == []


def test_a_subagent_is_in_flight_until_it_reports(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    claude.tell("SubagentStart")
    claude.tell("SubagentStart")
    (lease,) = claude.call("budget/status")["leases"]
    assert lease["holder"] == "agent abbda330adec47d10 general-purpose"

    claude.tell("PostToolUse-inner")
    assert claude.items() == [], "what a subagent reads is in its own window"
    (inner,) = claude.items(f"{claude.session}:abbda330adec47d10")
    assert inner["agent"] == "abbda330adec47d10"

    claude.tell("SubagentStop")
    claude.tell("PostToolUse-Agent")
    (report,) = claude.items()
    assert (report["kind"], report["agent"], report["layer"]) == ("report", "abbda330adec47d10", "transient")
    assert claude.call("budget/status")["leases"] == []
    assert claude.call("budget/report")["leases"]["used"] == report["tokens"]


def test_a_report_enters_without_the_hook_for_its_end(claude: AgentHost) -> None:
    claude.tell("SubagentStart")
    claude.tell("PostToolUse-Agent")
    (report,) = claude.items()
    assert (report["kind"], report["agent"]) == ("report", "abbda330adec47d10")
    assert claude.call("budget/status")["leases"] == []


def test_a_report_that_is_told_twice_enters_once_and_a_later_one_too(claude: AgentHost) -> None:
    for _ in range(2):
        claude.tell("SubagentStop")
    assert len(claude.items()) == 1
    claude.tell("SubagentStop", prompt_id="the next prompt")
    assert len(claude.items()) == 2


def test_a_report_is_read_from_the_agents_transcript(claude: AgentHost) -> None:
    said = {"role": "assistant", "content": [{"type": "text", "text": "It never evicts."}]}
    claude.write_transcript([{"type": "assistant", "message": said}], claude.agent_transcript)
    claude.tell("SubagentStop", last_assistant_message=None)
    (report,) = claude.items()
    assert claude.call("context/get", itemId=report["id"])["content"] == "It never evicts."


def test_a_subagent_is_in_flight_even_over_budget(claude: AgentHost) -> None:
    claude.call("session/open", config={"contextWindow": 1_000})
    claude.tell("PostToolUse-Bash", tool_response={"stdout": "word " * 2_000, "stderr": ""})
    claude.tell("SubagentStart")
    status = claude.call("budget/status")
    assert (len(status["leases"]), status["available"] < 0) == (1, True)


def test_claude_codes_own_helpers_are_no_reports(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    claude.tell("SubagentStop-own")
    assert claude.items() == []


def test_what_is_in_flight_ends_with_the_session(claude: AgentHost) -> None:
    claude.tell("SubagentStart")
    claude.tell("SessionEnd")
    assert claude.call("budget/status")["leases"] == []
    claude.tell("SubagentStart")
    claude.tell("SessionStart")
    assert claude.call("budget/status")["leases"] == [], "a process that was killed could not say so"


def test_a_threshold_is_told_once_to_person_and_model(claude: AgentHost) -> None:
    claude.call("session/open", config={"contextWindow": 1_000})
    big = {"stdout": "word " * 240, "stderr": "", "interrupted": False}

    told = claude.tell("PostToolUse-Bash", tool_response=big)
    assert told["systemMessage"].startswith("ctxbudget: ")
    assert "warn is reached at 225" in told["systemMessage"]
    context = told["hookSpecificOutput"]
    assert context["hookEventName"] == "PostToolUse"
    assert context["additionalContext"].startswith("Context budget: Warning:")

    again = claude.tell("PostToolUse-Bash", tool_response={"stdout": "a word", "stderr": ""}, tool_use_id="toolu_2")
    assert again == {}


def test_a_threshold_that_a_report_crosses_is_told_to_the_model_with_it(claude: AgentHost) -> None:
    claude.call("session/open", config={"contextWindow": 1_000})
    told = claude.tell("SubagentStop", last_assistant_message="word " * 240)
    assert "warn is reached at 225" in told["systemMessage"]
    with_it = claude.tell("PostToolUse-Agent")["hookSpecificOutput"]
    assert with_it["additionalContext"].startswith("Context budget: Warning:")
    later = {"stdout": "a word", "stderr": ""}
    assert claude.tell("PostToolUse-Bash", tool_response=later) == {}


def test_a_threshold_that_a_recount_crosses_is_told(claude: AgentHost) -> None:
    """Alone, a hook estimates; the exact figure of this one is higher."""
    claude.call("session/open", config={"contextWindow": 1_000, "model": "gpt-5"})
    claude.tell("PostToolUse-Bash", tool_response={"stdout": "漢字仮名" * 60, "stderr": ""})
    estimated = claude.call("budget/status")["retained"]
    claude.call("session/open", config={"thresholds": {"warn": estimated + 1}})
    with Place(claude.folder, claude.store).sidecar() as sidecar:
        sidecar.request("tokens/count", {"texts": ["loaded"]})
        told = claude.tell("Stop", model="gpt-5")
    exact = claude.call("budget/status")["retained"]
    assert ("systemMessage" in told) == (exact > estimated)
    assert exact > estimated


def test_a_closed_session_is_opened_again(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    claude.call("session/close")
    claude.tell("PostToolUse-Bash")
    assert claude.call("budget/status")["state"] == "open"


class TestReplacing:
    LONG = "# Cache log\n\n" + "".join(f"request {n} took {n * 7 % 31} ms\n" for n in range(200))

    @pytest.mark.parametrize(
        ("name", "response", "where"),
        [
            ("PostToolUse-Bash", {"stdout": LONG, "stderr": "", "interrupted": False}, ("stdout",)),
            ("PostToolUse-Read", {"type": "text", "file": {"content": LONG, "numLines": 5}}, ("file", "content")),
            ("PostToolUse-mcp", [{"type": "text", "text": LONG}], (0, "text")),
            ("PostToolUse-mcp", LONG, ()),
        ],
    )
    def test_an_oversized_output_is_metadata_with_the_way_back(
        self, claude: AgentHost, name: str, response: object, where: tuple[str | int, ...]
    ) -> None:
        told = claude.tell(name, "--replace-over", "200", tool_response=response)

        output = told["hookSpecificOutput"]["updatedToolOutput"]
        for step in where:
            output = output[step]
        whole, *_, stand_in = claude.items()
        assert (whole["state"], whole["standIn"], stand_in["layer"]) == ("reduced", stand_in["id"], "metadata")
        assert "Cache log" in output
        assert f"item {whole['id']}" in output
        assert claude.call("context/get", itemId=stand_in["id"])["content"] == output
        kept = claude.call("context/get", itemId=whole["id"])["content"]
        assert unnumbered(kept) == self.LONG
        assert (kept != self.LONG) == (name == "PostToolUse-Read")
        assert claude.call("budget/status")["retained"] == stand_in["tokens"] < whole["tokens"]

    def test_a_report_too(self, claude: AgentHost) -> None:
        claude.tell("SubagentStop", last_assistant_message=self.LONG)
        told = claude.tell("PostToolUse-Agent", "--replace-over=200")
        (block,) = told["hookSpecificOutput"]["updatedToolOutput"]["content"]
        assert "is kept as item" in block["text"]

    @pytest.mark.parametrize(
        ("tool", "given"),
        [
            ("Bash", {"command": """ctxbudget call context/get '{"itemId": "i1"}' | jq -r .content"""}),
            ("mcp__plugin_ctxbudget_ctxbudget__context_get", {"id": "i1", "max_tokens": 9_000}),
        ],
    )
    def test_what_is_fetched_back_stays(self, claude: AgentHost, tool: str, given: dict[str, Any]) -> None:
        response = {"stdout": self.LONG, "stderr": ""} if tool == "Bash" else self.LONG
        changes = {"tool_name": tool, "tool_input": given, "tool_response": response}
        assert claude.tell("PostToolUse-Bash", "--replace-over", "200", **changes) == {}

    def test_where_the_command_is_not_on_the_path_it_is_named_by_its_own(
        self, claude: AgentHost, tmp_path: Path
    ) -> None:
        long = {"stdout": self.LONG, "stderr": ""}
        program = Path(sys.executable).with_name("ctxbudget")
        command = tmp_path / "bin" / "ctxbudget"
        command.parent.mkdir()
        command.symlink_to(program)
        for path, name in ((str(command.parent), "ctxbudget"), ("/nowhere", str(program))):
            payload = claude.payload("PostToolUse-inner", tool_response=long, tool_use_id=path)
            done = claude.hook("PostToolUse", payload, "--replace-over", "200", PATH=path)
            text = json.loads(done.stdout)["hookSpecificOutput"]["updatedToolOutput"]["stdout"]
            (line,) = re.findall(r"in a shell: (.*)\]", text)
            assert line.startswith(f"{name} call context/get ")
            changes = {"tool_input": {"command": line}, "tool_response": long, "tool_use_id": f"{path}-back"}
            assert claude.tell("PostToolUse-inner", "--replace-over", "200", **changes) == {}

    def test_the_command_that_it_names_gets_the_rest_from_any_folder(self, claude: AgentHost, tmp_path: Path) -> None:
        long = {"stdout": self.LONG, "stderr": ""}
        options = ("--replace-over", "200", "--store", str(tmp_path / "chosen.db"))
        told = claude.tell("PostToolUse-inner", *options, tool_response=long)
        text = told["hookSpecificOutput"]["updatedToolOutput"]["stdout"]
        (command,) = re.findall(r"in a shell: \S*ctxbudget (.*)\]", text)
        elsewhere = AgentHost("claude-code", tmp_path / "elsewhere")
        elsewhere.folder.mkdir()
        done = elsewhere.run(*shlex.split(command))
        assert done.stderr == b""
        assert json.loads(done.stdout)["content"] == "".join(self.LONG.splitlines(keepends=True)[:200])

    def test_what_the_host_could_not_take_stays(self, claude: AgentHost) -> None:
        """A shape that is not known, and a failure, which no host replaces."""
        assert claude.tell("PostToolUse-mcp", "--replace-over", "200", tool_response={"rows": [self.LONG]}) == {}
        assert claude.tell("PostToolUseFailure", "--replace-over", "200", error=self.LONG) == {}
        assert {item["state"] for item in claude.items()} == {"retained"}

    def test_small_ones_stay_and_nobody_asked_means_no(self, claude: AgentHost) -> None:
        assert claude.tell("PostToolUse-Read", "--replace-over", "200") == {}
        assert claude.tell("PostToolUse-Bash", tool_response={"stdout": self.LONG, "stderr": ""}) == {}
        assert {item["state"] for item in claude.items()} == {"retained"}


def test_the_end_of_a_session_closes_it_as_it_is_and_resuming_opens_it_again(claude: AgentHost) -> None:
    def states() -> dict[str, str]:
        return {one["sessionId"]: one["state"] for one in claude.ask("session/list")["sessions"]}

    claude.call("session/open", sessionId="other")
    claude.tell("SessionStart")
    claude.tell("PostToolUse-Bash")
    claude.tell("PostToolUse-inner")
    claude.tell("SubagentStart")
    before = claude.items()
    (inner,) = states().keys() - {claude.session, "other"}

    for _ in range(2):  # from the plugin and from the settings
        assert claude.tell("SessionEnd") == {}

    assert states() == {"other": "open", claude.session: "closed", inner: "closed"}
    assert claude.items() == before, "nothing is pruned: a resumed session gets its window back"
    assert claude.call("budget/status")["leases"] == []
    assert claude.tell("Stop") == {}
    assert states()[claude.session] == "closed", "a late event does not open it again"

    claude.tell("SessionStart", source="resume")
    assert states() == {"other": "open", claude.session: "open", inner: "closed"}
    assert claude.items() == before


def test_the_end_of_a_session_that_was_never_recorded(claude: AgentHost) -> None:
    assert claude.tell("SessionEnd") == {}
    assert claude.ask("session/list")["sessions"] == []
