"""The doctor says whether Claude Code lets our compaction answer, as far as files tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_server.doctor.compaction import findings
from ctxbudget_server.doctor.finding import Finding

GUARDED = {"prependPlugins": ["cc-plugin-sec-default@builtin"]}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which the plugin is enabled."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / ".claude"))
    write(tmp_path / ".claude" / "settings.json", {"enabledPlugins": {"ctxbudget@ctxbudget": True}})
    return tmp_path


def write(path: Path, settings: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings))


def found(home: Path) -> list[Finding]:
    return list(findings(str(home / "project"), home / "managed"))


def test_nothing_is_said_where_it_is_not_installed(home: Path) -> None:
    write(home / ".claude" / "settings.json", {})
    assert found(home) == []


def test_nothing_is_in_its_way(home: Path) -> None:
    assert [one.severity for one in found(home)] == ["ok"]


@pytest.mark.parametrize(
    ("file", "settings", "said"),
    [
        ("project/.claude/settings.local.json", {"disableAllHooks": True}, "disableAllHooks"),
        ("managed/managed-settings.json", {"allowManagedHooksOnly": True}, "only hooks of the organization"),
        ("managed/managed-settings.json", {"model": "opus"}, "guard"),
        ("managed/managed-settings.d/10.json", GUARDED, "guard"),
    ],
)
def test_what_keeps_it_from_answering_is_named(home: Path, file: str, settings: dict[str, Any], said: str) -> None:
    write(home / file, settings)
    (one,) = found(home)
    assert (one.severity, one.data) == ("notice", {"file": str(home / file)})
    assert said in one.message


@pytest.mark.parametrize("settings", [{}, {"prependPlugins": ["another@house"]}])
def test_managed_settings_without_the_guard(home: Path, settings: dict[str, Any]) -> None:
    write(home / "managed" / "managed-settings.json", settings)
    assert [one.severity for one in found(home)] == ["ok"]
