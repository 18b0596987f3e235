"""Each claim of SECURITY.md names a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def claims() -> list[str]:
    """The rows of the tables, their heads apart."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    return [row for row in rows if "| tested by |" not in row and not row.startswith("| ---")]


def test_every_claim_names_a_test() -> None:
    assert len(claims()) > 20
    assert [row for row in claims() if not NAMED.search(row.rsplit("|", 2)[1])] == []


def test_every_test_that_is_named_exists() -> None:
    missing = []
    for file, name in NAMED.findall(PAGE):
        path = ROOT / file
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        if name not in functions:
            missing.append(f"{file}::{name}")
    assert missing == []
