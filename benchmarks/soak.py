"""Whether a server that works for hours grows: its memory, descriptors and threads under a mixed load.

    python benchmarks/soak.py [--minutes 60] [--warm-up 15] [--share 0.15] [--fill 30] [--samples FILE]

One server, driven as a harness, an editor and short callers drive it together: a watched session that items enter, that
is pruned, undone and rendered; documents opened, typed in, looked at and closed; message arrays fitted; artifacts
extracted; requests cancelled; one-shot calls over the sidecar's socket; sessions opened, used and deleted. Every answer
is checked for its shape, and an error that the workload does not expect ends the run. Linux only: the figures are from
/proc. `--share` is the part of one core that the server and this program together may take; the warm-up takes twice as
much. Before it, caches with a bound are filled by long conversations and many renderings (`--fill` of each): what grows
after that has no bound.

Growth is the median of the last tenth of the measured time over the median of its first tenth, less one. The run fails
(exit code 1) at a growth of the memory of 2 % or more, or when the median of open descriptors in the last tenth is
above the most in the first half of all the time: a worker thread holds three, and there are more in a burst.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.client import Client
from support.documents import REPORT
from support.session import serve_command

from ctxbudget_server.sidecar.client import ask_sidecar
from ctxbudget_server.sidecar.identity import identity
from ctxbudget_server.sidecar.wire import OneShotRequest
from ctxbudget_server.store.keys import passing_key

SAMPLE_SECONDS = 5.0
MAX_GROWTH = 0.02
EXPECTED_ERRORS = {"requestCancelled", "conflict", "contentModified", "budgetExceeded"}
"""What the workload itself provokes: a cancelled request, an undo of items that changed, a lease that does not fit."""
LIFE_OF_A_SESSION = 40
"""Rounds after which the watched session is deleted and opened again, so that the work for one round stays the same."""
WORDS = sorted(set(re.findall("[a-z]{4,}", REPORT)))

Json = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """The server at one moment: seconds since the start, KiB of memory, and what it holds open."""

    at: float
    pss: int
    rss: int
    private: int
    descriptors: int
    threads: int
    rounds: int

    @classmethod
    def of(cls, pid: int, at: float, rounds: int) -> Sample:
        """What /proc says of a process now."""
        memory = Counter[str]()
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, _, figure = line.partition(":")
            memory[name] = int(figure.split()[0])
        descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
        private = memory["Private_Dirty"] + memory["Private_Clean"]
        return cls(at, memory["Pss"], memory["Rss"], private, descriptors, threads, rounds)

    def line(self) -> str:
        """One line of the samples file."""
        return (
            f"{self.at:.0f}\t{self.pss}\t{self.rss}\t{self.private}\t{self.descriptors}\t{self.threads}\t{self.rounds}"
        )


class Load:
    """The mixed work, one round at a time, against a server over stdio and its sidecar's socket."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.store = folder / "state" / "store.db"
        self.random = random.Random(seed)
        self.calls: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.rounds = 0
        self.life = 0
        self.documents: dict[str, tuple[int, str]] = {}
        self.conversation: list[Json] = []
        self.client = Client(serve_command(folder), cwd=folder, root=folder, timeout=120)
        self.begin_session()

    # ------------------------------------------------------------------ speaking

    def send(self, method: str, **params: Any) -> int | str:
        """Ask without waiting."""
        self.calls[method] += 1
        return self.client.send_request(method, params)

    def answer(self, message_id: int | str) -> Json | None:
        """The result; None for an error that the workload provokes."""
        response = self.client.response(message_id)
        if "error" in response:
            name = response["error"]["data"]["name"]
            if name not in EXPECTED_ERRORS:
                raise AssertionError(f"an unexpected answer: {json.dumps(response)[:2000]}")
            self.errors[name] += 1
            return None
        result: Json = response["result"]
        return result

    def ask(self, method: str, **params: Any) -> Json | None:
        """Ask and wait."""
        return self.answer(self.send(method, **params))

    def of_session(self, method: str, **params: Any) -> Json | None:
        """Ask about the watched session."""
        return self.ask(method, sessionId=self.session, **params)

    def settle(self) -> None:
        """Answer what the server asks, and let go of what has been read."""
        for message in self.client.drop_unread():
            if "method" in message:
                self.calls[f"<- {message['method']}"] += 1
                if "id" in message:
                    self.client.respond(message["id"])
        self.client.frames.clear()

    # ------------------------------------------------------------------ material

    def sentence(self, words: int = 12) -> str:
        """A sentence that was most likely never said before."""
        chosen = [self.random.choice(WORDS) for _ in range(words)]
        return " ".join([*chosen, f"{self.random.randrange(10**6)}."]).capitalize()

    def text(self, sections: int) -> str:
        """A report with headings, a list and recommendations."""
        parts = [f"# Report {self.random.randrange(10**6)}"]
        for n in range(sections):
            parts.append(f"## Finding {n}: {self.sentence(5)}")
            parts += [" ".join(self.sentence() for _ in range(4)), f"- {self.sentence()}\n- see `pkg/file_{n}.py`"]
        return "\n\n".join([*parts, "## Recommendations", f"1. {self.sentence()}", f"2. {self.sentence()}"]) + "\n"

    # ------------------------------------------------------------------ the parts of a round

    def begin_session(self) -> None:
        """A watched session that begins with nothing."""
        self.session = f"soak-{self.life}"
        self.life += 1
        self.of_session("session/open", watch=True, config={"contextWindow": 60_000})
        self.items: list[str] = []

    def end_session(self) -> None:
        """Delete the watched session."""
        self.of_session("session/delete")

    def enter(self) -> None:
        """Several items at once, without waiting between them; one of them grows."""
        asked = [
            self.send(
                "context/add",
                sessionId=self.session,
                items=[{"layer": "transient", "kind": "report", "phase": n % 3, "content": self.text(3)}],
            )
            for n in range(4)
        ]
        for message_id in asked:
            if added := self.answer(message_id):
                self.items.append(added["items"][0]["id"])
        self.of_session("context/update", itemId=self.items[-1], title=self.sentence(4), pinned=False)
        self.of_session("context/append", itemId=self.items[-1], content=self.sentence(40))

    def prune(self) -> None:
        """Prune what has entered, take it back, and prune it for good."""
        found = self.of_session("context/prune", target={"items": self.items[-3:]})
        if found and found["undo"]:
            self.of_session("context/undo", undo=found["undo"])
        self.of_session("context/prune", target={"layer": "transient"}, policy="aggressive")
        self.of_session("context/restore", items=self.items[-1:])
        self.of_session("context/prune", target={"items": self.items[-1:]})

    def read(self) -> None:
        """Everything that is only read."""
        self.of_session("budget/status")
        self.of_session("context/list", limit=20)
        self.of_session("context/get", itemId=self.items[0])
        self.of_session("context/search", query="gateway")
        self.of_session("context/render", maxTokens=4_000)
        if self.rounds % 10 == 0:
            self.of_session("budget/report")
            self.ask("session/list")

    def extract(self) -> None:
        """Metadata and counts of what is stored nowhere."""
        self.ask("metadata/extract", content=self.text(8), maxTokens=200, focus="clock skew")
        self.ask("tokens/count", texts=[self.text(2)])
        self.ask("tokens/truncate", text=self.text(3), limit=100)

    def reserve(self) -> None:
        """A lease that is used."""
        if lease := self.of_session("budget/reserve", tokens=500, holder="agent", ttlMs=60_000):
            self.of_session("budget/settle", leaseId=lease["leaseId"], used=300)

    def fit(self) -> None:
        """One more turn of a conversation, cut to size; it begins again after forty."""
        n = len(self.conversation)
        if n > 80:
            self.conversation, n = [], 0
        call = f"toolu_{self.random.randrange(10**9)}"
        use = {"type": "tool_use", "id": call, "name": "Read", "input": {"file_path": f"pkg/file_{n}.py"}}
        result = {"type": "tool_result", "tool_use_id": call, "content": self.text(6)}
        if not self.conversation:
            self.conversation.append({"role": "user", "content": self.sentence()})
        self.conversation += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
        self.of_session("context/fit", messages=self.conversation, format="anthropic", maxTokens=6_000)

    def cancel(self) -> None:
        """Work that is not wanted any more."""
        asked = [
            self.send("metadata/extract", content=self.text(150)),
            self.send("context/render", sessionId=self.session, maxTokens=50_000, focus=self.sentence()),
            self.send("context/prune", sessionId=self.session, target={"workflow": True}, dryRun=True),
        ]
        for message_id in asked:
            self.client.cancel(message_id)
        for message_id in asked:
            self.answer(message_id)

    def edit(self) -> None:
        """Open a document, type in those that are open, look at them, and close the oldest."""
        uri = (self.folder / f"document-{self.rounds}.md").as_uri()
        text = self.text(10)
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})
        self.documents[uri] = (1, text)
        for name, (version, _) in list(self.documents.items()):
            typed = version + 1
            place = {"line": 2, "character": 0}
            change = {"range": {"start": place, "end": place}, "text": self.sentence(3)}
            self.client.notify(
                "textDocument/didChange",
                {"textDocument": {"uri": name, "version": typed}, "contentChanges": [change]},
            )
            self.documents[name] = (typed, "")
            self.look(name)
        while len(self.documents) > 4:
            oldest = next(iter(self.documents))
            del self.documents[oldest]
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": oldest}})

    def look(self, uri: str) -> None:
        """What an editor asks of a document that it shows."""
        document = {"uri": uri}
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 10_000, "character": 0}}
        for method, more in (
            ("textDocument/inlayHint", {"range": whole}),
            ("textDocument/codeLens", {}),
            ("textDocument/hover", {"position": {"line": 0, "character": 3}}),
            ("textDocument/codeAction", {"range": whole, "context": {"diagnostics": []}}),
        ):
            self.ask(method, textDocument=document, **more)

    def one_shot(self) -> None:
        """What hooks and scripts do: a request over the sidecar's socket."""
        workspace = os.path.realpath(self.folder)
        for words, params in (
            (["budget/status"], {"sessionId": self.session}),
            (["context/add"], {"sessionId": self.session, "items": [{"layer": "transient", "tokens": 5}]}),
        ):
            body = json.dumps(params).encode()
            ask = OneShotRequest(identity(workspace, str(self.store), "full", []), passing_key(), "call", words, body)
            answer = ask_sidecar(ask, workspace, str(self.store))
            self.calls["one-shot" if answer else "one-shot unanswered"] += 1
            if answer is not None and answer.code:
                raise AssertionError(f"a one-shot call ended {answer.code}: {answer.stderr!r}")

    def short_session(self) -> None:
        """A session from its opening to its end."""
        name = f"short-{self.rounds}"
        self.ask("session/open", sessionId=name, watch=bool(self.rounds % 2))
        self.ask("workflow/startPhase", sessionId=name, phase=1)
        self.ask("context/add", sessionId=name, items=[{"layer": "transient", "content": self.text(2)}])
        self.ask("workflow/completePhase", sessionId=name, phase=1)
        self.ask("session/close", sessionId=name)
        self.ask("session/delete", sessionId=name)

    def fill(self, times: int, pause: Callable[[], None]) -> None:
        """Ask for so much that is worked out once that every cache has what it keeps at most."""
        for n in range(times):
            messages: list[Json] = [{"role": "user", "content": self.sentence()}]
            for at in range(500):
                call = f"toolu_{n}_{at}"
                use = {"type": "tool_use", "id": call, "name": "Read", "input": {"file_path": f"pkg/file_{n}_{at}.py"}}
                result = {"type": "tool_result", "tool_use_id": call, "content": self.text(8)}
                messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
            self.ask("context/fit", messages=messages, format="anthropic", maxTokens=20_000 + n)
            pause()
        self.ask("session/delete", sessionId="archive")
        for _ in range(25):
            self.enter()
        for _ in range(times * 2):
            self.of_session("context/render", maxTokens=5_000, focus=self.sentence())
            self.settle()
            pause()
        self.end_session()
        self.begin_session()

    def parts(self) -> Iterator[Callable[[], None]]:
        """The parts of one round, in an order of its own."""
        parts = [
            self.enter, self.prune, self.read, self.extract, self.reserve, self.fit, self.cancel, self.edit,
            self.one_shot, self.short_session,
        ]  # fmt: skip
        first, rest = parts[0], parts[1:]
        self.random.shuffle(rest)
        yield from (first, *rest)

    def round(self, pause: Callable[[], None]) -> None:
        """Each part once, with a pause after each."""
        for part in self.parts():
            part()
            self.settle()
            pause()
        self.rounds += 1
        if self.rounds % LIFE_OF_A_SESSION == 0:
            self.end_session()
            self.begin_session()


