"""What a keystroke costs the server in a document of 1 MB, against a full count, and how late a session's change is.

    python benchmarks/editor.py

CPU of the server's process (Linux: from /proc), its user and system time over many keystrokes. A keystroke is a
`textDocument/didChange` of one character and an inlay hint request that is answered for it. The full count is
`tokens/count` of the same text. Diagnostics come after a pause, once for many keystrokes; they are not in the figures.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ctxbudget_client import Client

KEYS = 100
CLOCK = os.sysconf("SC_CLK_TCK")
PARAGRAPH = "A paragraph of some length, with words, figures like 1,024 and `code`, as they stand in plans.\n"


def document(sections: int) -> str:
    """1 MB of Markdown."""
    body = PARAGRAPH * (1_000_000 // len(PARAGRAPH) // sections)
    return "# Title\n\n" + "".join(f"## Section {n}\n\n{body}\n" for n in range(sections))


class Typist:
    """An editor with one document open."""

    def __init__(self, client: Client, pid: int, uri: str, text: str) -> None:
        self.client, self.pid, self.uri, self.version = client, pid, uri, 1
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
        client.notify("textDocument/didOpen", {"textDocument": item})

    def cpu(self) -> float:
        """CPU seconds of the server so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK

    def key(self, line: int, character: int, text: str, first: int, last: int) -> None:
        """Type and wait for the hints of some lines."""
        self.version += 1
        place = {"line": line, "character": character}
        change = {"range": {"start": place, "end": place}, "text": text}
        document = {"uri": self.uri, "version": self.version}
        self.client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        lines = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}
        self.client.request("textDocument/inlayHint", {"textDocument": {"uri": self.uri}, "range": lines})

    def keys(self, line: int, first: int, last: int) -> float:
        """Milliseconds of CPU for each of many keystrokes in a line."""
        self.key(line, 0, "x", first, last)
        before = self.cpu()
        for number in range(KEYS):
            self.key(line, 1 + number, "x", first, last)
        return (self.cpu() - before) / KEYS * 1e3


def full_count(client: Client, typist: Typist, text: str) -> float:
    """Milliseconds of CPU of a full count."""
    client.request("tokens/count", {"texts": ["warm"]})
    before = typist.cpu()
    for _ in range(3):
        client.request("tokens/count", {"texts": [text]})
    return (typist.cpu() - before) / 3 * 1e3


def start(folder: str, **options: Any) -> Client:
    """A server in a folder."""
    command = [sys.executable, "-m", "ctxbudget_server", "serve", "--workspace", folder, "--store", f"{folder}/s.db"]
    return Client.spawn(command, cwd=folder, timeout=120, **options)


def typing(sections: int, folder: str) -> None:
    """One row of the table."""
    text = document(sections)
    lines = text.count("\n")
    with start(folder) as client:
        typist = Typist(client, client.pid, Path(folder, "a.md").as_uri(), text)
        full = full_count(client, typist, text)
        screen = typist.keys(lines // 2, lines // 2 - 30, lines // 2 + 30)
        whole = typist.keys(lines // 2, 0, lines)
        typist.key(2, 0, "```\n", 0, lines)
        before = typist.cpu()
        for number in range(10):
            typist.key(2, 0, "```\n" if number % 2 else "\n```\n", 0, lines)
        fence = (typist.cpu() - before) / 10 * 1e3
    print(f"| {sections:,} | {full:.0f} | {screen:.1f} ({screen / full:.1%}) | {whole:.1f} | {fence:.1f} |")


def lateness(folder: str) -> None:
    """How long after another process has answered a write the editor hears of it."""
    times: list[float] = []
    with start(folder, options={"watch": True}) as editor, start(folder) as harness:
        harness.request("session/open", {"sessionId": "run"})
        for _ in range(20):
            time.sleep(0.3)
            harness.request("context/add", {"sessionId": "run", "items": [{"layer": "phase", "tokens": 1}]})
            begin = time.perf_counter()
            while True:
                found = editor.wait_notification("budget/didChange", 10)
                if found is None or found.params["status"]["retained"] == len(times) + 1:
                    break
            times.append(time.perf_counter() - begin)
    print(f"\nA change by another process is told after {statistics.median(times) * 1e3:.0f} ms (median), "
          f"{max(times) * 1e3:.0f} ms at most.")  # fmt: skip


def main() -> None:
    """Print the tables."""
    print("CPU in ms for 1 MB:\n")
    print("| sections | full count | key, hints of a screen | hints of all | fence opens or closes |")
    print("| --- | --- | --- | --- | --- |")
    for sections in (1, 100, 2_000):
        with tempfile.TemporaryDirectory() as folder:
            typing(sections, folder)
    with tempfile.TemporaryDirectory() as folder:
        lateness(folder)


if __name__ == "__main__":
    main()
