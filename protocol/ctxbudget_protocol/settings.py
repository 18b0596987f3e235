"""The settings of an editor, in one form for all their sources, and their JSON Schema.

Absent and null both mean: not set here.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from ctxbudget_protocol.limits import MAX_GLOBS, MAX_PATTERN_LENGTH, MAX_TOKENS, SESSION_ID

LayerName = Literal["permanent", "phase", "metadata", "transient", "none"]
Ceiling = Annotated[
    float,
    Field(gt=0, le=MAX_TOKENS, allow_inf_nan=False, description="Up to 1 a share of the window, above 1 tokens."),
]
Globs = Annotated[list[Annotated[str, Field(min_length=1, max_length=MAX_PATTERN_LENGTH)]], Field(max_length=MAX_GLOBS)]

Folder = Annotated[str, Field(pattern=r"^(/|~|[A-Za-z]:[\\/])", max_length=MAX_PATTERN_LENGTH)]

LANGUAGES = [
    "markdown", "gfm", "mdx", "mdc", "plaintext", "text", "prompt", "instructions", "chatmode", "chatagent", "skill",
]  # fmt: skip
INCLUDE = [
    "CLAUDE.md", "CLAUDE.local.md", "AGENTS.md", "GEMINI.md", "**/.claude/**/*.md", "**/.cursor/rules/**",
    ".cursorrules", ".windsurfrules", ".clinerules", "copilot-instructions.md", "*.instructions.md", "*.prompt.md",
    "*.chatmode.md", "*.md", "*.markdown", "*.mdc", "*.txt",
]  # fmt: skip


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, frozen=True)


class LayerRule(_Model):
    """Files that belong to a layer."""

    glob: str = Field(
        min_length=1,
        max_length=MAX_PATTERN_LENGTH,
        description="As in .gitignore, relative to the workspace folder: `plans/**`.",
    )
    layer: LayerName = Field(description="`none`: no layer, and so no ceiling.")


class Ceilings(_Model):
    """The maximum cost of one file of a layer with its imports; if not set, the session's layer ceilings."""

    permanent: Ceiling | None = Field(None, description="Default: 0.04 of the window.")
    phase: Ceiling | None = Field(None, description="Default: 0.12 of the window.")
    metadata: Ceiling | None = Field(None, description="Default: 0.06 of the window.")
    transient: Ceiling | None = Field(None, description="Default: no ceiling.")


class EditorSettings(_Model):
    """Settings of ctxbudget in an editor."""

    session: str = Field(
        "auto",
        pattern=SESSION_ID,
        description="The session whose window, budget and ceilings are used, and which is watched. `auto`: the one "
        "that CTXBUDGET_SESSION names, else the most recently changed one of the workspace.",
    )
    watch: bool = Field(
        False, description="Send budget/didChange and budget/alert for the session, even if it is created later."
    )
    alerts: Literal["message", "notification", "off"] = Field(
        "message",
        description="With watch: `message` shows each alert with window/showMessage and sends budget/alert, "
        "`notification` only sends budget/alert, `off` does neither.",
    )
    context_window: int | None = Field(
        None, ge=1, le=MAX_TOKENS, description="Tokens. Default: the session's, else 25,000."
    )
    target_share: float | None = Field(
        None, gt=0, le=1, description="The budget's share of the window. Default: the session's, else 0.3."
    )
    model: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Count for this model. Default: the session's, else the vocabulary o200k_base.",
    )
    layers: list[LayerRule] = Field(
        [],
        max_length=MAX_GLOBS,
        description="Which files belong to which layer; the first match counts, before the built-in rules.",
    )
    ceilings: Ceilings = Field(Ceilings(), description="The maximum cost of one file of a layer, by layer.")
    inlay_hints: bool = Field(True, description="Show the tokens of each section at its heading.")
    inlay_hint_min_tokens: int = Field(
        100,
        ge=0,
        le=MAX_TOKENS,
        description="Hints are shown at sections of at least as many tokens, and not where the total of the document "
        "says the same. 0: at every heading.",
    )
    code_lens: bool = Field(True, description="Show the document's total, and what can be done about it, above line 1.")
    diagnostics: bool = Field(True, description="Warn if a file exceeds the ceiling of its layer.")
    hover: bool = Field(True, description="Show what a section costs, and what its metadata would cost.")
    summary_diagnostic: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Show the document's total as a diagnostic on line 1. `auto`: in clients without lenses.",
    )
    count_on_open: bool = Field(
        True,
        description="Count a folder's texts in the background when it is opened, if the client shows progress. "
        "Unopened files that load at the start, or that `layers` names, then have diagnostics too.",
    )
    metadata_tokens: int = Field(300, ge=20, le=MAX_TOKENS, description="Maximum tokens of extracts.")
    languages: Globs = Field(LANGUAGES, description="Language ids of the documents that are analysed.")
    include: Globs = Field(
        INCLUDE, description="Files that are analysed whatever their language, and that countWorkspace counts."
    )
    exclude: Globs = Field([], description="Files that are never analysed.")
    max_file_bytes: int = Field(8_388_608, ge=1, description="Larger files are not analysed.")
    roots: list[Folder] = Field(
        [],
        max_length=MAX_GLOBS,
        description="Folders outside the workspace from which imports may be read, absolute or below `~`. Accepted "
        "only from the client and the user's file: a project's file cannot allow them.",
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of the settings."""
    made = EditorSettings.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ctxbudget",
        **{key: value for key, value in made.items() if key != "title"},
    }


def render() -> str:
    """The text of `settings.schema.json`."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
