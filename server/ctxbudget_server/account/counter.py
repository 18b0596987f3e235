"""Token figures: the count by a model's rule, calibrated by the usage billed for that model in this workspace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.tokens.count import ErrorBand
from ctxbudget_protocol.values import dataclass
from ctxbudget_protocol.words import Provenance
from ctxbudget_server.account.content import Figure
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.account.transactions import reading
from ctxbudget_server.store.interface import Reader

if TYPE_CHECKING:
    from ctxbudget_server.rules.calibration import Calibration
    from ctxbudget_server.tokens import Family, TokenFigure

Check = Callable[[], None]


FIRST_PIECE = 4096
"""Characters counted first when checking whether a text fits by estimates."""


@lru_cache(maxsize=64)
def family_of(model: str | None) -> Family:
    """The counting rule of a model."""
    from ctxbudget_server.tokens import resolve

    return resolve(model)


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts tokens for one model. `factor` is its calibration in this workspace, learned from `samples` bills."""

    model: str | None
    factor: float = 1.0
    samples: int = 0
    error_band: tuple[float, float] | None = None
    """Recent relative errors of calibrated figures: not exceeded in 50 % and in 90 % of calls."""
    at_once: bool = False
    """Give estimates that need no vocabulary."""

    @property
    def family(self) -> Family:
        """The counting rule."""
        return family_of(self.model)

    @property
    def provenance(self) -> Provenance:
        """The provenance of this counter's figures."""
        if self.at_once:
            return "estimated"
        return "calibrated" if self.samples else self.family.provenance

    @property
    def expected_error(self) -> float | None:
        """Expected relative error of a figure (median); None: exact, or unknown."""
        if self.provenance == "calibrated" and self.error_band is not None:
            return self.error_band[0]
        error = self.family.expected_error
        if self.at_once:
            from ctxbudget_server.tokens import ESTIMATOR_ERROR

            return max(error.median if error else 0.0, ESTIMATOR_ERROR.median)
        return error.median if error and self.family.provenance != "exact" else None

    @property
    def is_ready(self) -> bool:
        """Whether the vocabulary is loaded, so that counting need not wait."""
        from ctxbudget_server.tokens import is_loaded

        return is_loaded(self.family.encoding)

    def load_soon(self) -> None:
        """Start loading the vocabulary in the background; calling it again does no harm."""
        from ctxbudget_server.tokens import load

        threading.Thread(target=load, args=(self.family.encoding,), daemon=True).start()

    def figure(self, text: str, check: Check) -> Figure:
        """The figure of a text; `check` may raise to cancel."""
        from ctxbudget_server.tokens import count_for, estimate_for

        return self._calibrated((estimate_for if self.at_once else count_for)(text, self.family, check))

    def raw(self, text: str, check: Check) -> int:
        """The vocabulary's own count of a text: that of its figure."""
        if self.at_once:
            return self.figure(text, check).raw
        from ctxbudget_server.tokens import count

        return count(text, self.family.encoding, check)

    def figure_of_raw(self, text: str, raw: int, check: Check) -> Figure:
        """The figure of a text whose raw count is known already."""
        from ctxbudget_server.tokens import figure_from

        return self._calibrated(figure_from(text, raw, self.family, check))

    def of_sums(self) -> Callable[[int, float], int]:
        """A function from a text's raw count and weight (which may be sums over its parts) to its tokens."""
        from ctxbudget_server.tokens import tokens_from

        family, factor = self.family, self.factor
        if self.samples:
            return lambda raw, weight: round(tokens_from(raw, weight, family) * factor)
        if family.provenance == "exact":
            return lambda raw, _: raw
        return lambda raw, weight: tokens_from(raw, weight, family)

    def grown(self, old: str, old_raw: int, addition: str, check: Check) -> tuple[Figure, int]:
        """The figure of `old + addition`, and how many characters were encoded for it.

        `old_raw` is the raw count of `old` in this counter's vocabulary.
        """
        from ctxbudget_server.tokens import count_appended, tail_start

        tail = old[tail_start(old) :]
        raw = count_appended(old_raw, tail, addition, self.family.encoding, check).tokens
        return self.figure_of_raw(old + addition, raw, check), len(tail) + len(addition)

    def tokens(self, check: Check) -> Callable[[str], int]:
        """A function that counts a text's tokens."""
        return lambda text: self.figure(text, check).tokens

    def fits(self, text: str, limit: int, check: Check) -> tuple[bool, int | None]:
        """Whether a text has at most `limit` tokens, and its tokens if it was counted to the end.

        Estimates are made of beginnings of doubling length: a figure only grows with its text, so the first beginning
        over the limit decides.
        """
        from ctxbudget_server.tokens import fits

        if self.provenance == "exact":
            found = fits(text, limit, self.family.encoding, check)
            return found.fits, found.tokens
        length = FIRST_PIECE + 4 * limit
        while length < len(text):
            if self.figure(text[:length], check).tokens > limit:
                return False, None
            length *= 2
        tokens = self.figure(text, check).tokens
        return tokens <= limit, tokens

    def truncate(self, text: str, limit: int, check: Check) -> tuple[str, int]:
        """The longest beginning found with at most `limit` tokens, and its tokens. No character is split."""
        from ctxbudget_server.tokens import truncate

        if self.provenance == "exact":
            found = truncate(text, limit, self.family.encoding, check)
            return found.text, found.tokens
        fitted, tokens = self.fits(text, limit, check)
        if fitted and tokens is not None:
            return text, tokens
        low, high, best = 0, 2 * limit + 1, ("", 0)
        while low < high:
            raw = (low + high) // 2
            kept = truncate(text, raw, self.family.encoding, check).text
            tokens = self.figure(kept, check).tokens
            if tokens <= limit:
                low, best = raw + 1, (kept, tokens)
            else:
                high = raw
        return best

    def _calibrated(self, counted: TokenFigure) -> Figure:
        tokens = round(counted.tokens * self.factor) if self.samples else counted.tokens
        # A raw figure that no vocabulary counted names no encoding, so that it is counted once one is available.
        encoding = None if self.at_once else counted.encoding
        return Figure(tokens, counted.raw_tokens, encoding, self.provenance, self.factor)


