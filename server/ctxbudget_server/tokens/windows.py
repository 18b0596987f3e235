"""The context windows of well-known models, for sessions whose window is not set: assumed, and marked as such.

A window is what a request may hold, in tokens; where a provider counts the answer as part of it, less the longest
answer (GPT-5: 400,000 - 128,000, from GPT-5.4: 1,050,000 - 128,000). Sources: for Claude, "Context windows" and the
models' pages at platform.claude.com/docs; for GPT, the providers' pages and resellers that quote them (docs.oxen.ai,
docs.uipath.com); for Gemini, Llama, DeepSeek, GLM and Kimi, their model cards. Newer models, and names such as `opus`
whose meaning moves on to a newer model, are left out: no window is better than a wrong one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from ctxbudget_protocol.values import NamedTuple

CHECKED: Final = "2026-11"
"""When the sizes of Claude and GPT models were last looked up, year and month."""


class Window(NamedTuple):
    """A model's window in tokens, and the name of the entry that gives it."""

    tokens: int
    family: str


LONG_MARK: Final = re.compile(r"\[(\d{1,2})m\]", re.IGNORECASE)
"""How agents mark a model that they use with a window of so many million tokens."""

# The first match decides. Names must match from the start, after provider prefixes. `re` compiles what is tried.
_WINDOWS: Final = tuple(
    (pattern, Window(tokens, family))
    for pattern, tokens, family in (
        (r"gpt-oss", 131_072, "gpt-oss"),
        (r"gpt-5(\.\d+)?-chat", 128_000, "gpt-5-chat"),
        (r"gpt-5[.-][45](?!\d)", 922_000, "gpt-5.4"),
        (r"gpt-5([.-][123])?(?![.\d])|codex-mini", 272_000, "gpt-5"),
        (r"gpt-4\.1", 1_047_576, "gpt-4.1"),
        (r"gpt-4\.5|gpt-4o|chatgpt-4o|gpt-4-turbo|o1-(mini|preview)", 128_000, "gpt-4o"),
        (r"o1|o3|o4-mini", 200_000, "o-series"),
        (r"gpt-4-32k", 32_768, "gpt-4-32k"),
        (r"gpt-4(?![a-z0-9.])", 8_192, "gpt-4"),
        (r"gpt-3\.?5", 16_385, "gpt-3.5-turbo"),
        (r"claude-(2\.0|instant)", 100_000, "claude-2.0"),
        (r"claude-(fable|mythos|opus|sonnet)-5(?!\d)|claude-haiku-5[.-]5(?!\d)", 1_000_000, "claude-5"),
        (r"claude-opus-4[.-][678](?!\d)|claude-sonnet-4[.-]6(?!\d)", 1_000_000, "claude-4.6"),
        (r"claude-(2\.1|3|(opus|sonnet|haiku)-4(?!\d))", 200_000, "claude-4"),
        (r"gemini-1\.5-pro", 2_097_152, "gemini-1.5-pro"),
        (r"gemini-(1\.5-flash|[23](?!\d))", 1_048_576, "gemini"),
        (r"gemma-?3", 131_072, "gemma-3"),
        (r"llama-?3[.-][123]", 131_072, "llama-3.1"),
        (r"llama-?3", 8_192, "llama-3"),
        (r"deepseek-(v3|r1)(?!\d)", 131_072, "deepseek-v3"),
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
            found = next((window for pattern, window in _WINDOWS if re.match(pattern, bare)), None)
            if found is not None:
                return found
    return None
