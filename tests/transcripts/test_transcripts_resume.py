"""`ctxbudget fit --resume` writes a session; that hosts resume it is shown in `tests/agents/test_agents_resume.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from recordings import Recording, call, long_session, text
from test_transcripts_commands import run

from ctxbudget_server.transcripts.detection import read_transcript

Json = dict[str, Any]

LONE = "option \ud99c one"
"""What a host cuts through the middle of a character; no provider takes it."""


def session_file(made: Recording, folder: Path) -> Path:
    """A session where Claude Code keeps it."""
    for number, row in enumerate(made.rows):
        row.update(sessionId="before", cwd="/src/orders", version="2.1.197", timestamp=f"2026-11-30T10:00:{number:02}Z")
    path = folder / "projects" / "-src-orders" / "before.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in made.rows), encoding="utf-8")
    return path


def broken() -> Recording:
    """A session that no provider takes: a lone surrogate, a call that never ended."""
    made = Recording()
    made.person("Begin.")
    made.says("a", {"type": "thinking", "thinking": "hm", "signature": "c2ln"})
    made.says("a", call("c1", "Ask", question=LONE))
    made.result("c1", LONE)
    made.says("b", text("Two more."), call("c2", "Bash"), call("never-ended", "Bash"))
    made.result("c2", "done")
    return made


def test_a_session_that_no_provider_takes_is_written_anew(tmp_path: Path) -> None:
    path = session_file(broken(), tmp_path)
    with path.open("a") as file:
        file.write('{"type": "user", "mess')
    before = path.read_bytes()

    done = run(tmp_path, "fit", str(path), "--resume", "--json")

    assert done.returncode == 0
    assert "is torn and was left out" in done.stderr
    told = json.loads(done.stdout)["resume"]
    assert path.read_bytes() == before
    assert told == {
        "path": str(path.with_name(f"{told['session']}.jsonl")),
        "session": told["session"],
        "command": f"claude --resume {told['session']}",
        "replaced": 2,
        "is_at_home": True,
    }
    written = Path(told["path"]).read_text(encoding="utf-8")
    rows = [json.loads(line) for line in written.splitlines()]
    assert read_transcript(written).messages == json.loads(
        json.dumps(read_transcript(before.decode()).messages).replace("\\ud99c", "\\ufffd")
    )
    assert "never-ended" not in written
    assert [row["parentUuid"] for row in rows] == [None, *(row["uuid"] for row in rows[:-1])]
    assert {row["sessionId"] for row in rows} == {told["session"]}
    assert {row["cwd"] for row in rows} == {"/src/orders"}
    ids = [row["message"]["id"] for row in rows if row["type"] == "assistant"]
    assert len(set(ids)) == len(ids)
    assert not {"a", "b"} & set(ids), "the host would follow them back into the old rows"


def test_what_is_cut_stays_cut_and_the_same_is_written_once(tmp_path: Path) -> None:
    path = session_file(long_session(), tmp_path)

    done = run(tmp_path, "fit", str(path), "--max", "9000", "--resume")
    again = run(tmp_path, "fit", str(path), "--max", "9000", "--resume")

    assert (done.returncode, again.returncode) == (0, 0)
    *_, written, command = done.stdout.splitlines()
    (beside,) = [one for one in path.parent.iterdir() if one != path]
    assert written == f"written: {beside}"
    assert command == f"in the session's project: claude --resume {beside.stem}"
    fitted = json.loads(run(tmp_path, "fit", str(path), "--max", "9000", "--json").stdout)["messages"]
    assert read_transcript(beside.read_text()).messages == fitted

    with beside.open("a") as file:
        file.write('{"type": "user"}\n')
    assert run(tmp_path, "fit", str(path), "--max", "9000", "--resume").returncode == 0
    assert beside.read_text().endswith('{"type": "user"}\n'), "the host has gone on from it"
    beside.write_text("something else\n")
    refused = run(tmp_path, "fit", str(path), "--max", "9000", "--resume")
    assert (refused.returncode, beside.read_text()) == (2, "something else\n")
    assert "is there already, and holds something else" in refused.stderr


def test_a_rollout_is_written_anew_with_what_codex_needs_to_resume_it(tmp_path: Path) -> None:
    def item(kind: str, **members: Any) -> Json:
        return {"type": "response_item", "payload": {"type": kind, **members}}

    lines = [
        {
            "timestamp": "T",
            "type": "session_meta",
            "payload": {"id": "before", "cwd": "/w", "history_mode": "paginated"},
        },
        item("message", role="user", content=[{"type": "input_text", "text": "Begin."}]),
        {"type": "world_state", "payload": {"full": True, "state": {}}},
        {"type": "turn_context", "payload": {"model": "gpt-x"}},
        item("function_call", name="shell", arguments=LONE, call_id="c1"),
        item("function_call_output", call_id="c1", output="found"),
        item("function_call", name="shell", arguments="{}", call_id="c2"),
    ]
    name = "rollout-2026-11-30T10-00-00-01a22e9e-b365-7620-8c6f-587dac6987ce.jsonl"
    path = tmp_path / "sessions" / "2026" / "11" / "30" / name
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    told = json.loads(run(tmp_path, "fit", str(path), "--resume", "--json").stdout)["resume"]

    beside = Path(told["path"])
    assert beside.name == f"rollout-2026-11-30T10-00-00-{told['session']}.jsonl"
    assert (told["command"], told["replaced"]) == (f"codex resume {told['session']}", 1)
    rows = [json.loads(line) for line in beside.read_text().splitlines()]
    assert rows[0]["payload"] == {"id": told["session"], "cwd": "/w"}
    assert [row["payload"].get("type") for row in rows if row["type"] == "response_item"] == [
        *("message", "function_call", "function_call_output"),
    ]
    assert [row["type"] for row in rows[-2:]] == ["world_state", "turn_context"]
    assert path.read_text() == "".join(json.dumps(line) + "\n" for line in lines)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ([{"role": "user", "content": "Begin."}], "--resume takes session files of claude-code and codex, not"),
        (
            [{"type": "user", "message": {"role": "user", "content": "Begin."}, "parent_tool_use_id": None}],
            "holds no rows of a session of its own",
        ),
        (
            [{"type": "response_item", "payload": {"type": "message", "role": "user", "content": "Begin."}}],
            "holds no line of type session_meta",
        ),
    ],
)
def test_what_no_host_resumes_is_refused(tmp_path: Path, content: list[Json], why: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in content))

    done = run(tmp_path, "fit", "x.jsonl", "--resume")

    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert list(tmp_path.iterdir()) == [path]
    assert "--max is missing" in run(tmp_path, "fit", "x.jsonl").stderr


def test_a_dry_run_writes_no_session(tmp_path: Path) -> None:
    path = session_file(long_session(), tmp_path)
    assert run(tmp_path, "fit", str(path), "--max", "9000", "--resume", "--dry-run").returncode == 0
    assert list(path.parent.iterdir()) == [path]
