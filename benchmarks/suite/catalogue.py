"""All probes, in the order of the table."""

from __future__ import annotations

from benchmarks.suite.probes import compressing, counting, fitting, memory, processes, servers, writes
from benchmarks.suite.rounds import Probe, Row

PROBES: tuple[Probe, ...] = (
    servers.PROBE,
    writes.PROBE,
    memory.PROBE,
    processes.PROBE,
    counting.PROBE,
    fitting.PROBE,
    compressing.PROBE,
)
ROWS: tuple[Row, ...] = tuple(row for probe in PROBES for row in probe.rows)