def counter_for(request: Request, model: str | None) -> Counter:
    """The counter of a model."""
    if model is None:
        return Counter(None)
    with request.read() as reader:
        return calibrated_counter(reader, model)


def session_counter(request: Request, session_id: str | None) -> tuple[Settings, Counter]:
    """A session's settings, and the counter of its model; raises `unknownSession`."""
    with reading(request, session_id) as snapshot:
        settings = request.settings_of(snapshot.session)
        return settings, calibrated_counter(snapshot.reader, settings.model)


def calibrated_counter(reader: Reader, model: str | None) -> Counter:
    """The counter of a model, with the calibration that the store has."""
    record = None if model is None else reader.calibration(model)
    if model is None or record is None:
        return Counter(model)
    from ctxbudget_server.rules.calibration import load

    return counter_of(model, load(record))


def counter_of(model: str, state: Calibration) -> Counter:
    """The counter of a model with this calibration."""
    from ctxbudget_server.rules.calibration import error_band, factor

    band = error_band(state)
    return Counter(model, factor(state), state.samples, (band.median, band.p90) if band else None)


def calibration_of(reader: Reader, model: str) -> Calibration:
    """The calibration of a model; the initial one for a model that was never billed."""
    from ctxbudget_server.rules.calibration import Calibration, load

    record = reader.calibration(model)
    return load(record) if record else Calibration()


def wire_band(counter: Counter) -> ErrorBand | None:
    """The recent error of a calibrated counter's figures, on the wire."""
    return ErrorBand(median=counter.error_band[0], p90=counter.error_band[1]) if counter.error_band else None