class Pace:
    """Pauses that keep the CPU of some processes at a share of one core."""

    def __init__(self, pid: int, share: float) -> None:
        self._pid = pid
        self.share = share
        self._spent, self._at = self._cpu(), time.monotonic()

    def _cpu(self) -> float:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def pause(self) -> None:
        """Sleep until the work since the last pause is its share of the time since then."""
        spent, now = self._cpu(), time.monotonic()
        rest = (spent - self._spent) / self.share - (now - self._at)
        if rest > 0:
            time.sleep(min(rest, 30.0))
            self._spent, self._at = self._cpu(), time.monotonic()


def growth(first: list[Sample], last: list[Sample], name: str) -> float:
    """The median of `name` in the last samples over that in the first ones, less one."""
    before, after = (statistics.median(getattr(sample, name) for sample in part) for part in (first, last))
    return after / before - 1


@dataclass(frozen=True)
class Plan:
    """How long, in minutes or rounds, and how hard."""

    minutes: float
    rounds: int
    warm_up: float
    share: float
    fill: int


def soak(plan: Plan, out: TextIO) -> tuple[list[Sample], list[Sample], Load]:
    """Work; the samples of the warm-up and those after it, and what was done."""
    warm: list[Sample] = []
    samples: list[Sample] = []
    with tempfile.TemporaryDirectory(prefix="ctxbudget-soak-") as name:
        load = Load(Path(name), seed=11)
        pid = load.client.process.pid
        began = sampled = time.monotonic()
        pace = Pace(pid, min(1.0, plan.share * 2))
        out.write("seconds\tpss\trss\tprivate\tdescriptors\tthreads\trounds\n")

        def pause() -> None:
            nonlocal sampled
            pace.pause()
            now = time.monotonic()
            if now - sampled >= SAMPLE_SECONDS:
                sampled = now
                sample = Sample.of(pid, now - began, load.rounds)
                out.write(sample.line() + "\n")
                out.flush()
                if load.rounds == 0 or sample.at < plan.warm_up * 60:
                    warm.append(sample)
                else:
                    pace.share = plan.share
                    samples.append(sample)

        try:
            load.fill(plan.fill, pause)
            while time.monotonic() - began < plan.minutes * 60 and load.rounds < plan.rounds:
                load.round(pause)
            samples.append(Sample.of(pid, time.monotonic() - began, load.rounds))
            load.settle()
            load.client.shutdown()
            load.settle()
            load.client.close()
        finally:
            load.client.kill()
    return warm, samples, load


