"""Which vocabulary counts for a model, how its own figures follow from it, and how far off they may be.

OpenAI's current models are counted with their own vocabulary, as `tiktoken.model` maps them. No vocabulary of
another family is shipped: their figures follow from the o200k_base count, and are estimates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from ctxbudget_server.tokens.encodings import DEFAULT_ENCODING, ENCODINGS

Provenance = Literal["exact", "estimated"]


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """Relative error of a figure over ordinary texts, as shares: 0.03 is 3 %."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Family:
    """Models that share a tokenizer.

    Tokens = `factor` × the tokens in `encoding`, plus `kind_weights` × the bytes of each kind (in the order
    of `ByteKinds`) where they are given. `expected_error` is None where nobody has measured it.
    """

    name: str
    encoding: str
    provenance: Provenance
    factor: float = 1.0
    kind_weights: tuple[float, ...] = ()
    expected_error: ExpectedError | None = None


_NO_ERROR: Final = ExpectedError(0.0, 0.0)
_EXACT: Final = {name: Family(name, name, "exact", expected_error=_NO_ERROR) for name in ENCODINGS}

# Fitted to the counts of ctok 1.3.0, which reconstructs Anthropic's tokenizers, on Markdown, code, JSON, Chinese,
# Japanese, Korean and agent transcripts (2.7 % at the median on the half not fitted). The errors given are those on
# 1,200 other texts of 15 kinds, command output included; `benchmarks/tokens.py` compares again where ctok is at hand.
CLAUDE_3: Final = Family(
    "claude-3",
    DEFAULT_ENCODING,
    "estimated",
    factor=0.946,
    kind_weights=(-0.002, 0.110, 0.032, 0.041, 0.338, 0.330, 0.332, 0.365, 0.084),
    expected_error=ExpectedError(0.045, 0.156),
)
CLAUDE_4_7: Final = Family(
    "claude-4.7",
    DEFAULT_ENCODING,
    "estimated",
    factor=0.819,
    kind_weights=(0.123, 0.661, 0.104, 0.048, 0.229, 0.544, 0.392, 0.489, 0.296),
    expected_error=ExpectedError(0.05, 0.141),
)
UNKNOWN: Final = Family("unknown", DEFAULT_ENCODING, "estimated")


def _scaled(name: str, factor: float, median: float, p95: float) -> Family:
    return Family(name, DEFAULT_ENCODING, "estimated", factor, expected_error=ExpectedError(median, p95))


# Each factor is the middle of the family's ratios to o200k_base on the same kinds of documents without the
# Chinese; the median error is half the spread of these ratios, the 95th percentile that of single documents.
_GEMINI: Final = _scaled("gemini", 1.15, 0.05, 0.15)
_LLAMA: Final = _scaled("llama", 1.00, 0.01, 0.12)
_QWEN: Final = _scaled("qwen", 1.02, 0.02, 0.12)
_DEEPSEEK: Final = _scaled("deepseek", 1.05, 0.02, 0.12)
_MISTRAL: Final = _scaled("mistral", 1.07, 0.02, 0.20)
_GLM: Final = _scaled("glm", 1.00, 0.01, 0.12)
_KIMI: Final = _scaled("kimi", 0.98, 0.01, 0.12)

FAMILIES: Final = {
    family.name: family
    for family in (
        *_EXACT.values(), CLAUDE_3, CLAUDE_4_7,
        _GEMINI, _LLAMA, _QWEN, _DEEPSEEK, _MISTRAL, _GLM, _KIMI, UNKNOWN,
    )
}  # fmt: skip

# The first that matches decides. OpenAI's must begin the name, so that nobody else's `…-gpt-4` is exact.
_OPENAI: Final = (
    (re.compile(r"gpt-oss"), _EXACT["o200k_harmony"]),
    (re.compile(r"gpt-5|gpt-4\.[15]|gpt-4o|chatgpt-4o|o[134](?![a-z0-9])"), _EXACT["o200k_base"]),
    (
        re.compile(r"gpt-4(?![a-z0-9.])|gpt-3\.?5|text-embedding-(3|ada-002)|(davinci|babbage)-002"),
        _EXACT["cl100k_base"],
    ),
)
_OTHERS: Final = (
    (re.compile(r"gemini|gemma"), _GEMINI),
    (re.compile(r"llama-?[34]"), _LLAMA),
    (re.compile(r"qwen|qwq"), _QWEN),
    (re.compile(r"deepseek"), _DEEPSEEK),
    (re.compile(r"(mi|mini|code|dev|magi|vox)stral|mixtral|pixtral"), _MISTRAL),
    (re.compile(r"(^|[^a-z])glm-?[4-9]"), _GLM),
    (re.compile(r"kimi"), _KIMI),
)

_CLAUDE: Final = re.compile(r"claude|^(opus|sonnet|haiku|fable|mythos)\b")
_DATE: Final = re.compile(r"20\d{6}")
_VERSION: Final = re.compile(r"(?<![a-z0-9.])(\d{1,2})(?:[-.](\d{1,2}))?(?![0-9])")
_NEW_CLAUDE_TOKENIZER: Final = (4, 7)
_HOST_PREFIX: Final = re.compile(r"^(?:[a-z-]+\.)+")


@lru_cache(maxsize=256)
def resolve(model: str | None) -> Family:
    """The family of `model`, which may be dated and have a provider's prefixes, else UNKNOWN.

    No model means the default encoding, exact; names of encodings and of families stand for themselves.
    """
    if model is None:
        return _EXACT[DEFAULT_ENCODING]
    # `provider/maker/model:tag@date`: the model is the last path segment that says anything.
    for segment in reversed(model.strip().lower().split("/")):
        for part in re.split(r"[:@\[]", segment):
            family = _family(part.strip())
            if family is not None:
                return family
    return UNKNOWN


def _family(name: str) -> Family | None:
    if name in FAMILIES:
        return FAMILIES[name]
    bare = _HOST_PREFIX.sub("", name)
    for pattern, family in _OPENAI:
        if pattern.match(bare):
            return family
    if _CLAUDE.search(name):
        return _claude(bare)
    return next((family for pattern, family in _OTHERS if pattern.search(name)), None)


def _claude(name: str) -> Family | None:
    """Claude by its version: the tokenizer changed with 4.7, and before 3 it was another one.

    A name without a version is taken for a new one: to count too many tokens is the safer mistake.
    """
    if "instant" in name:
        return None
    version = _VERSION.search(_DATE.sub("", name).removeprefix("claude"))
    if version is None:
        return CLAUDE_4_7
    number = (int(version[1]), int(version[2] or 0))
    if number < (3, 0):
        return None
    return CLAUDE_4_7 if number >= _NEW_CLAUDE_TOKENIZER else CLAUDE_3
