"""Token figures: exact counts without a network, estimates that say so, limits, and the families of models.

Importing this package loads nothing else: each name below imports its module on first use.
"""

from __future__ import annotations

# Type checkers know this name; importing `typing` for it would take longer than all of this package.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ctxbudget_server.tokens.counting import Counted as Counted
    from ctxbudget_server.tokens.counting import EditedRange as EditedRange
    from ctxbudget_server.tokens.counting import around as around
    from ctxbudget_server.tokens.counting import count as count
    from ctxbudget_server.tokens.counting import count_appended as count_appended
    from ctxbudget_server.tokens.counting import count_edited as count_edited
    from ctxbudget_server.tokens.counting import count_growing as count_growing
    from ctxbudget_server.tokens.counting import tail_start as tail_start
    from ctxbudget_server.tokens.encodings import DEFAULT_ENCODING as DEFAULT_ENCODING
    from ctxbudget_server.tokens.estimator import estimate as estimate
    from ctxbudget_server.tokens.figures import ESTIMATOR_ERROR as ESTIMATOR_ERROR
    from ctxbudget_server.tokens.figures import TokenFigure as TokenFigure
    from ctxbudget_server.tokens.figures import count_for as count_for
    from ctxbudget_server.tokens.figures import estimate_for as estimate_for
    from ctxbudget_server.tokens.figures import figure_from as figure_from
    from ctxbudget_server.tokens.figures import tokens_from as tokens_from
    from ctxbudget_server.tokens.figures import weight_of as weight_of
    from ctxbudget_server.tokens.limits import LimitCheck as LimitCheck
    from ctxbudget_server.tokens.limits import Truncated as Truncated
    from ctxbudget_server.tokens.limits import fits as fits
    from ctxbudget_server.tokens.limits import truncate as truncate
    from ctxbudget_server.tokens.models import ExpectedError as ExpectedError
    from ctxbudget_server.tokens.models import Family as Family
    from ctxbudget_server.tokens.models import Provenance as Provenance
    from ctxbudget_server.tokens.models import resolve as resolve
    from ctxbudget_server.tokens.vocabulary import UnknownEncodingError as UnknownEncodingError
    from ctxbudget_server.tokens.vocabulary import Vocabulary as Vocabulary
    from ctxbudget_server.tokens.vocabulary import VocabularyDataError as VocabularyDataError
    from ctxbudget_server.tokens.vocabulary import is_loaded as is_loaded
    from ctxbudget_server.tokens.vocabulary import load as load

_NAMES = {
    "counting": (
        "Counted", "EditedRange", "around", "count", "count_appended", "count_edited", "count_growing", "tail_start"
    ),
    "encodings": ("DEFAULT_ENCODING",),
    "estimator": ("estimate",),
    "figures": (
        "ESTIMATOR_ERROR", "TokenFigure", "count_for", "estimate_for", "figure_from", "tokens_from", "weight_of"
    ),
    "limits": ("LimitCheck", "Truncated", "fits", "truncate"),
    "models": ("ExpectedError", "Family", "Provenance", "resolve"),
    "vocabulary": ("UnknownEncodingError", "Vocabulary", "VocabularyDataError", "is_loaded", "load"),
}  # fmt: skip
_HOMES = {name: home for home, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
