"""How `ctxbudget mcp` ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """While it waits for the host's next line, as it does nearly always."""
    command = [sys.executable, "-m", "ctxbudget_server", "mcp", "--workspace", str(tmp_path)]
    command += ["--store", str(tmp_path / "store.db")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(json.dumps(HELLO).encode() + b"\n")
        assert b'"result"' in process.stdout.readline()
        process.send_signal(number)
        assert process.wait(30) == code
        assert process.stderr.read() == b""
