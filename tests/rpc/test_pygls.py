"""The seams with pygls, and what importing the package costs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter

from ctxbudget_server.rpc.protocol import PRIVATE_PYGLS_NAMES


@pytest.mark.parametrize("name", PRIVATE_PYGLS_NAMES)
def test_the_private_names_are_still_there(name: str) -> None:
    server = LanguageServer("x", "1", protocol_cls=LanguageServerProtocol, converter_factory=default_converter)
    assert hasattr(server.protocol, name)


def test_no_other_private_name_is_used() -> None:
    import ast
    import inspect

    from ctxbudget_server.rpc import protocol

    tree = ast.parse(inspect.getsource(protocol))
    own = {name for name in vars(protocol.BudgetProtocol) if not hasattr(LanguageServerProtocol, name)}
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
    }
    overridden = {
        name
        for name in vars(protocol.BudgetProtocol)
        if name.startswith("_") and not name.startswith("__") and hasattr(LanguageServerProtocol, name)
    }
    kept = {"_connection", "_loop", "_loop_thread", "_server"}
    assert (used | overridden) - own - kept <= set(PRIVATE_PYGLS_NAMES)


def test_heavy_modules_are_left_for_later() -> None:
    heavy = ["lsprotocol", "pygls", "cattrs", "attrs", "pydantic", "tiktoken", "regex", "markdown_it", "sqlite3"]
    program = f"import sys, ctxbudget_server.rpc.server; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
