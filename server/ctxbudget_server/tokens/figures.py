"""Token figures for a model's family: the number, how it was obtained, and how far off it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.values import dataclass
from ctxbudget_server.tokens.counting import count
from ctxbudget_server.tokens.cuts import no_check
from ctxbudget_server.tokens.estimator import byte_joints, byte_kinds, estimate
from ctxbudget_server.tokens.models import ExpectedError, Family, Provenance

if TYPE_CHECKING:
    from collections.abc import Callable

ESTIMATOR_ERROR = ExpectedError(0.04, 0.15)
"""Error of `estimate` on prose, code and JSON; see `estimator`."""

_MIN_RATIO = 0.8
"""Lower bound of a family's tokens / raw tokens if it has weights. The least of 2,516 texts is 0.79, for Claude 3.

It keeps a text of signs only, whose weight is negative, from costing nothing.
"""


@dataclass(frozen=True, slots=True)
class TokenFigure:
    """Tokens of a text.

    `tokens` are the family's, `raw_tokens` those of the vocabulary `encoding`, from which they follow.
    """

    tokens: int
    raw_tokens: int
    encoding: str
    provenance: Provenance
    family: Family
    expected_error: ExpectedError | None


def count_for(text: str, family: Family, check: Callable[[], None] = no_check) -> TokenFigure:
    """The figure of `text`, counted with the family's vocabulary or the one nearest to it."""
    return figure_from(text, count(text, family.encoding, check), family, check)


def figure_from(text: str, raw_tokens: int, family: Family, check: Callable[[], None] = no_check) -> TokenFigure:
    """The figure of `text` when its `raw_tokens` in the family's encoding are known already."""
    return TokenFigure(
        _tokens(text, raw_tokens, family, check),
        raw_tokens,
        family.encoding,
        family.provenance,
        family,
        family.expected_error,
    )


def estimate_for(text: str, family: Family, check: Callable[[], None] = no_check) -> TokenFigure:
    """The figure of `text` without a vocabulary: immediate, and always `estimated`."""
    raw_tokens = estimate(text)
    error = family.expected_error
    if error is not None:
        error = ExpectedError(median=max(error.median, ESTIMATOR_ERROR.median), p95=max(error.p95, ESTIMATOR_ERROR.p95))
    weight = _weighted(family.kind_weights, byte_kinds(text, check)) if family.kind_weights else 0.0
    tokens = _bounded(raw_tokens, family.factor * raw_tokens + weight, family)
    return TokenFigure(tokens, raw_tokens, family.encoding, "estimated", family, error)


def _tokens(text: str, raw_tokens: int, family: Family, check: Callable[[], None]) -> int:
    if family.provenance == "exact" or not text:
        return raw_tokens
    return tokens_from(raw_tokens, weight_of(text, family, check), family)


def weight_of(text: str, family: Family, check: Callable[[], None] = no_check) -> float:
    """What the words and bytes of `text` add to its raw tokens, in tokens.

    Sums of parts are those of the whole if the text is cut where `byte_joints` and `WordCounter.count` allow it.
    """
    rule = family.rule
    if rule is None:
        return 0.0
    from ctxbudget_server.tokens.words import load_words

    words, pieces = load_words(rule.source).count(text, check)
    return (
        rule.word * words
        + rule.piece * pieces
        + _weighted(rule.kinds, byte_kinds(text, check))
        + _weighted(rule.joints, byte_joints(text, check))
    )


def tokens_from(raw_tokens: int, weight: float, family: Family) -> int:
    """The family's tokens of a text by its raw tokens and `weight_of` it; 0 for an empty one."""
    if family.provenance == "exact" or not raw_tokens:
        return raw_tokens
    return _bounded(raw_tokens, (family.rule.raw if family.rule else family.factor) * raw_tokens + weight, family)


def _bounded(raw_tokens: int, tokens: float, family: Family) -> int:
    if not raw_tokens:
        return 0
    return max(round(max(tokens, _MIN_RATIO * raw_tokens) if family.kind_weights else tokens), 1)


def _weighted(weights: tuple[float, ...], numbers: tuple[int, ...]) -> float:
    return sum(weight * number for weight, number in zip(weights, numbers, strict=True))
