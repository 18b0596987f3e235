"""No way around the escaping: who prints, and how."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[2] / "server" / "ctxbudget_server"

PRINTS = {"presentation/output.py"}
"""What people read goes through here, and is escaped."""
HANDS_ON = {
    "cli/printing.py": "the answer of a one-shot command, made by sidecar/commands and sidecar/agent_commands",
    "cli/hook_guard.py": "the same for hooks, and their own complaints",
    "cli/__init__.py": "closes a stderr that is not read any more",
    "presentation/arguments.py": "names stderr for argparse",
    "cli/commands.py": "names stderr for argparse",
    "cli/count.py": "names stderr for `show`",
    "cli/evaluate.py": "names stderr for `show`",
    "cli/fit.py": "names both for `show`",
    "cli/init.py": "asks questions on a terminal",
    "presentation/look.py": "asks whether standard output is a terminal, and how wide it is",
    "cli/page_files.py": "asks whether stdout is a terminal",
    "cli/replay.py": "asks whether stdout is a terminal",
    "cli/top.py": "asks whether both are a terminal",
    "demo/console.py": "asks whether stdout is a terminal",
    "rpc/server.py": "flushes",
    "mcp/server.py": "lets go of a broken stdout",
    "tokens/data/build.py": "a developer's script",
    "tokens/data/build_words.py": "a developer's script",
}
"""The others that name a stream, and why."""
WRITES = {"print", "write", "writelines"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module, by its path in the package."""
    for path in sorted(SERVER.rglob("*.py")):
        yield path.relative_to(SERVER).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def names_a_stream(tree: ast.Module) -> bool:
    """Whether stdout or stderr is named."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in ("stdout", "stderr", "__stdout__", "__stderr__")
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
        for node in ast.walk(tree)
    )


def test_only_listed_modules_name_a_stream() -> None:
    named = {name for name, tree in sources() if names_a_stream(tree)}

    assert named - PRINTS <= HANDS_ON.keys(), "print with presentation/output.py, or say here why not"


@pytest.mark.parametrize(
    "name",
    sorted(
        HANDS_ON.keys() - {"cli/printing.py", "cli/hook_guard.py", "tokens/data/build.py", "tokens/data/build_words.py"}
    ),
)
def test_those_that_name_a_stream_do_not_write_to_it(name: str) -> None:
    tree = ast.parse((SERVER / name).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                assert called.id != "print"
            elif isinstance(called, ast.Attribute) and called.attr in WRITES:
                assert not ast.unparse(called.value).startswith("sys."), ast.unparse(node)


def test_nobody_prints() -> None:
    for name, tree in sources():
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        assert not [call for call in calls if call.func.id == "print"], name  # type: ignore[attr-defined]