def show(samples: list[Sample], load: Load) -> None:
    """Print the figures."""
    first, last = ends(samples)
    print(f"{len(samples)} samples over {(samples[-1].at - samples[0].at) / 60:.1f} minutes after the warm-up")
    print(f"{sum(load.calls.values()):,} calls and messages in {load.rounds:,} rounds; provoked: {dict(load.errors)}")
    for name in ("pss", "rss", "private", "descriptors", "threads"):
        before, after = (statistics.median(getattr(s, name) for s in part) for part in (first, last))
        most = max(getattr(sample, name) for sample in samples)
        print(f"{name:12} {before:10,.0f} -> {after:10,.0f}  ({growth(first, last, name):+.2%}), at most {most:,}")
    for name, count in sorted(load.calls.items()):
        print(f"    {name:32} {count:8,}")


def ends(samples: list[Sample]) -> tuple[list[Sample], list[Sample]]:
    """The first and the last tenth."""
    tenth = max(1, len(samples) // 10)
    return samples[:tenth], samples[-tenth:]


def judge(warm: list[Sample], samples: list[Sample], load: Load) -> int:
    """Say what is not as it must be; the exit code."""
    first, last = ends(samples)
    grown = growth(first, last, "pss") >= MAX_GROWTH
    half = len(samples) // 2
    opened = statistics.median(s.descriptors for s in last) > max(s.descriptors for s in [*warm, *samples[:half]])
    unanswered = load.calls["one-shot unanswered"] > load.calls["one-shot"] * 0.01
    for failed, what in ((grown, "memory grew"), (opened, "descriptors grew"), (unanswered, "callers went unanswered")):
        if failed:
            print(f"FAILED: {what}")
    return int(grown or opened or unanswered)


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--warm-up", type=float, default=15.0, metavar="MINUTES")
    parser.add_argument("--share", type=float, default=0.15, help="of one core")
    parser.add_argument("--fill", type=int, default=30, help="long conversations, and twice as many renderings")
    parser.add_argument("--rounds", type=int, default=10**9, help="end after so many, and judge no growth")
    parser.add_argument("--samples", type=Path, help="where the samples go, separated by tabs; else nowhere")
    options = parser.parse_args()
    place = options.samples or Path(os.devnull)
    with place.open("w", encoding="utf-8") as out:
        plan = Plan(options.minutes, options.rounds, options.warm_up, options.share, options.fill)
        warm, samples, load = soak(plan, out)
    show(samples, load)
    return judge(warm, samples, load) if load.rounds < plan.rounds else 0


if __name__ == "__main__":
    sys.exit(main())
