"""What bytes cost a model, by the rules that providers document.

If a file does not state its size, a bound is used: that of the largest picture that is not scaled down, a page for
so many bytes, a second for so many bytes. All of these are estimates.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil
from typing import Final, Literal, TypeAlias

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.media.pixels import Size, size_of
from ctxbudget_server.media.seconds import seconds_of

Kind: TypeAlias = Literal["image", "document", "audio", "video", "text"]

MEDIUM_TOKENS: Final = 1_600
"""Of a picture, a page, or anything else of which no size is known: what a provider bills for a picture of the largest
size before it scales it down (1568 x 1568 pixels)."""
PAGE_BYTES: Final = 75_000
"""Of a document that does not show its pages, for one page."""
MAX_PAGES: Final = 100
"""Of a document that does not show its pages, at most."""
AUDIO_BYTES: Final = 8_000
"""A second of a sound whose length is not known: 64 kbit."""
VIDEO_BYTES: Final = 125_000
"""A second of a film whose length is not known: 1 Mbit."""
TEXT_BYTES: Final = 4
"""A token of a text that stands as base64, roughly."""
HEAD_BYTES: Final = 48 * 1024
"""Of a picture, in which its size is looked for first."""

_PAGE = re.compile(rb"/Type\s*/Page\b")
"""A page of a PDF, as far as it is not compressed."""
_PAGES = re.compile(
    rb"/Type\s*/Pages\b[^>]{0,200}?/Count\s+(\d{1,5})\b|/Count\s+(\d{1,5})\b[^>]{0,200}?/Type\s*/Pages\b"
)
"""The node of a PDF that counts pages."""
_HIGH_RESOLUTION = re.compile(r"claude-(?:opus-4-[7-9]|[a-z]+-[5-9])")
"""Models that see pictures at a higher resolution."""


class Rules(NamedTuple):
    """How one provider bills."""

    image: Callable[[Size, bool], int]
    """Tokens of a picture of a size; whether it was asked to be seen in low detail."""
    page: int = MEDIUM_TOKENS
    audio: int = 32
    """Tokens of a second; likewise of a film."""
    video: int = 295


def _patches(side: int, most: int) -> Callable[[Size, bool], int]:
    """Anthropic: patches of 28 x 28 pixels, after scaling down to a longest side and a largest number of patches."""

    def tokens(size: Size, _: bool) -> int:
        scale = min(1.0, side / max(size))
        width, height = size.width * scale, size.height * scale
        return min(most, ceil(width / 28) * ceil(height / 28))

    return tokens


def _tiles(size: Size, low: bool) -> int:
    """OpenAI: tiles of 512 x 512 pixels, after scaling down to 2048 pixels, and the shorter side to 768."""
    if low:
        return 85
    scale = min(1.0, 2048 / max(size))
    scale = min(scale, 768 / min(size))
    return 85 + 170 * ceil(size.width * scale / 512) * ceil(size.height * scale / 512)


def _crops(size: Size, _: bool) -> int:
    """Gemini: 258 for a small picture, and for each piece of 768 x 768 pixels of a larger one."""
    return 258 if max(size) <= 384 else 258 * ceil(size.width / 768) * ceil(size.height / 768)


_ANTHROPIC = Rules(_patches(1568, 1568))
_ANTHROPIC_HIGH = Rules(_patches(2576, 4784))
_OPENAI = Rules(_tiles, audio=10)
_GEMINI = Rules(_crops, page=258)


_HOSTS: Final = {"vercel": "openai", "neutral": "openai", "bedrock": "anthropic"}
"""Shapes that serve many providers, and whose rules hold where the model does not tell."""


def rules_of(provider: str, model: str | None = None) -> Rules:
    """The rules of `anthropic`, `gemini` or `openai`; whatever begins so is meant, and all else is OpenAI's.

    Where shapes serve many providers, the model tells whose they are; Bedrock's are Anthropic's unless it does.
    """
    if provider in _HOSTS:
        named = model.lower() if model else ""
        families = (("claude", "anthropic"), ("gemini", "gemini"), ("gpt", "openai"))
        provider = next((whose for family, whose in families if family in named), _HOSTS[provider])
    if provider.startswith("anthropic"):
        return _ANTHROPIC_HIGH if model and _HIGH_RESOLUTION.search(model) else _ANTHROPIC
    return _GEMINI if provider.startswith("gemini") else _OPENAI


def cost(kind: Kind, read: Callable[[int | None], bytes], size: int, rules: Rules, *, low: bool) -> int:
    """Tokens of a file of so many bytes. `read` decodes its beginning, or all of it."""
    match kind:
        case "image":
            found = size_of(read(HEAD_BYTES)) or (size_of(read(None)) if size > HEAD_BYTES else None)
            return rules.image(found, low) if found else MEDIUM_TOKENS
        case "audio":
            return ceil((seconds_of(read(None)) or size / AUDIO_BYTES) * rules.audio)
        case "video":
            return ceil((seconds_of(read(None)) or size / VIDEO_BYTES) * rules.video)
        case "text":
            return ceil(size / TEXT_BYTES)
    return pages_of(read(None)) * rules.page


def pages_of(data: bytes) -> int:
    """The pages of a PDF, or a bound by its size."""
    shown = len(_PAGE.findall(data))
    counted = max((int(one or two) for one, two in _PAGES.findall(data)), default=0)
    return max(shown, counted) or min(MAX_PAGES, ceil(len(data) / PAGE_BYTES)) or 1
