"""The bash client: its Bats files test by test, ShellCheck, the contract, and the document that it comes from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.programs import debian, needed, needed_bash

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CLIENT = ROOT / "clients" / "bash" / "ctxbudget.sh"
COMMAND = Path(sys.executable).with_name("ctxbudget")
SEED = ROOT.parent / "shared" / "seed" / "context-budget-management.md"
BATS_TESTS = [
    (file, name)
    for file in sorted(HERE.glob("*.bats"))
    for name in re.findall(r'^@test "(.*)" \{$', file.read_text(), re.MULTILINE)
]


def environment(folder: Path) -> dict[str, str]:
    """That of a script whose store is in this folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CTXBUDGET", "CURRENT_"))}
    return {
        **kept,
        "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
        "CTXBUDGET_BIN": str(COMMAND),
        "CTXBUDGET_SH": str(CLIENT),
        "CTXBUDGET_WORKSPACE": str(folder),
        "CTXBUDGET_STORE": str(folder / "store.db"),
        "LC_ALL": "C.UTF-8",
    }


def bash(script: str, folder: Path, **more: str) -> str:
    """Run a script in a folder; its stdout. It must succeed and say nothing on stderr."""
    done = subprocess.run(
        [needed_bash(), "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**environment(folder), **more},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


@pytest.mark.parametrize(("file", "name"), BATS_TESTS, ids=[f"{file.stem}: {name}" for file, name in BATS_TESTS])
def test_bats(file: Path, name: str, tmp_path: Path) -> None:
    needed_bash()
    bats = needed("bats", debian("bats"))

    done = subprocess.run(
        [bats, "--filter", f"^{re.escape(name)}$", file],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout.decode()
    assert done.stdout.startswith(b"1..1\nok 1")


def test_shellcheck() -> None:
    shellcheck = needed("shellcheck", debian("shellcheck"))

    files = [CLIENT, *CLIENT.parent.rglob("shim/**/*.sh"), HERE / "support.bash"]
    done = subprocess.run([shellcheck, "-x", *files], capture_output=True, cwd=ROOT, check=False)

    assert done.returncode == 0, done.stdout.decode()


def test_nothing_newer_than_bash_4_4_is_used() -> None:
    newer = {
        "5.0": r"EPOCH(SECONDS|REALTIME)|BASH_ARGV0|localvar_inherit|assoc_expand_once",
        "5.1": r"SRANDOM|\bwait\b.* -p|\$\{[\w@*\[\]]+@[ULuK]\}",
        "5.2": r"\$\{[\w@*\[\]]+@k\}|patsub_replacement|varredir_close",
        "5.3": r"\$\{ |\$\{\||BASH_TRAPSIG|GLOBSORT|\bread\b.* -E",
    }
    lines = enumerate(CLIENT.read_text().splitlines(), 1)
    code = [(number, line) for number, line in lines if not line.lstrip().startswith("#")]

    assert [(v, n, line) for v, words in newer.items() for n, line in code if re.search(words, line)] == []


def test_the_client_is_short() -> None:
    every_line = CLIENT.read_text().splitlines()  # with comments and blank lines, as `wc -l` counts

    assert len(every_line) <= 450


def test_the_command_says_where_the_file_is() -> None:
    def path(*options: str) -> Path:
        done = subprocess.run([COMMAND, "bash-client", *options], capture_output=True, check=True)
        return Path(done.stdout.decode().strip())

    assert path().read_text() == CLIENT.read_text()
    assert (path("--shim") / ".claude" / "lib" / "metadata-extraction.sh").is_file()


REPORT = """# OAuth flow patterns

## Executive Summary

OAuth 2.0 authorization code flow provides secure API authentication through token exchange.

## Findings

""" + "\n".join(f"- Endpoint {n} exchanges code {n * 7} for a token within {n + 3} ms." for n in range(200))


def test_the_blocks_of_the_document_run_as_they_stand_and_give_right_figures(tmp_path: Path) -> None:
    if not SEED.exists():
        pytest.skip("the evaluation kit is not here")
    blocks = re.findall(r"^```bash\n(.*?)^```", SEED.read_text(), re.MULTILINE | re.DOTALL)
    (allocation, aggressive, moderate, minimal, panel, alerts, estimation, verify, waves, cleanup) = blocks
    (tmp_path / "report.md").write_text(REPORT)
    (tmp_path / "agent_output.txt").write_text("word " * 5_000)
    add = """ctxbudget_call context/add '{"items": [{"layer": "transient", "phase": 1, "tokens": %d}]}' >/dev/null"""
    say = 'say() { printf \'\\n== %s %s\\n\' "$1" "$(estimate_context_tokens)"; }'
    script = "\n".join(
        [
            f"CLAUDE_CONFIG={CLIENT.parent}/shim REPORT_PATH=report.md PLAN_PATH=plan.md",
            'source "${CLAUDE_CONFIG}/.claude/lib/context-pruning.sh"',
            say,
            "CURRENT_PHASE=1",
            allocation,
            'echo "$PHASE_1_BUDGET $PHASE_2_BUDGET $PHASE_3_BUDGET"',
            aggressive,
            'say aggressive; echo "$(estimate_markdown_tokens METADATA)"',
            f"{add % 14_500}\nCURRENT_PHASE=2",
            moderate,
            "say moderate",
            minimal,
            "say minimal",
            f"N=2\n{panel}\n{alerts}",
            f"{add % 7_200}\n{panel}\n{alerts}",
            "say alerts",
            estimation,
            'agent_response=$FULL_RESPONSE metadata="Short metadata"',
            verify,
            "say verify; type estimate_markdown_tokens >/dev/null",
            waves,
            "CURRENT_WAVE=3; prune_subagent_output FULL_RESPONSE metadata",
            add.replace('"phase": 1', '"phase": 2, "wave": 3') % 900,
            "after_wave_completes 3; say wave",
            "CURRENT_PHASE=4",
            cleanup,
            "say cleanup",
        ]
    )
    out = bash(script, tmp_path)
    retained = {name: int(tokens) for name, tokens in re.findall(r"^== (\w+) (\d+)$", out, re.MULTILINE)}
    metadata = int(re.findall(r"^== aggressive \d+\n(\d+)$", out, re.MULTILINE)[0])

    assert "1500 2400 3600" in out
    assert 20 < metadata <= 300
    assert retained["aggressive"] == metadata
    assert retained["moderate"] == retained["minimal"] == metadata
    assert f"Current usage: {metadata} tokens ({metadata * 100 // 7_500}% of budget)" in out
    assert f"Budget remaining: {7_500 - metadata} tokens" in out
    assert ("CRITICAL: Context usage at 95% of budget" in out) and retained["alerts"] == metadata
    assert retained["verify"] == metadata + 2
    assert "Wave 3: complete ✓" in out and retained["wave"] == metadata + 4
    assert retained["cleanup"] == 6 + metadata, "phase 2 has become its marker, phase 1 is not asked for"


def test_a_phase_that_a_script_ends_is_completed(tmp_path: Path) -> None:
    add = """ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5, "phase": %d}]}' >added.json"""
    states = "ctxbudget_get \"$(ctxbudget_call budget/status)\" 'phases.*.state'"
    script = "\n".join(
        [
            '. "$CTXBUDGET_SH"',
            "CURRENT_PHASE=1", add % 1, "CURRENT_PHASE=2", add % 2, "prune_phase_metadata 1", states,
            "prune_phase_metadata 1", states, "estimate_context_tokens",
            """ctxbudget_call workflow/startPhase '{"phase": 3}' >started.json""", add % 3,
            "prune_phase_metadata 3", states, """ctxbudget_call workflow/completePhase '{"phase": 3}' >done.json""",
        ]
    )  # fmt: skip

    assert bash(script, tmp_path).split() == [
        *("completed", "planned"), *("completed", "planned"), "5", *("completed", "planned", "running")
    ]  # fmt: skip


def test_what_the_page_shows(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "bash.md").read_text()
    blocks = re.findall(r"^```(bash|text)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    script = "".join(text for kind, text in blocks if kind == "bash")
    shown = "".join(text for kind, text in blocks if kind == "text")

    assert bash(script, tmp_path) == shown


def test_the_page_names_every_function() -> None:
    page = (ROOT / "docs" / "bash.md").read_text()
    functions = re.findall(r"^([a-z]\w*)\(\) \{", CLIENT.read_text(), re.MULTILINE)

    assert len(functions) > 10
    assert [name for name in functions if f"`{name}" not in page] == []
