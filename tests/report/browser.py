"""Chromium, steered from Node, for pages that tests have written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]

SECONDS = 300.0
"""How long all visits may take on a machine that does much else."""


def packages() -> tuple[Path, str, str]:
    """The folder of what steers the browser, the browser, and Node. Skips where one is missing."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    hosts = os.environ.get("CTXBUDGET_HOSTS")
    folder = (Path(hosts) if hosts else cache / "ctxbudget-hosts") / "browser"
    chromium, node = shutil.which("chromium"), shutil.which("node")
    if not ((folder / "installed").exists() and chromium and node):
        pytest.skip("a browser is not installed: run .ci/install-browser")
    return folder, chromium, node


def visits(wanted: Sequence[Json]) -> list[Json]:
    """What the browser saw of each page; browser.mjs says what can be wanted. Skips where there is no browser."""
    folder, chromium, node = packages()
    done = subprocess.run(
        [node, str(Path(__file__).with_name("browser.mjs")), str(folder), chromium],
        input=json.dumps(wanted), capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen: list[Json] = json.loads(done.stdout)
    return seen
