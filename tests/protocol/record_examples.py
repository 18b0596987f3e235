"""Writes the answers of the table's examples again: `python tests/protocol/record_examples.py`, then read the diff."""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from pprint import pformat

sys.path.insert(0, str(Path(__file__).parents[1]))

from protocol.example_story import run_story

METHODS = Path(__file__).parents[2] / "protocol" / "ctxbudget_protocol" / "methods"


def main() -> None:
    """Run the story and put its answers into the table."""
    with tempfile.TemporaryDirectory() as folder:
        answers = {method: answer for method, _, answer in run_story(Path(folder).resolve())}
    for path in METHODS.glob("*/*.py"):
        source = path.read_text("utf-8")
        for call in reversed([node for node in ast.walk(ast.parse(source)) if _is_row(node)]):
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            name, example = given["name"], given.get("example")
            if isinstance(name, ast.Constant) and name.value in answers and isinstance(example, ast.Call):
                (result,) = [keyword.value for keyword in example.keywords if keyword.arg == "result"]
                source = _replaced(source, result, pformat(answers[name.value], width=100, sort_dicts=False))
        path.write_text(source, "utf-8")
    if find_spec("ruff") is None:  # it comes with the development tools, not with those of the tests
        print("run `make format` now")
    else:
        subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(METHODS)], check=True)


def _is_row(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Method"


def _replaced(source: str, node: ast.expr, text: str) -> str:
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    begin = starts[node.lineno - 1] + len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
    last = node.end_lineno or node.lineno
    end = starts[last - 1] + len(lines[last - 1].encode()[: node.end_col_offset].decode())
    return source[:begin] + text + source[end:]


if __name__ == "__main__":
    main()
