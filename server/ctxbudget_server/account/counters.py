"""Which counter a request works with: the session's model, as its bills in this workspace have calibrated it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.request import Call
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.account.transactions import reading
from ctxbudget_server.store.interface import Reader

if TYPE_CHECKING:
    from ctxbudget_server.rules.calibration import Calibration


def counter_for(call: Call, model: str | None) -> Counter:
    """The counter of a model."""
    if model is None:
        return Counter(None)
    with call.read() as reader:
        return calibrated_counter(reader, model)


def session_counter(call: Call, session_id: str | None) -> tuple[Settings, Counter]:
    """A session's settings, and the counter of its model; raises `unknownSession`."""
    with reading(call, session_id) as snapshot:
        settings = Settings.of(snapshot.session.config)
        return settings, calibrated_counter(snapshot.reader, settings.model)


def calibrated_counter(reader: Reader, model: str | None) -> Counter:
    """The counter of a model, from what the store knows of its bills."""
    record = None if model is None else reader.calibration(model)
    if model is None or record is None:
        return Counter(model)
    from ctxbudget_server.rules.calibration import load

    return counter_of(model, load(record))


def counter_of(model: str, state: Calibration) -> Counter:
    """The counter of a model whose bills are known."""
    from ctxbudget_server.rules.calibration import error_band, factor

    band = error_band(state)
    return Counter(model, factor(state), state.samples, (band.median, band.p90) if band else None)


def calibration_of(reader: Reader, model: str) -> Calibration:
    """What the bills of a model have taught; nothing yet for a model that was never billed."""
    from ctxbudget_server.rules.calibration import Calibration, load

    record = reader.calibration(model)
    return load(record) if record else Calibration()
