"""What machine it is, without its name."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def described() -> dict[str, str]:
    """Cores, the model of the processor, memory and the system."""
    return {
        "processor": _value("/proc/cpuinfo", "model name") or platform.processor() or "unknown",
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
    }


def busy() -> float:
    """Processes that wanted a core in the last minute, per core: 1 or more is a machine with other work."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def _memory() -> str:
    kilobytes = _value("/proc/meminfo", "MemTotal").partition(" ")[0]
    return f"{int(kilobytes) / 2**20:.0f} GiB" if kilobytes else "unknown"


def _value(path: str, name: str) -> str:
    file = Path(path)
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
