"""Which files are analysed, and which layer each belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ctxbudget_server.workspace.patterns import Patterns

if TYPE_CHECKING:
    from ctxbudget_protocol.settings import EditorSettings

BUILT_IN: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "permanent",
        (
            "CLAUDE.md", "CLAUDE.local.md", "AGENTS.md", "AGENTS.override.md", "GEMINI.md", "QWEN.md",
            "**/.claude/rules/**", "**/.cursor/rules/**", ".cursorrules", ".windsurfrules", ".clinerules",
            "copilot-instructions.md", "*.instructions.md",
        ),
    ),
    ("phase", ("SKILL.md", "**/.claude/**", "*.prompt.md", "*.chatmode.md", "prompts/")),
    (
        "metadata",
        (
            "plans/", "reports/", "summaries/", "handoffs/", "plan.md", "PLAN.md", "*-plan.md", "*_plan.md",
            "*report.md", "*summary.md", "*handoff.md",
        ),
    ),
)  # fmt: skip
"""Layers of common files, tried in this order after the patterns in the settings: instructions are loaded at the start
and stay; commands, agents, skills and prompts steer one phase; plans, reports and summaries are artifacts of which
metadata is kept.
"""

IMPORTING = ("CLAUDE.md", "CLAUDE.local.md", "GEMINI.md", "QWEN.md", "**/.claude/**/*.md")
"""Files whose `@path` imports agents follow."""


@lru_cache(maxsize=256)
def _made(patterns: tuple[str, ...]) -> Patterns:
    return Patterns(patterns)


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether patterns, as in .gitignore, match a file; `path` is relative to its folder, with slashes."""
    return bool(path) and _made(tuple(patterns)).take_in(path)


@lru_cache(maxsize=4096)
def _layer(path: str, rules: tuple[tuple[str, str], ...]) -> str | None:
    for glob, layer in rules:
        if matches(path, (glob,)):
            return None if layer == "none" else layer
    return next((layer for layer, patterns in BUILT_IN if matches(path, patterns)), None)


def layer_of(path: str | None, settings: EditorSettings) -> str | None:
    """The layer of a file; None if it has none, like a document that is not a file."""
    return _layer(path, tuple((rule.glob, rule.layer) for rule in settings.layers)) if path else None


def follows_imports(path: str | None) -> bool:
    """Whether a file's imports are loaded with it."""
    return path is not None and matches(path, IMPORTING)


def is_warned_of_closed(path: str | None, settings: EditorSettings) -> bool:
    """Whether an unopened file over its ceiling deserves a warning.

    It does if it is loaded in every session or the settings give it a layer; otherwise every old plan would get one.
    """
    if path is None or layer_of(path, settings) is None:
        return False
    return layer_of(path, settings) == "permanent" or matches(path, [rule.glob for rule in settings.layers])


def is_looked_at(path: str | None, language: str | None, settings: EditorSettings) -> bool:
    """Whether tokens are shown for a document, by its language or its path."""
    if path is not None and settings.exclude and matches(path, settings.exclude):
        return False
    return language in settings.languages or (path is not None and matches(path, settings.include))
