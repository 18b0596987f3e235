"""Shares and parts: exact arithmetic, so that no token is lost to rounding."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal


def decimal(value: float) -> Decimal:
    """The decimal that was written: 0.29 is 0.29, not the binary fraction next to it."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def floor_share(base: int, share: float) -> int:
    """floor(base x share) in decimal; tokens. In floats 25,000 x 0.29 gives 7,249."""
    return int((base * decimal(share)).to_integral_value(ROUND_FLOOR))


def ceil_share(base: int, share: float) -> int:
    """The smallest whole figure that is at least base x share; tokens."""
    return int((base * decimal(share)).to_integral_value(ROUND_CEILING))


def ratio(part: int, base: int) -> float:
    """part / base as a share, rounded to 6 decimals; 0 for an empty base."""
    return round(part / base, 6) if base else 0.0


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Split `total` in proportion to `weights` by largest remainder: the parts sum to `total` exactly.

    Equal remainders favour the earlier part. Weights are not negative and their sum is above 0.
    """
    from fractions import Fraction

    exact = [Fraction(decimal(weight)) for weight in weights]
    whole = sum(exact, Fraction(0))
    quotas = [total * weight / whole for weight in exact]
    parts = [quota.numerator // quota.denominator for quota in quotas]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - quotas[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
