"""The provider's bills calibrate the figures of what was counted here, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sidecar.sidecar_place import Place

from agents.agent_host import AgentHost
from ctxbudget_server.agents.transcript_files import task_of_agent, transcript_tail

TEXT = "".join(f"request {n} took {n * 7 % 31} ms\n" for n in range(200))


def answered(name: str, used: int, output: int, **more: Any) -> dict[str, Any]:
    """A line in which the model answers."""
    usage = {"input_tokens": 10, "cache_read_input_tokens": used - 10, "output_tokens": output}
    message = {"id": name, "role": "assistant", "model": "claude-opus-4-8", "content": [], "usage": usage}
    return {"type": "assistant", "message": message, **more}


def result(text: str) -> dict[str, Any]:
    """A line in which a tool's result enters."""
    content = [{"type": "tool_result", "tool_use_id": "t", "content": text}]
    return {"type": "user", "message": {"role": "user", "content": content}}


def bills(tmp_path: Path, *lines: dict[str, Any]) -> list[tuple[str, list[str], int]]:
    """What is billed in a transcript of these lines."""
    host = AgentHost("claude-code", tmp_path / "p")
    host.write_transcript(list(lines))
    return [(bill.key, bill.texts, bill.reported) for bill in transcript_tail(str(host.transcript)).bills()]


def test_a_bill_less_what_was_there_before_is_the_results(tmp_path: Path) -> None:
    lines = [answered("a", 9_000, 30), result("one"), result("two"), answered("b", 9_500, 5)]
    assert bills(tmp_path, *lines) == [("b", ["one", "two"], 470)]


def test_an_answer_of_several_lines_is_one(tmp_path: Path) -> None:
    lines = [answered("a", 9_000, 1), answered("a", 9_000, 30), result("one"), answered("b", 9_500, 5)]
    assert bills(tmp_path, *lines) == [("b", ["one"], 470)]


def test_results_between_the_lines_of_one_answer_belong_to_it(tmp_path: Path) -> None:
    lines = [answered("a", 9_000, 30), result("one"), answered("a", 9_000, 40), result("two"), answered("b", 9_500, 5)]
    assert bills(tmp_path, *lines) == [("b", ["one", "two"], 460)]


@pytest.mark.parametrize(
    "between",
    [
        [{"type": "user", "message": {"role": "user", "content": "go on"}}, result("one")],
        [result("one"), {"type": "attachment", "attachment": {"type": "reminder"}}],
        [
            {
                "type": "user",
                "message": {"role": "user", "content": [{"type": "tool_result", "content": [{"type": "image"}]}]},
            }
        ],
        [
            {
                "type": "user",
                "message": {
                    "role": "user",
                    "content": [
                        {"type": "tool_result", "content": [{"type": "text", "text": "one"}, {"type": "document"}]}
                    ],
                },
            }
        ],
        [],
    ],
    ids=["a person spoke", "a reminder", "an image", "a document beside a text", "nothing"],
)
def test_what_was_not_counted_makes_no_bill(tmp_path: Path, between: list[dict[str, Any]]) -> None:
    assert bills(tmp_path, answered("a", 9_000, 30), *between, answered("b", 9_500, 5)) == []


def test_a_cheaper_request_and_a_subagents_make_no_bill(tmp_path: Path) -> None:
    assert bills(tmp_path, answered("a", 9_000, 30), result("one"), answered("b", 3_000, 5)) == []
    side = answered("b", 9_500, 5, isSidechain=True)
    assert bills(tmp_path, answered("a", 9_000, 30), result("one"), side) == []


def test_only_the_end_of_a_long_transcript_is_read(tmp_path: Path) -> None:
    host = AgentHost("claude-code", tmp_path / "p")
    host.write_transcript([answered(f"m{n}", 9_000, 1) for n in range(2_000)])
    read = transcript_tail(str(host.transcript), 10_000)
    assert 10 < len(read.records) < 100
    assert read.model == "claude-opus-4-8"


def test_an_agents_task_is_read_from_beside_the_transcript(claude: AgentHost) -> None:
    claude.write_transcript([{"type": "user", "message": {"content": "Look " * 100}}], claude.agent_transcript)
    task = task_of_agent(str(claude.transcript), "abbda330adec47d10")
    assert (task[:10], len(task)) == ("Look Look ", 160)
    assert task_of_agent(str(claude.transcript), "../../etc/passwd") == ""
    assert task_of_agent(None, "a") == ""


class TestWithASidecar:
    @pytest.fixture
    def claude(self, claude: AgentHost) -> Iterator[AgentHost]:
        """Claude Code in a workspace whose sidecar has the vocabulary loaded."""
        with Place(claude.folder, claude.store).sidecar() as client:
            client.request("tokens/count", {"texts": ["loaded"]})
            yield claude

    def test_the_model_is_calibrated_once_a_bill(self, claude: AgentHost) -> None:
        claude.tell("PostToolUse-Bash", tool_response={"stdout": TEXT, "stderr": ""})
        counted = claude.call("tokens/count", texts=[TEXT], model="claude-opus-4-8")
        billed = round(counted["total"] * 1.2)
        claude.write_transcript([answered("a", 9_000, 30), result(TEXT), answered("b", 9_030 + billed, 5)])
        for name in ("Stop", "Stop", "SessionEnd"):
            claude.tell(name)

        after = claude.call("tokens/count", texts=[TEXT], model="claude-opus-4-8")
        assert after["samples"] == 1
        assert 1.0 < after["factor"] <= 1.2
        assert claude.call("session/open")["config"]["model"] == "claude-opus-4-8"

    def test_estimates_are_counted_when_a_vocabulary_is_there(self, claude: AgentHost) -> None:
        alone = {"CTXBUDGET_SOCKET": "off"}
        payload = claude.payload("PostToolUse-Bash", tool_response={"stdout": TEXT, "stderr": ""})
        claude.hook("PostToolUse", payload, **alone)
        claude.hook("Stop", claude.payload("Stop"), **alone)
        (rough,) = claude.items()
        assert (rough["encoding"], rough["provenance"]) == (None, "estimated")

        claude.tell("Stop")
        (counted,) = claude.items()
        assert counted["encoding"] == "o200k_base"
        assert counted["tokens"] == claude.call("tokens/count", texts=[TEXT], model="claude")["total"]
