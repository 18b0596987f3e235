"""Token figures for the services: the counter of the session's model, with cancellation."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from ctxbudget_server.services.content import Figure

if TYPE_CHECKING:
    from ctxbudget_server.tokens import Family


@lru_cache(maxsize=64)
def family_of(model: str | None) -> Family:
    """The rule that counts for a model."""
    from ctxbudget_server.tokens import resolve

    return resolve(model)


def figure(text: str, model: str | None, check: Callable[[], None]) -> Figure:
    """The token figure of a text for a model; `check` may raise to cancel."""
    from ctxbudget_server.tokens import count_for

    counted = count_for(text, family_of(model), check)
    return Figure(counted.tokens, counted.raw_tokens, counted.encoding, counted.provenance)


def counter(model: str | None, check: Callable[[], None]) -> Callable[[str], int]:
    """A function that counts a text's tokens for a model."""
    return lambda text: figure(text, model, check).tokens


def grown_figure(
    old: str, old_raw: int, addition: str, model: str | None, check: Callable[[], None]
) -> tuple[Figure, int]:
    """The figure of `old + addition`, and how many characters were encoded for it.

    `old_raw` is the raw count of `old` in the vocabulary of the model.
    """
    from ctxbudget_server.tokens import count_appended, figure_from, tail_start

    family = family_of(model)
    tail = old[tail_start(old) :]
    raw = count_appended(old_raw, tail, addition, family.encoding, check).tokens
    counted = figure_from(old + addition, raw, family, check)
    return Figure(counted.tokens, raw, counted.encoding, counted.provenance), len(tail) + len(addition)
