"""`ctxbudget demo FOLDER`: other files, other figures; what is missing or unreadable is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .demo_run import DemoRun, expected_panel, run_demo

FINDINGS = "## Key Findings\r\n\r\n- One file is enough.\r\n- Locks cost little.\r\n\r\n"
REPORT = f"# Research report: storage\r\n\r\n{FINDINGS}## Measurements\r\n\r\n"
TASKS = "## Phase 1: Schema\n\n- [x] table\n\n## Phase 2: Copy\n\n- [ ] rows\n"
PLAN = f"# Implementation Plan\n\n- **Complexity**: 7\n\n{TASKS}"


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> DemoRun:
    """Two long reports and a plan; nothing for the phases after it, and three files that cannot be read."""
    base = tmp_path_factory.mktemp("folder")
    folder = base / "documents"
    (folder / "deeper").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name, lines in (("deeper/b-report.md", 260), ("a-report.md", 300)):
        measured = "".join(f"Run {i} wrote {i * 37} rows in {i % 13} ms on disk {i % 4}.\r\n" for i in range(lines))
        (folder / name).write_bytes(("\ufeff" + REPORT + measured).encode("utf-8"))
    (folder / "plan.md").write_text(PLAN)
    (folder / "binary.md").write_bytes(b"\x00\x01\x02")
    (folder / "latin.txt").write_bytes("caf\xe9".encode("latin-1"))
    (folder / "outside.txt").symlink_to(Path(__file__))
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / ".hidden" / "secret.md").write_text("# not for the demo")
    (folder / "esc\x1b[31m.md").write_text("# A name that would colour the terminal\n")
    return run_demo(base / "run", folder)


def test_it_goes_on_to_the_end(demo):
    assert (demo.code, demo.stderr) == (0, "")
    assert "Traceback" not in demo.stdout
    assert "\x1b" not in demo.stdout
    assert list((demo.scratch / "tmp").iterdir()) == []


@pytest.mark.parametrize("phase", [0, 1, 2, 3, 4, 6])
def test_panels_are_what_the_server_answered_here_too(demo, phase):
    assert demo.panels()[phase] == expected_panel(demo.status_after(phase), phase)


def test_phases_without_enough_files_are_said(demo):
    found = re.findall(r"^== Phase (\d+).*\nToo few files for this phase: (\d+), where", demo.stdout, flags=re.M)
    assert found == [("1", "2"), ("3", "0"), ("4", "0"), ("6", "0")]


@pytest.mark.parametrize(
    ("name", "error"), [("binary.md", "notText"), ("latin.txt", "notText"), ("outside.txt", "pathNotAllowed")]
)
def test_files_that_cannot_be_read_are_left_out_in_the_servers_words(demo, name, error):
    (refused,) = [call.error for call in demo.calls if call.error and call.params.get("path") == name]
    assert refused["data"]["name"] == error
    assert f"left out: {name} ({error})\n  {refused['message']}\n" in demo.stdout


def test_other_kinds_of_files_are_not_touched(demo):
    asked = [call.params["path"] for call in demo.calls if call.method == "metadata/extract" and "path" in call.params]
    assert asked == sorted(asked, key=lambda name: ("/" in name, name))
    assert set(asked) == {
        "a-report.md", "binary.md", "deeper/b-report.md", "esc\x1b[31m.md", "latin.txt", "outside.txt", "plan.md",
    }  # fmt: skip


def test_alert_prune_undo_and_originals_happen_with_these_files(demo):
    rehearsed, pruned, _ = demo.results("context/prune")
    assert [row["title"] for row in rehearsed["plan"]] == [row["title"] for row in pruned["plan"]]
    assert {row["title"] for row in pruned["plan"]} == {"a-report.md", "deeper/b-report.md"}
    assert rehearsed["status"]["level"] == "critical"
    assert "ALERT (critical)" in demo.stdout
    assert "byte for byte: 4 of 4." in demo.stdout
    assert "equal: yes" in demo.stdout
    assert "it names 2 phases, complexity 7" in demo.stdout


def test_a_small_folder_says_that_no_alert_fired(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "plan.md").write_text(PLAN)
    demo = run_demo(tmp_path / "run", folder)
    assert (demo.code, demo.stderr) == (0, "")
    peak = demo.results("session/close")[0]["status"]["peak"]
    assert f"No alert fired: the peak of {peak:,} stayed below the warning at 5,625." in demo.stdout
    assert [row["title"] for row in demo.results("context/prune")[0]["plan"]] == ["plan.md"], "shown in phase 2"
    assert "figures as before: yes" in demo.stdout
