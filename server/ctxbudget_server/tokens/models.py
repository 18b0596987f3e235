"""Which vocabulary is used for a model, how its figures follow from it, and how far off they may be.

OpenAI's current models are counted with their own vocabulary, as `tiktoken.model` maps them. No other family's
vocabulary is included: their figures are estimates based on the o200k_base count.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from ctxbudget_protocol.values import dataclass
from ctxbudget_server.tokens.encodings import (
    CLAUDE_3_WORDS,
    CLAUDE_4_7_WORDS,
    DEFAULT_ENCODING,
    ENCODINGS,
    WordSource,
)

Provenance = Literal["exact", "estimated"]


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """Relative error of a figure over ordinary texts, as shares: 0.03 is 3 %."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class WordRule:
    """Tokens = `raw` × the tokens in the family's encoding + `word` × words + `piece` × the pieces that spell them
    + `kinds` × bytes of each kind (in the order of `ByteKinds`) + `joints` × their meetings (in the order of `JOINTS`).
    """

    source: WordSource
    raw: float
    word: float
    piece: float
    kinds: tuple[float, ...]
    joints: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Models that share a tokenizer.

    Tokens = those of the `rule` where there is one, else `factor` × the tokens in `encoding`. Without a vocabulary they
    are `factor` × the estimated tokens, plus `kind_weights` × the bytes of each kind (in the order of `ByteKinds`).
    `expected_error` is None where it was not measured.
    """

    name: str
    encoding: str
    provenance: Provenance
    factor: float = 1.0
    kind_weights: tuple[float, ...] = ()
    rule: WordRule | None = None
    expected_error: ExpectedError | None = None


_NO_ERROR: Final = ExpectedError(0.0, 0.0)
_EXACT: Final = {name: Family(name, name, "exact", expected_error=_NO_ERROR) for name in ENCODINGS}

# Rules are fitted to the counts of ctok 1.3.0, which reconstructs Anthropic's tokenizers (4.7 and 4.8 share a
# vocabulary), on 2,516 texts of 20 kinds, 9 MB: code and documents of public projects in Go, Rust, JavaScript,
# TypeScript and Python, and of what Python and Node install; what agents make of them: numbered lines, matches of grep
# with paths, diffs, blame, listings, arguments and transcripts in JSON; logs of tests; reports; Chinese, Japanese and
# Korean; messages in 90 languages; tables and trees drawn with lines; check marks and emoji. Robust least squares of
# the relative error; a kind weighs with the root of its texts. A vocabulary's words tell most: what a word costs Claude
# follows poorly from what it costs o200k_base, so that a path repeated in all matches of grep was 10 % off.
#
# Errors are the means over the kinds, of texts counted with a fit that has seen nothing of their project. The medians
# by kind are 0.4 to 2 % for code, documents, JSON, diffs, numbered lines, grep and listings, 3 to 6 % for logs, boxes,
# Chinese and other languages, 20 % for lists of check marks and emoji, which cost Claude four tokens or five each.
# `benchmarks/tokens.py` compares them again, given ctok.
#
# The weights by kind of byte serve estimates without a vocabulary. They are of an earlier fit to 2,709 such texts.
CLAUDE_3: Final = Family(
    "claude-3",
    DEFAULT_ENCODING,
    "estimated",
    factor=1.012,
    kind_weights=(0.005, 0.091, 0.014, 0.036, 0.283, 0.218, 0.185, 0.298, 0.243, 0.169, -0.8),
    rule=WordRule(
        CLAUDE_3_WORDS,
        raw=0.477,
        word=-0.278,
        piece=0.773,
        kinds=(-0.045, 0.008, 0.466, 0.207, 0.563, 0.58, 0.456, 0.675, 3.888, 0.325, 0.288),
        joints=(0.295, 0.221, -0.64, -0.536, 0.567, -0.43, 0.191, -0.497),
    ),
    expected_error=ExpectedError(0.03, 0.08),
)
CLAUDE_4_7: Final = Family(
    "claude-4.7",
    DEFAULT_ENCODING,
    "estimated",
    factor=0.935,
    kind_weights=(0.117, 0.609, 0.057, 0.032, 0.215, 0.417, 0.241, 0.410, 0.451, 0.230, -0.8),
    rule=WordRule(
        CLAUDE_4_7_WORDS,
        raw=0.429,
        word=-0.397,
        piece=0.928,
        kinds=(-0.053, 0.011, 0.507, 0.301, 0.536, 0.579, 0.479, 0.704, 4.054, 0.336, 0.33),
        joints=(0.369, 0.267, -0.508, -0.064, 0.373, -0.421, 0.139, -0.762),
    ),
    expected_error=ExpectedError(0.03, 0.08),
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

# The first match decides, and `re` compiles what is tried. OpenAI's names must match from the start, so that no other
# provider's `…-gpt-4` is exact.
_OPENAI: Final = (
    (r"gpt-oss", _EXACT["o200k_harmony"]),
    (r"gpt-5|gpt-4\.[15]|gpt-4o|chatgpt-4o|o[134](?![a-z0-9])", _EXACT["o200k_base"]),
    (
        r"gpt-4(?![a-z0-9.])|gpt-3\.?5|text-embedding-(3|ada-002)|(davinci|babbage)-002",
        _EXACT["cl100k_base"],
    ),
)
_OTHERS: Final = (
    (r"gemini|gemma", _GEMINI),
    (r"llama-?[34]", _LLAMA),
    (r"qwen|qwq", _QWEN),
    (r"deepseek", _DEEPSEEK),
    (r"(mi|mini|code|dev|magi|vox)stral|mixtral|pixtral", _MISTRAL),
    (r"(^|[^a-z])glm-?[4-9]", _GLM),
    (r"kimi", _KIMI),
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
        if re.match(pattern, bare):
            return family
    if _CLAUDE.search(name):
        return _claude(bare)
    return next((family for pattern, family in _OTHERS if re.search(pattern, name)), None)


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
