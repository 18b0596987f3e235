"""The server under test with a backend that misbehaves on demand, as a program.

Methods of the table are given test behaviours, so that the real dispatch is used:

budget/status     answers at once, with what it was given
tokens/count      sleeps `ms`, checking for cancellation every 5 ms (no lane)
metadata/extract  sleeps `ms`, deaf to cancellation (no lane)
context/add       sleeps `ms` and notes `n` (one lane per `sessionId`); `commitFirst` commits before it sleeps
context/list      the notes of a `sessionId` so far, in their order
context/get       returns a value that is not JSON, by `kind`
context/prune     fails, by `kind`
context/render    is not served
session/open      `watch: true` starts the news
budget/report     prints on every way to descriptor 1
"""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.limits import Limits
from ctxbudget_server.account.cancellation import Cancellation, Cancelled
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.service.tracked_session import TrackedSession
from ctxbudget_server.settings.source import FileSettings
from ctxbudget_server.store.shared_commit import SharedCommit


class FakeBackend:
    def __init__(self, root_uri: str | None) -> None:
        if root_uri and root_uri.endswith("/refused"):
            raise ProtocolError("storeTooNew", "the store is too new", path="x", found=9, supported=1)
        if root_uri and root_uri.endswith("/crash"):
            raise RuntimeError("secret of the constructor")
        self.root_uri = root_uri
        self.notes: dict[str, list[Any]] = {}
        self.changed = 0
        self.told = 0
        self.watched = self.follows = False
        self.warm = threading.Event()
        self.asked: list[float] = []

    def queue_key(self, method: str, params: dict[str, Any]) -> str | None:
        if method.startswith("context/"):
            return "lane-" + params.get("sessionId", "default")
        return None

    def call_quickly(self, method: str, params: dict[str, Any], cancellation: Cancellation) -> dict[str, Any]:
        return self.call(method, params, cancellation)

    def is_quick(self, method: str, params: dict[str, Any]) -> bool:
        return bool(params.get("quick"))

    def may_share_commit(self, method: str, params: dict[str, Any]) -> bool:
        return False

    def together(self) -> AbstractContextManager[SharedCommit]:
        raise NotImplementedError

    def watching(self) -> bool:
        return self.watched or self.follows

    def changes(self) -> list[tuple[str, dict[str, Any]]]:
        self.asked.append(time.monotonic())
        if os.environ.get("FAKE_NEWS_FAIL"):
            raise RuntimeError("no news today")
        if self.told == self.changed:
            return []
        self.told = self.changed
        return [("budget/didChange", {"changes": self.told})]

    def follow(self, session: str | None, alerts: bool = True) -> None:
        """What the settings follow; it leaves alone what the client watches."""
        self.follows = session is not None

    def followed(self, session: str, model: str | None, files: FileSettings | None = None) -> TrackedSession:
        return TrackedSession(None, Settings.of({}), Counter(model))

    def document_changed(self, uri: str, text: str | None) -> None:
        """Not of interest here."""

    def warm_up(self) -> None:
        self.warm.set()
        if os.environ.get("FAKE_WARM_UP_FAIL"):
            raise RuntimeError("cold")

    def close(self) -> None:
        if path := os.environ.get("FAKE_CLOSED"):
            Path(path).write_text("closed")
        time.sleep(float(os.environ.get("FAKE_CLOSE_SECONDS", "0")))

    def call(self, method: str, params: dict[str, Any], cancellation: Cancellation) -> dict[str, Any]:
        return getattr(self, method.replace("/", "_"))(params, cancellation)

    def budget_status(self, params, cancellation):
        return {"root": self.root_uri, "params": params, "warm": self.warm.wait(10)}

    def tokens_count(self, params, cancellation):
        end = time.monotonic() + params.get("ms", 0) / 1000
        while time.monotonic() < end:
            cancellation.check()
            time.sleep(0.005)
        cancellation.check()
        return {"slept": True}

    def metadata_extract(self, params, cancellation):
        end = time.monotonic() + params.get("ms", 0) / 1000
        while time.monotonic() < end:
            if params.get("spin"):
                sum(range(1000))
            else:
                time.sleep(0.01)
        return {"slept": True}

    def context_add(self, params, cancellation):
        if "n" not in params:
            raise invalid(["n"], "Field required", "missing")
        if params.get("commitFirst"):
            cancellation.commit()
        self.tokens_count(params, Cancellation() if params.get("commitFirst") else cancellation)
        if not params.get("commitFirst"):
            cancellation.commit()
        self.notes.setdefault(params.get("sessionId", ""), []).append(params["n"])
        self.changed += 1
        return {"n": params["n"]}

    def context_list(self, params, cancellation):
        return {"notes": self.notes.get(params.get("sessionId", ""), [])}

    def context_get(self, params, cancellation):
        if params["kind"] == "deep":
            nested: Any = []
            for _ in range(100_000):
                nested = [nested]
            return {"x": nested}
        if params["kind"] == "size":
            return {"text": "x" * params["bytes"]}
        return {
            "x": {"nan": math.nan, "set": {1, 2}, "object": object(), "surrogate": "\ud800", "bytes": b""}[
                params["kind"]
            ]
        }

    def context_prune(self, params, cancellation):
        kind = params["kind"]
        if kind == "system-exit":
            sys.exit(3)
        if kind == "cancelled":
            raise Cancelled
        if kind == "bad-error":
            raise ProtocolError("conflict", "a bad error", revision={1})
        if kind == "storeBusy":
            raise ProtocolError("storeBusy", "the store is busy", waitedMs=5000)
        raise RuntimeError("secret of the backend")

    def session_open(self, params, cancellation):
        self.watched = bool(params.get("watch"))
        return {"sessionId": "s"}

    def session_list(self, params, cancellation):
        return {"asked": self.asked, "threads": threading.active_count()}

    def budget_report(self, params, cancellation):
        print("a stray print", flush=True)
        os.write(1, b"a stray write to descriptor 1\n")
        os.system("echo a stray child")
        return {"stdin": sys.stdin.read()}


def main() -> int:
    from ctxbudget_server.rpc.connection import Served
    from ctxbudget_server.rpc.server import ServeOptions, serve

    logging.basicConfig(level=os.environ.get("FAKE_LOG", "WARNING"))
    limits = Limits(**json.loads(os.environ.get("FAKE_LIMITS", "{}")))
    serve(lambda root, client: Served(FakeBackend(root)), ServeOptions(limits=limits))


if __name__ == "__main__":
    sys.exit(main())
