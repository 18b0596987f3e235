"""A project that an editor opens, and what another process does in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = Path(str(files("ctxbudget_server.demo") / "examples"))
REPORT = "reports/001-rate-limiting-algorithms.md"


def make_project(folder: Path) -> Path:
    """A copy of the example documents, as a workspace."""
    shutil.copytree(EXAMPLES, folder)
    (folder / "ctxbudget.toml").write_text("contextWindow = 25000\n")
    return folder


def pasted(page: str, language: str, number: int = 0) -> str:
    """What a page of the documentation says to paste: one of its blocks in a language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", (DOCS / page).read_text())[number]


def call(workspace: Path, method: str, **params: Any) -> dict[str, Any]:
    """What another process does to the session by itself: the editor's server is not asked to do it."""
    command = [sys.executable, "-m", "ctxbudget_server", "call", method, json.dumps(params)]
    alone = {**os.environ, "CTXBUDGET_SOCKET": "off"}
    done = subprocess.run(command, cwd=workspace, env=alone, capture_output=True, text=True, check=True, timeout=30)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def add(workspace: Path, tokens: int) -> dict[str, Any]:
    """Another process brings so much into the context."""
    return call(workspace, "context/add", items=[{"layer": "transient", "tokens": tokens}])
