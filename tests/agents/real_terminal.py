"""Claude Code as a person has it: in a terminal, with keys."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import termios
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agents.real_hosts import PATIENCE_SECONDS, RealHost

ROWS, COLUMNS = 40, 120


class Terminal:
    """The program in a terminal. What it shows is read and forgotten; what it did is in its transcript."""

    def __init__(self, host: RealHost, *words: str) -> None:
        self.session = str(uuid.uuid4())
        self._folder = host.home / ".claude"
        self._asked_before(host)
        self._keys, screen = pty.openpty()
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            [host.program, *words, "--session-id", self.session],
            cwd=host.folder,
            env=host.own_environment(
                CLAUDE_CONFIG_DIR=str(self._folder),
                ANTHROPIC_BASE_URL=host.model.url,
                ANTHROPIC_API_KEY="none",
                TERM="xterm-256color",
            ),
            stdin=screen,
            stdout=screen,
            stderr=screen,
            start_new_session=True,
        )
        os.close(screen)
        self._ended = threading.Event()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _asked_before(self, host: RealHost) -> None:
        """What the program asks a person once: about its colours, the key and the folder."""
        trusted = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
        answers: dict[str, Any] = {"hasCompletedOnboarding": True, "theme": "dark"}
        answers |= {"customApiKeyResponses": {"approved": ["none"], "rejected": []}}
        answers |= {"projects": {str(host.folder): trusted}}
        self._folder.mkdir(exist_ok=True)
        (self._folder / ".claude.json").write_text(json.dumps(answers))

    def _read(self) -> None:
        while not self._ended.is_set():
            if select.select([self._keys], [], [], 0.1)[0]:
                try:
                    os.read(self._keys, 65_536)
                except OSError:  # the program has closed it
                    return

    def rows(self) -> list[dict[str, Any]]:
        """The transcript."""
        files = list(self._folder.glob(f"projects/*/{self.session}.jsonl"))
        lines = files[0].read_text("utf-8").splitlines() if files else []
        return [json.loads(line) for line in lines if line.endswith("}")]

    def until(self, what: str, says: Callable[[list[dict[str, Any]]], bool], again: str = "") -> None:
        """Until the transcript says something; `again` are keys that are pressed every few seconds meanwhile."""
        begun = pressed = time.monotonic()
        while not says(self.rows()):
            now = time.monotonic()
            if now > begun + PATIENCE_SECONDS:
                pytest.fail(f"{what}: never")
            if again and now > pressed + 2:
                os.write(self._keys, again.encode())
                pressed = now
            time.sleep(0.1)

    def say(self, text: str) -> None:
        """Type a prompt, and wait until it has been answered."""
        before = answers(self.rows())
        os.write(self._keys, text.encode())
        self.until("an answer", lambda rows: answers(rows) > before, again="\r")

    def end(self) -> None:
        """Close the terminal."""
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)
        self._ended.set()
        self._reading.join()
        os.close(self._keys)


def answers(rows: list[dict[str, Any]]) -> int:
    """How many turns have ended."""
    return sum(row["type"] == "assistant" and row["message"]["stop_reason"] == "end_turn" for row in rows)


def cuts(rows: list[dict[str, Any]]) -> list[str]:
    """What started each compaction."""
    return [row["compactMetadata"]["trigger"] for row in rows if row.get("subtype") == "compact_boundary"]


@contextmanager
def terminal(host: RealHost, *words: str) -> Iterator[Terminal]:
    """A terminal, with the program in it until the block ends."""
    opened = Terminal(host, *words)
    try:
        yield opened
    finally:
        opened.end()
