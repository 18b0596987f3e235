"""The Go client: its form, its own tests against both servers, and the page's example."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.programs import debian, needed
from support.session import SERVE

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "go"
CORE_SERVER = ROOT / "clients" / "typescript" / "built" / "core-server.mjs"
PAGE = (ROOT / "docs" / "go.md").read_text("utf-8")


@pytest.fixture(scope="module")
def go() -> str:
    return needed("go", debian("golang-go"))


def run(folder: Path, *command: str, **environment: str) -> str:
    """Run a command without a network; what it prints."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "GOPROXY": "off", "GOFLAGS": "-mod=mod", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
    return done.stdout


def test_few_lines_are_written_by_hand() -> None:
    written = [file for file in CLIENT.glob("*.go") if file.name not in ("contract.go", "client_test.go")]
    lines = [line.strip() for file in written for line in file.read_text("utf-8").splitlines()]

    assert [file.name for file in written] == ["client.go"]
    assert sum(1 for line in lines if line and not line.startswith("//")) <= 300


def test_it_is_formatted_and_vetted(go: str) -> None:
    assert run(CLIENT, needed("gofmt", debian("golang-go")), "-l", ".") == ""
    run(CLIENT, go, "vet", ".")


def test_its_own_tests_pass_with_both_servers(go: str) -> None:
    node = needed("node", "install Node 20.10 or later")
    servers = {"ctxbudget serve": SERVE, "the core server": [node, str(CORE_SERVER)]}

    said = run(CLIENT, go, "test", "-count=1", "-v", ".", CTXBUDGET_TEST_SERVERS=json.dumps(servers))

    assert "--- PASS: TestNothingCountsTwiceAfterARestart/ctxbudget_serve" in said
    assert "--- PASS: TestNothingCountsTwiceAfterARestart/the_core_server" in said


def test_the_page_shows_what_happens(go: str, tmp_path: Path) -> None:
    (program,) = re.findall(r"^```go\n(.*?)^```", PAGE, re.M | re.S)
    (edit,) = re.findall(r"go (mod edit .*)$", PAGE, re.M)
    (tmp_path / "main.go").write_text(program)
    (tmp_path / "go.mod").write_text("module example\n\ngo 1.19\n")
    words = [word.strip('"').replace("$CLIENT", str(CLIENT)) for word in edit.replace('="', "=").split()]
    run(tmp_path, go, *words)
    commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    said = run(tmp_path, go, "run", ".", PATH=commands, CTXBUDGET_STORE=str(tmp_path / "store.db"))

    first, second = said.splitlines()
    assert f"It prints `{first}` and `{second}`" in PAGE
