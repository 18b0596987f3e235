"""No request can reach the network: the spawned server ends at once if anything looks up a name or connects out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.documents import REPORT
from support.session import serve_command

from ctxbudget_protocol.methods import requests

GUARD = """
import os, sys

def guard(event, arguments):
    outward = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request")
    if event in ("socket.connect", "socket.sendto", "socket.bind"):
        outward = not isinstance(arguments[1], (str, bytes))
    if outward:
        os.write(2, f"network: {event} {arguments}\\n".encode())
        os._exit(99)

sys.addaudithook(guard)
"""

LAST = ("session/close", "session/archive", "session/export", "session/delete", "session/import")
"""What ends the account, in this order."""


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """An environment in which Python ends with code 99 when it goes for the network."""
    folder = tmp_path / "guard"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(GUARD)
    return {"PYTHONPATH": str(folder)}


def test_the_guard_works(guarded: dict[str, str]) -> None:
    look_up = "import socket; socket.getaddrinfo('localhost', 80)"
    connect = "import socket; socket.socket().connect(('127.0.0.1', 9))"

    for script in (look_up, connect):
        assert (
            subprocess.run([sys.executable, "-c", script], env=guarded, check=False, capture_output=True).returncode
            == 99
        )


def test_every_kind_of_request_stays_offline(tmp_path: Path, guarded: dict[str, str]) -> None:
    (tmp_path / "file.md").write_text(REPORT)
    asked: set[str] = set()
    with Client(
        serve_command(tmp_path), cwd=tmp_path, env=guarded, root=tmp_path, ignore={"budget/alert", "budget/didChange"}
    ) as client:

        def ask(method: str, **params: Any) -> Any:
            asked.add(method)
            return client.request(method, params)

        ask("session/open", watch=True, config={"autoPrune": True})
        ask("budget/allocate", strategy="fixed")
        ask("workflow/startPhase", phase=1)
        ask("workflow/startWave", phase=1, wave=1)
        lease = ask("budget/reserve", tokens=10, holder="a")["leaseId"]
        ask("budget/renew", leaseId=lease)
        ask("budget/settle", leaseId=lease, used=1)
        ask("budget/release", leaseId=ask("budget/reserve", tokens=10, holder="a")["leaseId"])
        item = ask("context/add", items=[{"layer": "transient", "path": "file.md", "wave": 1, "phase": 1}])["items"][0][
            "id"
        ]
        ask("context/handOver", path="file.md")
        ask("context/append", itemId=item, content="more")
        ask("context/update", itemId=item, title="t")
        pruned = ask("context/prune", target={"workflow": True})
        ask("context/undo", undo=pruned["undo"])
        ask("context/get", itemId=item, search="token")
        ask("context/search", query="token")
        ask("context/list")
        ask("context/search", query="token")
        ask("workflow/completeWave", phase=1, wave=1)
        ask("workflow/completePhase", phase=1)
        ask("context/restore", items=[item])
        for model in (None, "gpt-4", "gpt-oss-120b", "claude-opus-4-8", "gemini-2.5-pro", "deepseek-v3", "unheard-of"):
            for name, text in (("tokens/count", {"texts": [REPORT, "<|endoftext|>", " " * 1_100_000, "\ud800"]}),
                               ("tokens/fits", {"text": REPORT, "limit": 10}),
                               ("tokens/truncate", {"text": REPORT, "limit": 10})):  # fmt: skip
                ask(name, model=model, **text)
        for focus in (None, "clock skew"):
            ask("metadata/extract", path="file.md", focus=focus, maxTokens=100)
        speech = [{"role": role, "content": REPORT} for role in ("user", *("assistant", "user") * 4)]
        ask("context/fit", messages=speech, format="anthropic", maxTokens=200)
        ask("context/render", maxTokens=500, focus="clock skew")
        ask("usage/record", model="gpt-4o", counted=100, reported=110)
        ask("session/recalibrate")
        ask("budget/status")
        ask("budget/report", format="markdown")
        ask("session/list")
        ask("session/history")
        ask("store/losses")
        ask("store/acknowledge")
        for row in requests():
            if row.name not in {*asked, *LAST}:
                assert row.example is not None, f"{row.name} has no example"
                ask(row.name, **{name: value for name, value in row.example.params.items() if name != "sessionId"})
        ask("session/close")
        ask("session/archive")
        lines = ask("session/export")["lines"]
        ask("session/delete")
        ask("session/import", lines=lines)

    assert asked == {method.name for method in requests()}
