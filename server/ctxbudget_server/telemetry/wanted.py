"""Which signals are exported, by the standard variables. All else that they set is read by the SDK itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
PROTOCOL = "http/protobuf"
"""The only one that is offered; gRPC would bring a runtime with threads of its own, and collectors take both."""


class Wanted(NamedTuple):
    """The signals that are asked for, and what cannot be done of that, in words."""

    traces: bool
    metrics: bool
    refusals: tuple[str, ...]


def wanted(variables: Mapping[str, str]) -> Wanted:
    """What the variables ask for: nothing, unless an endpoint or an exporter is named."""
    if variables.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return Wanted(False, False, ())
    refusals: dict[str, None] = {}
    traces, metrics = (_exported(variables, signal, refusals) for signal in ("TRACES", "METRICS"))
    return Wanted(traces, metrics, tuple(refusals))


def _exported(variables: Mapping[str, str], signal: str, refusals: dict[str, None]) -> bool:
    names = list(_exporters(variables, signal))
    for name in names:
        if name not in ("otlp", "none"):
            refusals[f"OTEL_{signal}_EXPORTER: only otlp is offered, and standard output belongs to the protocol"] = (
                None
            )
    if "otlp" not in names:
        return False
    for variable in (f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if protocol := variables.get(variable, "").strip().lower():
            if protocol != PROTOCOL:
                refusals[f"{variable}: only {PROTOCOL} is offered (collectors listen for it on port 4318)"] = None
            return protocol == PROTOCOL
    return True


def _exporters(variables: Mapping[str, str], signal: str) -> Iterator[str]:
    named = [name.strip().lower() for name in variables.get(f"OTEL_{signal}_EXPORTER", "").split(",") if name.strip()]
    if named:
        yield from named
    elif variables.get(ENDPOINT, "").strip() or variables.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT", "").strip():
        yield "otlp"
