"""A session of each host, for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.agent_host import AgentHost


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder that the agent works in."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def claude(project: Path) -> AgentHost:
    """Claude Code."""
    return AgentHost("claude-code", project)


@pytest.fixture
def codex(project: Path) -> AgentHost:
    """Codex."""
    return AgentHost("codex", project)


@pytest.fixture
def gemini(project: Path) -> AgentHost:
    """Gemini CLI."""
    return AgentHost("gemini", project)
