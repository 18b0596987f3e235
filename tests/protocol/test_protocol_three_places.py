"""`docs/contributing.md` adds a method: its steps, taken in a copy of the tree, give a method that all clients call."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.client import Client
from support.programs import needed_bash
from support.session import serve_command

from ctxbudget_protocol.methods import METHODS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "contributing.md"
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
STEP = re.compile(
    r"^\*\*\d+\. [^`]*? in `(?P<path>[^`]+)`(?P<more>(?:[^\n]+\n)+)\n```python\n(?P<text>.*?)^```$",
    re.M | re.S,
)
LISTED = re.compile(r'Add `("\w+")` to the\nnames of `(\w+)` in `([^`]+)`')
"""What a step adds to the listing of names: a name, its namespace, and the listing's file."""
COPIED = (
    "protocol",
    "server",
    "clients/bash",
    "clients/go",
    "clients/python",
    "docs",
    "tests/support",
    "tests/conftest.py",
    "pyproject.toml",
)
GENERATE = "python -m ctxbudget_protocol.generate"

pytestmark = pytest.mark.skipif("session/touch" in METHODS, reason="this tree already has the page's session/touch")


def copied_tree(tree: Path) -> Path:
    """A copy of what the steps change and need."""
    for name in COPIED:
        source, target = ROOT / name, tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return tree


def take_steps(tree: Path) -> list[str]:
    """Write the blocks of the page to the files that it names; these files."""
    steps = list(STEP.finditer(PAGE.read_text("utf-8")))
    for step in steps:
        path = tree / step["path"]
        assert (ROOT / step["path"]).parent.is_dir(), f"the page names a folder that is not there: {step['path']}"
        path.parent.mkdir(parents=True, exist_ok=True)  # the copy has not all folders of the tree
        assert not path.exists(), f"{step['path']} is a new file"
        path.write_text(step["text"], "utf-8")
        for name, namespace, place in LISTED.findall(step["more"]):
            listing = (tree / place).read_text("utf-8")
            (tree / place).write_text(listing.replace(f'"{namespace}": (', f'"{namespace}": ({name}, ', 1), "utf-8")
    return [step["path"] for step in steps]


def environment(tree: Path) -> dict[str, str]:
    """The environment of a process that runs the code of the copy."""
    packages = [str(tree / name) for name in ("protocol", "server", "clients/python")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CTXBUDGET", "CURRENT_"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(packages), "PYTHONDONTWRITEBYTECODE": "1"}


def run(command: list[str], folder: Path, env: Mapping[str, str]) -> str:
    """Run a command, which must succeed; its stdout."""
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def generate(tree: Path) -> None:
    """What `make generate`, the command of the page, runs."""
    assert "`make generate`" in PAGE.read_text("utf-8")
    assert "\ngenerate: $(READY)" in MAKEFILE and f"\n\t$(PYTHON) {GENERATE.removeprefix('python ')}\n" in MAKEFILE
    run([sys.executable, *GENERATE.split()[1:]], tree, environment(tree))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree after the steps of the page."""
    tree = copied_tree(tmp_path_factory.mktemp("copy"))
    take_steps(tree)
    generate(tree)
    return tree


def test_the_page_takes_three_places(tmp_path: Path) -> None:
    places = take_steps(copied_tree(tmp_path))

    assert len(places) == 3
    assert [place.partition("/")[0] for place in places] == ["protocol", "server", "tests"]


def test_over_stdio(tree: Path, tmp_path: Path) -> None:
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path, env=environment(tree)) as client:
        advertised = client.initialize_result["capabilities"]["experimental"]["ctxbudget"]["methods"]
        answer = client.request("session/touch", {"note": "review"})
        fault = client.request_error("session/touch", {"note": 1})

    assert "session/touch" in advertised
    assert answer.keys() == {"sessionId", "revision", "touchedAt"}
    assert fault["data"]["errors"][0]["loc"] == ["note"]


def test_the_conformance_kit_judges_it(tree: Path, tmp_path: Path) -> None:
    kit = [sys.executable, "-m", "ctxbudget_protocol.conformance", "--rule", "session/touch.*", "--json", "--server"]

    found = json.loads(run([*kit, f"{sys.executable} -m ctxbudget_server serve"], tmp_path, environment(tree)))

    assert found["kept"] == len(found["rules"]) == 9


def test_from_bash(tree: Path, tmp_path: Path) -> None:
    command = tmp_path / "ctxbudget"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ctxbudget_server "$@"\n', "utf-8")
    command.chmod(0o755)
    script = f'source "{tree}/clients/bash/ctxbudget.sh"; ctxbudget_call session/touch \'{{"note":"review"}}\''
    places = {
        "CTXBUDGET_BIN": str(command),
        "CTXBUDGET_WORKSPACE": str(tmp_path),
        "CTXBUDGET_STORE": str(tmp_path / "store.db"),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }

    answer = json.loads(run([needed_bash(), "-euc", script], tmp_path, {**environment(tree), **places}))

    assert answer["revision"] == 1


def test_from_python(tree: Path, tmp_path: Path) -> None:
    script = """
import sys
from ctxbudget_client import Client

with Client.spawn(sys.argv[1:]) as client:
    run = client.for_session("default")
    print(run.session.touch(note="review").revision)
"""

    answer = run([sys.executable, "-c", script, *serve_command(tmp_path)], tmp_path, environment(tree))

    assert answer == "1\n"


def test_the_test_of_the_page(tree: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/workflow"]

    assert "1 passed" in run(command, tree, environment(tree))


def test_every_command_of_the_page_is_one_of_make() -> None:
    text = PAGE.read_text("utf-8")
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.M))

    assert named <= set(re.findall(r"^([a-z]+):", MAKEFILE, re.M))
    assert {"generate", "examples", "costs"} <= named
    assert not re.findall(r"`(?:\w+=\S+ )?python3? [^`]*`", text), "`python` may lack the project and its tools"


def test_the_example_of_the_page_is_recorded(tree: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    shutil.copytree(tree, told)
    shutil.copytree(ROOT / "tests" / "protocol", told / "tests" / "protocol")
    run([sys.executable, "tests/protocol/record_examples.py"], told, environment(told))
    generate(told)

    assert '"touchedAt": "' in (told / "docs" / "protocol.md").read_text("utf-8").partition("session/touch`\n")[2]
    assert "result={}" not in (told / next(STEP.finditer(PAGE.read_text("utf-8")))["path"]).read_text("utf-8")


@pytest.mark.parametrize("state", ["missing", "stale"])
def test_without_the_generated_file_the_message_names_the_command(state: str, tmp_path: Path) -> None:
    tree = copied_tree(tmp_path / "copy")
    take_steps(tree)
    if state == "missing":
        (tree / "protocol" / "ctxbudget_protocol" / "param_types.json").unlink()

    check = [sys.executable, *GENERATE.split()[1:], "--check"]
    checked = subprocess.run(check, cwd=tree, env=environment(tree), capture_output=True, text=True, check=False)
    call = [sys.executable, "-m", "ctxbudget_server", "call", "session/touch"]
    places = {"CTXBUDGET_STORE": str(tmp_path / "store.db")}
    called = subprocess.run(
        call, cwd=tmp_path, env={**environment(tree), **places}, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 1
    assert f"param_types.json is stale; run {GENERATE}" in checked.stderr
    assert called.returncode != 0
    assert f"param_types.json is {state}" in called.stderr
    assert GENERATE in called.stderr
    assert "Traceback" not in called.stderr
