"""docs/editors.md says what the code says."""

from __future__ import annotations

from pathlib import Path

from ctxbudget_protocol.settings_page import rows
from ctxbudget_server.editor.layers import BUILT_IN
from ctxbudget_server.rpc.editor.commands import COMMANDS

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text("utf-8")


def test_the_settings_are_those_of_the_schema() -> None:
    assert "\n".join(rows()) in PAGE, "python -m ctxbudget_protocol.settings_page prints the table"


def test_the_layers_are_the_built_in_ones() -> None:
    for layer, patterns in BUILT_IN:
        assert f"| {layer} | {', '.join(f'`{pattern}`' for pattern in patterns)} |" in PAGE


def test_the_commands_are_all_there() -> None:
    assert all(f"| `{command}` |" in PAGE for command in COMMANDS)
