"""The TypeScript client: its own tests, and what is built of it against a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.programs import needed

CLIENT = Path(__file__).parents[2] / "clients" / "typescript"

PAGE = Path(__file__).parents[2] / "docs" / "typescript.md"

CRASH = """
const client = await Client.start({ command: COMMAND, timeoutMs: 60_000 });
await client.request("session/open", { sessionId: "one" });
const items = [{ layer: "transient", kind: "other", content: "What was found. ".repeat(20) }];
const before = client.pid;
const added = client.request("context/add", { sessionId: "one", items });
process.kill(before, "SIGKILL");
const { items: [item] } = await added;
const { items: listed } = await client.request("context/list", { sessionId: "one" });
const refused = await client.request("context/get", { sessionId: "one", itemId: "none" }).catch((error) => error);
console.log(JSON.stringify({
  same: listed.length === 1 && listed[0].id === item.id, restarted: client.pid !== before, reason: refused.reason,
}));
await client.close();
"""


@pytest.fixture(scope="module")
def node() -> str:
    """Node, with the packages of the client."""
    program = needed("node", "install Node 20 or later")
    if not (CLIENT / "node_modules" / "vscode-jsonrpc").is_dir():
        pytest.skip("the packages of clients/typescript are not installed: run .ci/install-types")
    return program


def test_its_own_tests_pass(node: str) -> None:
    npm = needed("npm", "install npm")

    done = subprocess.run([npm, "test"], cwd=CLIENT, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def run(node: str, program: Path, text: str) -> str:
    """Run a program; what it prints."""
    program.write_text(text)
    commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [node, str(program)],
        cwd=program.parent,
        env={**os.environ, "PATH": commands, "CTXBUDGET_STORE": str(program.with_name("store.db"))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.parametrize("load", ["import { Client } from FILE;", "const { Client } = require(FILE); (async () => {"])
def test_what_is_built_outlives_a_crash_of_the_server(node: str, load: str, tmp_path: Path) -> None:
    is_module = load.startswith("import")
    file = json.dumps(str(CLIENT / "built" / ("index.mjs" if is_module else "index.cjs")))
    command = f"const COMMAND = {json.dumps([sys.executable, '-m', 'ctxbudget_server', 'serve'])};"
    program = tmp_path / ("program.mjs" if is_module else "program.cjs")

    said = run(node, program, load.replace("FILE", file) + command + CRASH + ("" if is_module else "})();"))

    assert json.loads(said) == {"same": True, "restarted": True, "reason": "unknownItem"}


def test_the_page_shows_what_happens(node: str, tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    (example,) = re.findall(r"^```ts\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "ctxbudget-client").symlink_to(CLIENT)

    said = run(node, tmp_path / "program.mjs", example)

    assert f"It prints `{said.strip()}`" in page
