"""The context windows of well-known models, for sessions whose window nobody has said: assumed, and marked as such.

A window is what a request may hold, in tokens (`max_input_tokens` where providers count the answer apart). Sizes are
those of the providers' model pages (platform.openai.com/docs/models, platform.claude.com/docs/en/about-claude/models,
ai.google.dev/gemini-api/docs/models, api-docs.deepseek.com, platform.moonshot.ai, docs.z.ai) as of `CHECKED`, without
windows that must be asked for; claude-opus-5 is what Claude Code 2.1.332 reports. A family whose members differ in ways
that their names do not tell is left out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

CHECKED: Final = "2025-12"
"""When the sizes were compared with the providers' pages, year and month."""


class Window(NamedTuple):
    """A model's window in tokens, and the name of the entry that gives it."""

    tokens: int
    family: str


LONG_MARK: Final = re.compile(r"\[(\d{1,2})m\]", re.IGNORECASE)
"""How agents mark a model that they use with a window of so many million tokens."""

# The first match decides. Names must match from the start, after provider prefixes.
_WINDOWS: Final = tuple(
    (re.compile(pattern), Window(tokens, family))
    for pattern, tokens, family in (
        (r"gpt-oss", 131_072, "gpt-oss"),
        (r"gpt-5(\.\d+)?-chat", 128_000, "gpt-5-chat"),
        (r"gpt-5|codex-mini", 272_000, "gpt-5"),
        (r"gpt-4\.1", 1_047_576, "gpt-4.1"),
        (r"gpt-4\.5|gpt-4o|chatgpt-4o|gpt-4-turbo|o1-(mini|preview)", 128_000, "gpt-4o"),
        (r"o1|o3|o4-mini", 200_000, "o-series"),
        (r"gpt-4-32k", 32_768, "gpt-4-32k"),
        (r"gpt-4(?![a-z0-9.])", 8_192, "gpt-4"),
        (r"gpt-3\.?5", 16_385, "gpt-3.5-turbo"),
        (r"claude-(2\.0|instant)", 100_000, "claude-2.0"),
        (r"(claude-)?opus-5", 1_000_000, "claude-opus-5"),
        (r"claude|(opus|sonnet|haiku)\b", 200_000, "claude"),
        (r"gemini-1\.5-pro", 2_097_152, "gemini-1.5-pro"),
        (r"gemini", 1_048_576, "gemini"),
        (r"gemma-?3", 131_072, "gemma-3"),
        (r"llama-?3[.-][123]", 131_072, "llama-3.1"),
        (r"llama-?3", 8_192, "llama-3"),
        (r"deepseek", 131_072, "deepseek"),
        (r"glm-?4\.6", 204_800, "glm-4.6"),
        (r"glm-?4\.5", 131_072, "glm-4.5"),
        (r"kimi-k2-(0905|thinking|turbo)", 262_144, "kimi-k2"),
    )
)
_PREFIX: Final = re.compile(r"^(?:[a-z-]+\.)+")
_PARTS: Final = re.compile(r"[:@\[]")


@lru_cache(maxsize=64)
def known_window(model: str) -> Window | None:
    """The window of a model, whose name may have a date and provider prefixes; None: it is not in the table."""
    name = model.strip().lower()
    if marked := LONG_MARK.search(name):
        return Window(int(marked[1]) * 1_000_000, marked[0])
    for segment in reversed(name.split("/")):
        for part in _PARTS.split(segment):
            bare = _PREFIX.sub("", part.strip())
            found = next((window for pattern, window in _WINDOWS if pattern.match(bare)), None)
            if found is not None:
                return found
    return None
