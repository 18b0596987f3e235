"""What is left of recorded conversations that are cut again and again, each time what the cut before left.

    python benchmarks/many_cuts.py [--share 0.125] [--reclaim 10] TRANSCRIPT...

The limit is a share of the conversation. Three tables:

- names that the next 12 turns use: those that the agent writes in the 12 turns after a cut and that stood in what was
  said before; which of them the array still has, by how often it was cut, beside dropping the oldest turns;
- remarks of people: word for word, named by an id from which `context/get` leads to them (at once, or from one record
  to an older one), or named nowhere;
- cuts, those that changed what earlier ones had written, those that are over the limit, and CPU.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.fit_memory import tools_for
from ctxbudget_server.extract import distinct_names
from ctxbudget_server.fit import SHAPES, Message, Options, Retrieval, Sizes, Tools, fit, turns
from ctxbudget_server.fit.people import is_hosts
from ctxbudget_server.replay import policy
from ctxbudget_server.transcripts.claude_code_messages import without_signatures
from ctxbudget_server.transcripts.detection import read_transcript

AHEAD = 12
"""Turns after a cut whose names are looked for."""
LEAST_TURNS = 40
"""Turns of a conversation that is worth cutting again and again."""
BUCKETS = ((1, 1, "1"), (2, 4, "2-4"), (5, 8, "5-8"), (9, 10**9, "9+"))
_IDS = re.compile(r"i(?:[a-z]+|\d{9})\d+(?:\.\.i(?:[a-z]+|\d{9})\d+)?")
STEM = "ibench"


def bucket(cuts: int) -> str:
    """The column of a number of cuts."""
    return next(name for low, high, name in BUCKETS if low <= cuts <= high)


def said(shape: str, message: Message) -> str:
    """All that a message says."""
    return "\n".join(part.said for part in SHAPES[shape].parts(0, message))


def remarks(shape: str, messages: Sequence[Message]) -> list[str]:
    """What people said."""
    form = SHAPES[shape]
    return [
        part.text
        for message in messages
        if form.role(message) == "user"
        for part in form.parts(0, message)
        if part.kind == "text" and part.text.strip() and not is_hosts(part.text)
    ]


class Archive:
    """What the cuts of one conversation removed, by id."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def id_of(self, original: str) -> str:
        """The same text has the same id, as in a store."""
        if original not in self._known:
            name = f"{STEM}{len(self._known) + 1}"
            self._known[original] = name
            self.texts[name] = original
        return self._known[original]

    def reachable(self, text: str) -> list[str]:
        """Every item that an id in a text leads to, at once or through another item."""
        found: dict[str, str] = {}
        waiting = [text]
        while waiting:
            for match in _IDS.findall(waiting.pop()):
                first, _, last = match.partition("..")
                low = int(first.removeprefix(STEM)) if first.startswith(STEM) else 0
                high = int(last.removeprefix(STEM)) if last else low
                for number in range(low, min(high, len(self.texts)) + 1):
                    name = f"{STEM}{number}"
                    if name in self.texts and name not in found:
                        found[name] = self.texts[name]
                        waiting.append(self.texts[name])
        return list(found.values())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("transcripts", nargs="+")
    parser.add_argument("--share", type=float, default=1 / 8)
    parser.add_argument("--reclaim", type=int, default=None, help="a fixed minReclaim, in %% of the limit")
    options = parser.parse_args()
    tools = tools_for(Counter(None), lambda: None)
    shares: dict[tuple[str, str], list[float]] = defaultdict(list)
    places: dict[tuple[str, str], int] = defaultdict(int)
    totals: dict[str, float] = defaultdict(float)
    for name in options.transcripts:
        recording = read_transcript(Path(name).read_text(encoding="utf-8", errors="replace"))
        for segment in recording.segments:
            messages = without_signatures(segment.messages)
            if len(turns(SHAPES[recording.shape], messages)) >= LEAST_TURNS:
                one(recording.shape, messages, tools, options, shares, places, totals)
    columns = [column for *_, column in BUCKETS]
    print(f"limit: {options.share:.1%} of the conversation\n")
    print(f"| names of the next {AHEAD} turns still there, after cuts | {' | '.join(columns)} |")
    print("| --- " * (len(columns) + 1) + "|")
    for who in dict.fromkeys(who for who, _ in shares):
        cells = [shares[who, column] for column in columns]
        print(f"| {who} | " + " | ".join(f"{100 * sum(c) / len(c):.1f} ({len(c)})" if c else "-" for c in cells) + " |")
    print("\n| remarks of people, at the last cut | word for word | by id | named nowhere |\n| --- | --- | --- | --- |")
    for who in dict.fromkeys(who for who, _ in places):
        whole = sum(places[who, place] for place in ("whole", "id", "nowhere"))
        cells = [f"{100 * places[who, place] / max(1, whole):.1f} %" for place in ("whole", "id", "nowhere")]
        print(f"| {who} ({whole}) | {' | '.join(cells)} |")
    print("\n" + ", ".join(f"{name}: {value:.4g}" for name, value in totals.items()))


def one(
    shape: str,
    messages: list[Message],
    tools: Tools,
    options: argparse.Namespace,
    shares: dict[tuple[str, str], list[float]],
    places: dict[tuple[str, str], int],
    totals: dict[str, float],
) -> None:
    """Grow one conversation turn by turn, and cut it whenever it is over the limit."""
    form = SHAPES[shape]
    sizes = Sizes(tools, form)
    limit = int(sizes.total(messages) * options.share)
    reclaim = None if options.reclaim is None else limit * options.reclaim // 100
    fitted = Options(limit, min_reclaim=reclaim, retrieval=Retrieval("archive"))
    dropping = policy(f"drop-oldest:{limit}", shape, tools, None, fitted.prices)()
    archive = Archive()
    starts = turns(form, messages)
    used = [
        distinct_names(
            "\n".join(said(shape, one) for one in messages[t.start : t.end] if form.role(one) == "assistant")
        )
        for t in starts
    ]
    seen: set[str] = set()
    array: list[Message] = []
    taken = cuts = 0
    for number, turn in enumerate(starts):
        new = messages[taken : turn.start]
        taken = turn.start
        seen |= distinct_names("\n".join(said(shape, message) for message in new))
        array = [*array, *new]
        if sizes.total(array) <= limit:
            continue
        began = time.process_time()
        found = fit(array, shape, fitted, tools, lambda _, original: archive.id_of(original))
        totals["CPU s"] += time.process_time() - began
        if found.first_changed is None:
            continue
        array = found.messages
        cuts += 1
        totals["cuts"] += 1
        totals["rewriting"] += found.rewrites
        totals["over the limit"] += found.tokens > limit
        wanted = seen & frozenset().union(*used[number : number + AHEAD])
        if wanted:
            for who, sent in (("fit", array), ("drop-oldest", dropping.array(messages[: turn.start]))):
                here = distinct_names("\n".join(said(shape, message) for message in sent))
                shares[who, bucket(cuts)].append(len(wanted & here) / len(wanted))
    text = "\n".join(said(shape, message) for message in array)
    reached = archive.reachable(text)
    for remark in remarks(shape, messages[:taken]):
        quoted = json.dumps(remark, ensure_ascii=False)[1:-1]
        place = "whole" if remark in text else "id" if any(quoted in held for held in reached) else "nowhere"
        places[f"after {bucket(cuts)} cuts" if cuts else "uncut", place] += 1


if __name__ == "__main__":
    main()
