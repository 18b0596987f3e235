"""`ctxbudget evaluate`: its figures, what it leaves out, its bounds and exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from evaluation.record_page import PAGE, SHOWN, run
from evaluation.sample import CACHE, CACHE_PLAN, NEEDED, evaluate, figures, left_out, write

from ctxbudget_server.evaluation import folder as reading


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A folder with one report and its plan."""
    write(tmp_path, {"reports/cache.md": CACHE, "plans/cache.md": CACHE_PLAN})
    return tmp_path


def test_every_share_has_its_base_and_its_provenance(cache: Path) -> None:
    found = figures(cache)

    assert (found["provenance"], found["encoding"], found["limits"]) == ("exact", "o200k_base", [100, 250, 500])
    report = found["reports"][0]
    assert (report["facts"], set(report["needed"])) == (4, NEEDED)
    for cut in report["cuts"]:
        assert cut["kept"] + len(cut["lost"]) == len(NEEDED)
        assert cut["share"] == pytest.approx(cut["kept"] / len(NEEDED), abs=1e-4)
        assert cut["tokens"] <= cut["limit"]
    assert [(cut["method"], cut["limit"]) for cut in found["total"]["cuts"]] == [
        (method, limit) for method in ("extract", "first", "fixed") for limit in (100, 250, 500)
    ]


def test_each_way_to_cut_keeps_what_stands_in_its_text(cache: Path) -> None:
    cuts = {(cut["method"], cut["limit"]): set(cut["lost"]) for cut in figures(cache)["reports"][0]["cuts"]}

    assert cuts["first", 100] == NEEDED  # all of them stand after some 200 tokens of prose
    assert cuts["first", 500] == set()
    assert cuts["fixed", 250] == set()  # the findings are part of it
    assert cuts["extract", 500] == set()


def test_a_fact_is_kept_only_as_a_whole_word_and_byte_for_byte(tmp_path: Path) -> None:
    report = "# Report\n\nThe field `retry` and the file `src/a/__init__.py` matter.\n"
    files = {"report.md": report, "plan.md": "# Plan\n\nretry_count, and src/a/__init__.py\n"}

    assert figures(tmp_path, files)["reports"][0]["needed"] == ["src/a/__init__.py"]


def test_spans_in_code_blocks_are_no_facts(tmp_path: Path) -> None:
    report = "# Report\n\nUse `first_name`.\n\n```sh\necho `second_name`\n```\n"
    files = {"report.md": report, "plan.md": "first_name second_name"}

    assert figures(tmp_path, files)["reports"][0]["needed"] == ["first_name"]


def test_what_takes_no_part_is_named_with_its_reason(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, {"reports/secret.md": CACHE})
    write(cache, {"README.md": "# Hello\n", "plans/.git/config": "", "sessions/torn.jsonl": "{\n"})
    (cache / "reports" / "scan.md").write_bytes(b"# Report\0")
    (cache / "reports" / "latin.md").write_bytes(b"# R\xe9sum\xe9")
    (cache / "chart.png").write_bytes(b"\x89PNG")
    (cache / "linked").symlink_to(outside / "reports")
    (cache / "reports" / "linked.md").symlink_to(outside / "reports" / "secret.md")

    found = figures(cache)

    named = left_out(found)
    assert [report["path"] for report in found["reports"]] == ["reports/cache.md"]
    assert named["links are not followed"] == ["linked", "reports/linked.md"]
    assert named["binary"] == ["reports/scan.md"]
    assert named["not UTF-8"] == ["reports/latin.md"]
    assert ["chart.png"] in named.values()
    assert named["neither a report nor what comes after one, by folder, name or title"] == ["README.md"]
    assert found["notSearched"] == ["plans/.git"]


def test_a_conversation_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    write(tmp_path, {"a/report.md": CACHE, "a/plan.md": CACHE_PLAN, "a/session.jsonl": '{"event": 1}\n{"event": 2}\n'})

    found = figures(tmp_path)

    assert [each["path"] for each in found["reports"][0]["after"]] == ["a/plan.md"]
    reason = next(reason for reason, paths in left_out(found).items() if paths == ["a/session.jsonl"])
    assert reason.startswith("not a recorded conversation that can be read: ")


