"""Has a service observed, and what was seen exported by a thread of its own."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Any

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.telemetry.recorder import Recorder
from ctxbudget_server.telemetry.wanted import Wanted, wanted

if TYPE_CHECKING:
    from ctxbudget_server.service.service import BudgetService
    from ctxbudget_server.telemetry.pipeline import Pipeline

INTERVAL_SECONDS = 0.5
"""How often the thread looks for requests: a look is cheaper than being told of each."""
CLOSING_SECONDS = 1.0
"""How long the end of the process waits for the last export."""
PACKAGES = "'opentelemetry-sdk>=1.36,<2' 'opentelemetry-exporter-otlp-proto-http>=1.36,<2'"

log = logging.getLogger(__name__)


def observe(service: BudgetService, command: str) -> float:
    """Export what happens in the service, if the variables ask for it; returns how long its end may take, in seconds.

    The SDK is loaded on the thread; requests that are answered meanwhile are sent as well.
    """
    asked = wanted(os.environ)
    for refusal in asked.refusals:
        log.warning("nothing of this is exported: %s", refusal)
    if not (asked.traces or asked.metrics):
        return 0.0
    logging.getLogger("opentelemetry").setLevel(
        logging.ERROR
    )  # not a line for each attempt at a collector that is down
    recorder, stop = Recorder(), threading.Event()
    reading = service.guest("telemetry")
    thread = threading.Thread(
        target=_export, args=(recorder, stop, reading, asked, command), name="telemetry", daemon=True
    )

    def end() -> None:
        stop.set()
        thread.join(CLOSING_SECONDS)
        recorder.is_off = True

    recorder.ended = end
    service.observer = recorder
    thread.start()
    return CLOSING_SECONDS


def _export(recorder: Recorder, stop: threading.Event, reading: BudgetService, asked: Wanted, command: str) -> None:
    def account(session: str) -> dict[str, Any] | None:
        try:
            return reading.call_unobserved("budget/status", {"sessionId": session}, Cancellation())
        except Exception:  # it was deleted, or the store cannot be read now, or was closed meanwhile
            log.debug("the account of %s could not be read", session, exc_info=True)
            return None

    try:
        pipeline = _pipeline(asked, command, account)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "opentelemetry":
            raise
        log.warning("OpenTelemetry is asked for, and its SDK is missing, the extra `otel`: pip install %s", PACKAGES)
    except Exception as fault:  # a variable that the SDK cannot read, or a host it cannot make a client for
        log.warning("nothing is exported for OpenTelemetry: %s", fault)
    else:
        _drain(recorder, stop, pipeline)
    finally:
        recorder.is_off = True
        recorder.waiting.clear()


def _pipeline(asked: Wanted, command: str, account: Any) -> Pipeline:
    from ctxbudget_server.telemetry.pipeline import Pipeline, outlets

    return Pipeline(outlets(asked), command, account)


def _drain(recorder: Recorder, stop: threading.Event, pipeline: Pipeline) -> None:
    ending = False
    while not ending:
        ending = stop.wait(INTERVAL_SECONDS)  # before the last look
        while recorder.waiting:
            try:
                pipeline.take(recorder.waiting.popleft())
            except Exception:
                log.exception("a request could not be exported")
    pipeline.close()
