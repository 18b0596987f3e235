"""`ctxbudget demo FOLDER`: other files, other figures; what is missing or unreadable is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .demo_run import DemoRun, expected_panel, figures_of_no_answer, run_demo

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
    assert found == [("0", "0"), ("3", "0"), ("4", "0"), ("6", "0")]


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
    assert {row["title"] for row in pruned["plan"]} == {"a-report.md", "deeper/b-report.md", "esc\x1b[31m.md"}
    assert rehearsed["status"]["level"] == "critical"
    assert "ALERT (critical)" in demo.stdout
    assert "byte for byte: 4 of 4." in demo.stdout
    assert "equal: yes" in demo.stdout
    assert "it names 2 phases, complexity 7" in demo.stdout


def test_a_small_folder_lowers_the_thresholds_and_says_so(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "plan.md").write_text(PLAN)
    demo = run_demo(tmp_path / "run", folder)
    assert (demo.code, demo.stderr) == (0, "")
    at = demo.results("session/open")[1]["config"]["thresholds"]
    assert f"sets warn to {at['warn']:,.0f}, critical to {at['critical']:,.0f} tokens" in demo.stdout
    assert "ALERT (critical)" in demo.stdout
    assert [row["title"] for row in demo.results("context/prune")[0]["plan"]] == ["plan.md"], "shown in phase 2"
    assert "figures as before: yes" in demo.stdout


@pytest.fixture(scope="module")
def notes(tmp_path_factory) -> DemoRun:
    """A dozen plain notes without headings, of no kind that belongs to a phase."""
    base = tmp_path_factory.mktemp("notes")
    folder = base / "documents"
    folder.mkdir()
    for n in range(12):
        lines = "".join(f"Line {i} of note {n} says that the pump of tank {i * n} was oiled.\n" for i in range(40))
        (folder / f"note-{n:02}.md").write_text(lines)
    return run_demo(base / "run", folder)


def test_files_of_no_known_kind_are_dealt_to_the_phases_that_are_short(notes):
    assert (notes.code, notes.stderr) == (0, "")
    assert "Too few files" not in notes.stdout
    entered = [item for call in notes.calls if call.method == "context/add" for item in call.params["items"]]
    phases = [item["phase"] for item in entered if "path" in item]
    assert {phase: phases.count(phase) for phase in phases} == {0: 1, 1: 5, 2: 1, 3: 3, 4: 1, 6: 1}
    for item in entered:
        if "path" in item:
            told = rf"no known kind: dealt to phase {item['phase']} \(\w+\) +{item['path']}$"
            assert re.search(told, notes.stdout, flags=re.M), item
    assert [item["wave"] for item in entered if "path" in item and item["phase"] == 3] == [1, 1, 2]
    listing = notes.stdout.partition("== Documents")[2].partition("== Session")[0]
    assert max(map(len, listing.splitlines()[1:])) <= 80


def test_notes_show_the_whole_workflow(notes):
    assert len(notes.results("budget/settle")) == 3
    assert len(notes.results("workflow/completeWave")) == 2
    assert len([lease for a in notes.results("budget/status") if len(a["leases"]) == 3 for lease in a["leases"]]) == 3
    config = notes.results("session/open")[1]["config"]
    at = config["thresholds"]
    research = sum(lease["used"] for lease in notes.results("budget/settle"))
    assert (at["warn"], at["critical"]) == (research // 2, research * 3 // 4)
    assert (
        f"sets warn to {at['warn']:,.0f}, critical to {at['critical']:,.0f} tokens,\n"
        f"  and metadata up to {config['metadataTokens']:,} tokens each" in notes.stdout
    )
    assert "ALERT (warn)" in notes.stdout
    assert "ALERT (critical)" in notes.stdout
    rehearsed, pruned, _ = notes.results("context/prune")
    assert pruned["saved"] == rehearsed["saved"] > research // 2
    assert pruned["status"]["level"] == "ok"
    assert "figures as before: yes" in notes.stdout
    (lines,) = [call for call in notes.calls if call.method == "context/get" and "lines" in call.params]
    assert f"lines {lines.result['startLine']} to {lines.result['endLine']}," in notes.stdout
    assert "byte for byte: 12 of 12." in notes.stdout


@pytest.mark.parametrize("phase", [0, 1, 2, 3, 4, 6])
def test_panels_of_notes_are_what_the_server_answered(notes, phase):
    assert notes.panels()[phase] == expected_panel(notes.status_after(phase), phase)


def test_no_figure_is_printed_of_notes_that_no_answer_has(notes):
    assert figures_of_no_answer(notes) == []


def folder_of(base: Path, texts: dict[str, str]) -> Path:
    folder = base / "documents"
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def test_two_tiny_files_show_alert_prune_and_undo(tmp_path):
    demo = run_demo(tmp_path / "run", folder_of(tmp_path, {"a.txt": "buy milk\n", "b.md": "# Call Bob\n"}))
    assert (demo.code, demo.stderr) == (0, "")
    found = re.findall(r"^== Phase (\d+).*\nToo few files for this phase: (\d+), where", demo.stdout, flags=re.M)
    assert found == [("0", "0"), ("1", "2"), ("2", "0"), ("3", "0"), ("4", "0"), ("6", "0")]
    assert "ALERT (warn)" in demo.stdout
    assert "ALERT (critical)" in demo.stdout
    assert len(demo.results("context/prune")) == 3
    assert len(demo.results("context/undo")[0]["restored"]) == 2
    assert "figures as before: yes" in demo.stdout
    assert "  lines 1 to 1, 3 tokens\n  | buy milk\n" in demo.stdout
    assert "byte for byte: 2 of 2." in demo.stdout
    for phase, shown in demo.panels().items():
        assert shown == expected_panel(demo.status_after(phase), phase)


def test_of_a_small_note_with_headings_a_section_is_fetched(tmp_path):
    text = "# Queues\n\nHow they work.\n\n## Limits\n\nAt most 40 entries are kept; older ones go first.\n"
    demo = run_demo(tmp_path / "run", folder_of(tmp_path, {"queues.md": text}))
    assert (demo.code, demo.stderr) == (0, "")
    assert "context/get section: Queues > Limits" in demo.stdout


@pytest.mark.parametrize("texts", [{"empty.md": ""}, {"empty.md": "", "word.txt": "a"}])
def test_documents_with_next_to_nothing_in_them(tmp_path, texts):
    demo = run_demo(tmp_path / "run", folder_of(tmp_path, texts))
    assert (demo.code, demo.stderr) == (0, "")
    assert "No alert fired" in demo.stdout


@pytest.mark.parametrize(("files", "waves"), [(1, [1]), (2, [1, 2]), (4, [1, 1, 2, 2])])
def test_summaries_alone_show_the_alert_in_their_first_wave(tmp_path, files, waves):
    text = "# Implementation summary\n\n## Files changed\n\n- `a.py`\n\nStatus: complete\n\n" + "It works. " * 60
    demo = run_demo(tmp_path / "run", folder_of(tmp_path, {f"{n}-summary.md": text for n in range(files)}))
    assert (demo.code, demo.stderr) == (0, "")
    entered = [item for call in demo.calls if call.method == "context/add" for item in call.params["items"]]
    assert [item["wave"] for item in entered if "path" in item] == waves
    assert demo.stdout.index("ALERT (critical)") < demo.stdout.index("A dry run of context/prune")