def test_the_page_shows_what_the_command_prints() -> None:
    assert SHOWN.findall(PAGE.read_text("utf-8")) == [run()], "make examples writes it again"


def test_it_is_readable_at_80_columns_and_always_the_same(cache: Path) -> None:
    write(cache, {f"reports/more-{number}.txt": "nothing" for number in range(20)})

    first, again = evaluate(cache), evaluate(cache)

    assert first.stdout == again.stdout
    assert max(map(len, first.stdout.splitlines())) <= 80
    assert "… 17 more" in first.stdout


def test_a_terminal_is_not_driven_by_names(tmp_path: Path) -> None:
    report = CACHE.replace("EvictionPolicy.sweep", "Evict\x1b[31mred")
    write(tmp_path, {"a\x1b[2J/report.md": report, "a\x1b[2J/plan.md": "`Evict\x1b[31mred`"})

    done = evaluate(tmp_path)

    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "\\x1b[2J/report.md" in done.stdout


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"reports/cache.md": CACHE},
        {"plans/cache.md": CACHE_PLAN},
        {"reports/cache.md": CACHE, "plans/cache.md": "# Plan\n\nNothing of it.\n"},
    ],
)
def test_nothing_to_compare_is_an_error_that_says_what_to_do(tmp_path: Path, files: dict[str, str]) -> None:
    write(tmp_path, files)

    done = evaluate(tmp_path, ".", "--json")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ctxbudget evaluate: nothing to compare in .: it needs reports and what came after")
    for name in files:
        assert name in done.stderr


@pytest.mark.parametrize("name", ["nowhere", "file.md"])
def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"file.md": CACHE})

    done = evaluate(tmp_path, name)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"ctxbudget evaluate: {name}: ")


def test_a_huge_folder_is_bounded_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {f"reports/{number:02}.md": CACHE for number in range(9)})
    monkeypatch.setattr(reading, "MAX_FILES", 4)
    found = reading.read_folder(tmp_path, lambda _: None)
    assert (len(found.documents), len(found.left_out), found.is_cut) == (4, 5, False)

    monkeypatch.setattr(reading, "MAX_ENTRIES", 6)
    found = reading.read_folder(tmp_path, lambda _: None)
    assert (len(found.documents) + len(found.left_out), found.is_cut) == (5, True)


def test_it_writes_nothing_and_needs_no_workspace(cache: Path) -> None:
    state = cache / "state"
    before = sorted(path for path in cache.rglob("*"))
    command = [sys.executable, "-m", "ctxbudget_server", "evaluate", "."]
    environment = {**os.environ, "XDG_STATE_HOME": str(state), "HOME": str(state)}

    done = subprocess.run(command, cwd=cache, env=environment, capture_output=True, check=False)

    assert done.returncode == 0
    assert sorted(path for path in cache.rglob("*")) == before


def test_an_interrupt_ends_it_without_half_an_answer(tmp_path: Path) -> None:
    write(tmp_path, {f"reports/{number:03}.md": CACHE * 40 for number in range(200)})
    write(tmp_path, {"plans/plan.md": CACHE_PLAN})
    command = [sys.executable, "-m", "ctxbudget_server", "evaluate", "."]
    ours, terminal = os.openpty()
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=terminal) as process:
        os.close(terminal)
        shown = b""
        while b"compared 1 of 200 reports" not in shown:  # progress, as on a terminal
            shown += os.read(ours, 1 << 16)
        process.send_signal(signal.SIGINT)
        out = process.stdout.read() if process.stdout else None
        rest = b""
        while chunk := _read(ours):
            rest += chunk
    os.close(ours)

    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in rest


def _read(terminal: int) -> bytes:
    """What a terminal shows next; empty once its program has ended."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""
