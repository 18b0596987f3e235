"""Which vocabulary is used for a model, how its figures follow from it, and how far off they may be.

OpenAI's current models are counted with their own vocabulary, as `tiktoken.model` maps them. No other family's
vocabulary is included: their figures are estimates based on the o200k_base count.
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
    of `ByteKinds`) where they are given. `expected_error` is None where it was not measured.
    """

    name: str
    encoding: str
    provenance: Provenance
    factor: float = 1.0
    kind_weights: tuple[float, ...] = ()
    expected_error: ExpectedError | None = None


_NO_ERROR: Final = ExpectedError(0.0, 0.0)
_EXACT: Final = {name: Family(name, name, "exact", expected_error=_NO_ERROR) for name in ENCODINGS}

# Fitted to the counts of ctok 1.3.0, which reconstructs Anthropic's tokenizers (4.7 and 4.8 share a vocabulary), on
# 2,709 texts of 22 kinds, 6 MB: code and documents installed with Python, Node and Rust, JSON, output of commands,
# diffs, listings numbered with arrows, tabs and colons, tables and trees drawn with lines, Chinese, Japanese and
# Korean, messages in other languages. Robust least squares of the relative error; each kind of text weighs 1, or ½
# where agents read it less. Weights are not negative, except those of signs: o200k_base spends a token on most, and
# Claude's as well, but fewer on what is around them. A sign takes back 0.8 at most, less than its own token costs.
#
# Errors are those of texts in either half, counted with a fit to the other one: no package, folder or command is in
# both. The medians by kind are 2 to 5 % for code, documents, JSON, diffs and numbered lines, 6 to 8 % for logs, boxes
# and grep, 6 to 10 % for Chinese, Japanese and Korean, 14 % for other languages, and 18 % for lists of check marks,
# which cost Claude two tokens or more where o200k_base has one. `benchmarks/tokens.py` compares them again, given ctok.
CLAUDE_3: Final = Family(
    "claude-3",
    DEFAULT_ENCODING,
    "estimated",
    factor=1.012,
    kind_weights=(0.005, 0.091, 0.014, 0.036, 0.283, 0.218, 0.185, 0.298, 0.243, 0.169, -0.8),
    expected_error=ExpectedError(0.046, 0.178),
)
CLAUDE_4_7: Final = Family(
    "claude-4.7",
    DEFAULT_ENCODING,
    "estimated",
    factor=0.935,
    kind_weights=(0.117, 0.609, 0.057, 0.032, 0.215, 0.417, 0.241, 0.410, 0.451, 0.230, -0.8),
    expected_error=ExpectedError(0.044, 0.170),
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

# The first match decides. OpenAI's names must match from the start, so that no other provider's `…-gpt-4` is exact.
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
    """The family of `model`, which may have a date and provider prefixes; UNKNOWN if there is none.

    No model means the default encoding, counted exactly; names of encodings and families are accepted too.
    """
    if model is None:
        return _EXACT[DEFAULT_ENCODING]
    # `provider/maker/model:tag@date`: the model is the last path segment that is not empty.
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
    """The Claude family by version: the tokenizer changed with 3 and again with 4.7.

    A name without a version is treated as a new one, since counting too many tokens is the safer mistake.
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
