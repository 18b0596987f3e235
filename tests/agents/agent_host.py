"""A coding agent as its hooks see it: a project, a transcript, and recorded payloads for the real command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidecar.sidecar_place import PATIENCE, PATIENT, Place, eventually

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.sidecar.endpoint import Endpoint, peer

PAYLOADS = Path(__file__).with_name("payloads")
COMMAND = [sys.executable, *PATIENT]
Done = subprocess.CompletedProcess[bytes]


@dataclass
class AgentHost:
    """One session of one host. `folder` is its project; the store lies beside it."""

    host: str
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def session(self) -> str:
        """The session id in the payloads."""
        return str(self.payload("SessionStart")["session_id"])

    @property
    def store(self) -> Path:
        return self.folder.with_name("store.db")

    @property
    def transcript(self) -> Path:
        name = {"codex": "rollout-1.jsonl"}.get(self.host, "session.jsonl")
        return self.folder.with_name("transcripts") / name

    @property
    def agent_transcript(self) -> Path:
        return self.transcript.with_suffix("") / "subagents" / "agent-abbda330adec47d10.jsonl"

    def payload(self, name: str, **changes: Any) -> dict[str, Any]:
        """A recorded payload, at home in this project."""
        text = (PAYLOADS / self.host / f"{name}.json").read_text()
        for word, path in (
            ("@PROJECT@", self.folder),
            ("@TRANSCRIPT@", self.transcript),
            ("@AGENT_TRANSCRIPT@", self.agent_transcript),
        ):
            text = text.replace(word, str(path))
        return {**json.loads(text), **changes}

    def tell(self, name: str, *options: str, **changes: Any) -> dict[str, Any]:
        """Send a recorded payload to the hook that is wired for it; what the host is told. Nothing may be amiss."""
        done = self.hook(name.partition("-")[0], self.payload(name, **changes), *options)
        assert (done.returncode, done.stderr) == (0, b"")
        answer: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
        return answer

    def hook(self, event: str, payload: Mapping[str, Any] | bytes, *options: str, **env: str) -> Done:
        """`ctxbudget hook EVENT` with a payload on stdin."""
        return self.run("hook", event, *options, stdin=payload, **env)

    def run(self, *words: str, stdin: Mapping[str, Any] | bytes = b"", **env: str) -> Done:
        """The command, in the project."""
        return subprocess.run(
            [*COMMAND, *words],
            input=stdin if isinstance(stdin, bytes) else json.dumps(stdin).encode(),
            capture_output=True,
            cwd=self.folder,
            env=self.environment(**env),
            check=False,
            timeout=60,
        )

    def environment(self, **more: str) -> dict[str, str]:
        """What the host gives its hooks."""
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CTXBUDGET_SESSION")}
        given = {"CTXBUDGET_STORE": str(self.store), "CLAUDE_PROJECT_DIR": str(self.folder)}
        return {**kept, **given, **self.env, **more}

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A request to the store that the hooks write to, answered in this process: a look costs no process."""
        services = BudgetService(Options(workspace=str(self.folder), store=str(self.store)), actor="test")
        try:
            return services.call(method, params, Cancellation())
        finally:
            services.close()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A request about the host's session."""
        return self.ask(method, **{"sessionId": self.session, **params})

    def items(self, session: str | None = None, **wanted: Any) -> list[dict[str, Any]]:
        """The items of the host's session."""
        params = {"sessionId": session} if session else {}
        return list(self.call("context/list", **params, **wanted)["items"])

    def write_transcript(self, lines: list[dict[str, Any]], path: Path | None = None) -> None:
        """A transcript in JSON Lines."""
        path = path or self.transcript
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def end_sidecar(folder: Path, store: Path) -> None:
    """End the sidecar that a hook has started for a project: it is nobody's child, but it can be asked who it is."""
    place = Place(folder, store)
    eventually(lambda: place.socket, "a socket")
    assert place.socket is not None
    endpoint = Endpoint(str(place.socket_folder), place.socket.name)
    connection = endpoint.connection(PATIENCE)
    process = peer(connection)[1]
    connection.close()
    endpoint.close()
    os.kill(process, signal.SIGTERM)
    eventually(lambda: not place.socket_folder.exists(), "its end")
