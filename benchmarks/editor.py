"""What a keystroke costs the server in a document of 1 MB, how late a session's change is, and what a folder costs.

    python benchmarks/editor.py

CPU of the server's process (Linux: from /proc), its user and system time over many keystrokes. A keystroke is a
`textDocument/didChange` of one character and an inlay hint request that is answered for it. The full count is
`tokens/count` of the same text. Diagnostics come after a pause, once for many keystrokes; they are not in the figures.
The folder has 5,000 files; while it is counted in the background, somebody types in a small document.
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

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.client import Client as RawClient

KEYS = 100
FILES = 5_000
CLOCK = os.sysconf("SC_CLK_TCK")
PARAGRAPH = "A paragraph of some length, with words, figures like 1,024 and `code`, as they stand in plans.\n"


def document(sections: int) -> str:
    """1 MB of Markdown."""
    body = PARAGRAPH * (1_000_000 // len(PARAGRAPH) // sections)
    return "# Title\n\n" + "".join(f"## Section {n}\n\n{body}\n" for n in range(sections))


class Typist:
    """An editor with one document open."""

    def __init__(self, client: Client | RawClient, pid: int, uri: str, text: str) -> None:
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

    def timed_key(self) -> float:
        """Seconds on the clock until a keystroke's hints are there."""
        begin = time.perf_counter()
        self.key(2, 0, "x", 0, 100)
        return time.perf_counter() - begin

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


def command(folder: str) -> list[str]:
    """The command of a server in a folder."""
    return [sys.executable, "-m", "ctxbudget_server", "serve", "--workspace", folder, "--store", f"{folder}/s.db"]


def start(folder: str, **options: Any) -> Client:
    """A server in a folder."""
    return Client.spawn(command(folder), cwd=folder, timeout=120, **options)


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


def folder_opened(folder: str) -> None:
    """What counting an opened folder costs, and how long a keystroke's hints take meanwhile and afterwards."""
    size = 0
    for number in range(FILES):
        file = Path(folder, f"part-{number % 50}", f"{number}.md")
        file.parent.mkdir(exist_ok=True)
        text = f"# File {number}\n\n" + f"## Section\n\n{PARAGRAPH * (number % 7 + 3)}\n" * 8
        size += len(text)
        file.write_text(text)
    root = [{"uri": Path(folder).as_uri(), "name": "folder"}]
    capabilities = {"window": {"workDoneProgress": True}}
    hello = {"processId": None, "rootUri": None, "workspaceFolders": root, "capabilities": capabilities}
    with RawClient(command(folder), cwd=folder, handshake=False, ignore={"textDocument/publishDiagnostics"}) as client:
        client.initialize_result = client.request(
            "initialize", {**hello, "capabilities": {"window": {"workDoneProgress": True}}}
        )
        client.notify("initialized", {})
        typist = Typist(client, client.process.pid, Path(folder, "notes.md").as_uri(), "# Notes\n\n" + PARAGRAPH * 500)
        begin, cpu = time.perf_counter(), typist.cpu()
        meanwhile: list[float] = []
        while not counted(client):
            meanwhile.append(typist.timed_key())
            time.sleep(0.01)
        took, cost, memory = time.perf_counter() - begin, typist.cpu() - cpu, resident(typist.pid)
        after = [typist.timed_key() for _ in range(200)]
    print(f"\nA folder with {FILES:,} files, {size / 1e6:.0f} MB, is counted in {took:.1f} s with {cost:.1f} s of CPU, "
          f"typing included; {memory} MB are resident.\nA keystroke's hints meanwhile: {figures(meanwhile)}.\n"
          f"Afterwards: {figures(after)}.")  # fmt: skip


def counted(client: RawClient) -> bool:
    """Whether the folder is counted; the progress is let happen."""
    done = False
    for message in client.drop_unread():
        if message["method"] == "window/workDoneProgress/create":
            client.respond(message["id"])
        done = done or message["method"] == "window/logMessage"
    return done


def figures(times: list[float]) -> str:
    """Median and 99th percentile."""
    times = sorted(times)
    latest = times[len(times) * 99 // 100]
    return f"{statistics.median(times) * 1e3:.1f} ms in the median, 99 % within {latest * 1e3:.0f} ms"


def resident(pid: int) -> int:
    """Megabytes of a process in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


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
    with tempfile.TemporaryDirectory() as folder:
        folder_opened(folder)


if __name__ == "__main__":
    main()
