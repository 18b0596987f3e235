"""A tiny server for the tests of the client: what it does with a request is the request's method."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

IN, OUT = sys.stdin.buffer, sys.stdout.buffer
STUBBORN = "--stubborn" in sys.argv
"""Ends neither by `exit` nor by the end of its input."""


def read() -> dict[str, Any] | None:
    length = 0
    while (line := IN.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(IN.read(length)) if line else None


def write(message: dict[str, Any]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    OUT.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    OUT.flush()


def answer(request: dict[str, Any], result: Any) -> None:
    write({"id": request["id"], "result": result})


def main() -> int:
    held: list[dict[str, Any]] = []
    cancelled: list[int] = []
    replies: list[dict[str, Any]] = []
    shut_down = False
    while (message := read()) is not None:
        method, params = message.get("method"), message.get("params")
        match method:
            case "initialize":
                answer(message, {"capabilities": {}, "serverInfo": {"name": "fake"}, "params": params})
            case "echo":
                answer(message, params)
            case "environment":
                answer(
                    message,
                    {"cwd": str(Path.cwd()), "value": os.environ.get(params["name"]), "PATH": "PATH" in os.environ},
                )
            case "fail":
                write({"id": message["id"], "error": {"code": 1001, "message": "does not fit", "data": params}})
            case "hold":
                held.append(message)
            case "letGo":
                for one in reversed(held):
                    answer(one, one["params"])
                answer(message, len(held))
                held.clear()
            case "tell":
                for i in range(params["times"]):
                    write({"method": params["method"], "params": {"number": i}})
                answer(message, {})
            case "askBack":
                write({"id": "s1", "method": "workspace/configuration", "params": {"items": []}})
                held.append(message)
            case "silence":
                pass
            case "cancelled":
                answer(message, cancelled)
            case "$/cancelRequest":
                cancelled.append(params["id"])
            case "die":
                print("the last words", file=sys.stderr, flush=True)
                os._exit(7)
            case "closeOutput":
                os.close(1)
            case "garbage":
                OUT.write(b"Traceback (most recent call last)\n  nonsense\n")
                OUT.flush()
            case "stopReading":
                answer(message, {})
                time.sleep(600)
            case "shutdown":
                shut_down = True
                if not STUBBORN:
                    answer(message, None)
            case "exit":
                if not STUBBORN:
                    return 0 if shut_down else 1
            case None:
                replies.append(message)
                answer(held.pop(), replies)
    while STUBBORN:
        time.sleep(1)
    return 0 if shut_down else 1


if __name__ == "__main__":
    sys.exit(main())
