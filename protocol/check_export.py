#!/usr/bin/env python3
"""Verify an exported ctxbudget session, and derive its figures from its log. Shares no code with ctxbudget.

    python check_export.py FILE [--head HASH]

HASH, or the whole line, is what `ctxbudget receipt` printed once: the log must still have that entry. docs/archives.md
describes the lines. Exit code: 0 all lines agree, 1 they do not, 2 the file cannot be read.
"""

import argparse
import json
import sys
from hashlib import sha256
from typing import Any

Line = dict[str, Any]
KINDS = ["session", "olderChange", "change", "account", "item", "content", "end"]
UNLESS_SAID: Line = {
    "phase": None, "wave": None, "agent": None, "title": None, "path": None, "pinned": False, "marker": False,
    "brought_in": False, "encoding": None, "factor": 1.0, "bytes": None, "hash": None, "complete": None,
    "state": "retained", "withdrawn": False, "stand_in": None, "reduces": [], "reason": None, "dropped_at": None,
    "tool": None, "again_of": None,
}  # fmt: skip
"""Values of a new item that the log leaves out."""


class Checker:
    """Takes one line after the other, and collects what is wrong."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.items: dict[str, Line] = {}
        self.leases: dict[str, tuple[int, str]] = {}
        self.retained = self.processed = self.peak = self.revision = self.count = self.stage = 0
        self.previous: str | None = None
        self.heads, self.contents, self.listed = set[str](), set[str](), set[str]()
        self.start, self.digest = sha256(), sha256().digest()

    def fault(self, message: str) -> None:
        self.faults.append(f"line {self.count + 1}: {message}")

    def agree(self, told: Line, **derived: int) -> None:
        for name, value in derived.items():
            if told[name] != value:
                self.fault(f"{name} is {told[name]}, but the log gives {value}")

    def take(self, raw: bytes) -> None:
        try:
            line = json.loads(raw)
            kind, stage = line["line"], KINDS.index(line["line"])
            again = stage == self.stage and kind in ("account", "end")
            if stage < self.stage or again or (self.count == 0) != (kind == "session"):
                self.fault(f"a line of kind {kind} does not belong here")
            self.stage = max(self.stage, stage)
            getattr(self, "take_" + kind.removesuffix("Change"))(line, raw)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.fault(f"cannot be understood ({error!r})")
        self.digest = sha256(self.digest + raw).digest()
        self.count += 1

    def take_session(self, line: Line, raw: bytes) -> None:
        self.agree(line, format=1)
        self.start.update(raw)

    def take_older(self, line: Line, raw: bytes) -> None:
        self.start.update(b"\n" + raw)
        self.apply(line)

    def take_change(self, line: Line, raw: bytes) -> None:
        entry, _, told = raw.rpartition(b',"hash":"')
        if told != sha256(entry + b"}").hexdigest().encode() + b'"}':
            self.fault("the entry does not have its hash: it was changed")
        if line["previous"] != (self.previous or self.start.hexdigest()):
            self.fault("the entry does not follow the one before: something was changed, removed, added or moved")
        self.previous = line["hash"]
        self.heads.add(line["hash"])
        self.apply(line)
        leased = sum(tokens for tokens, end in self.leases.values() if end > line["at"])
        self.agree(line["figures"], retained=self.retained, processed=self.processed, peak=self.peak, leased=leased)

    def apply(self, line: Line) -> None:
        self.agree(line, revision=self.revision + 1)
        self.revision = line["revision"]
        for change in line["body"]["changes"]:
            name, old = change["id"], self.items.get(change["id"])
            if "after" in change:  # as old versions logged it
                item = {**UNLESS_SAID, **change["after"]}
            elif "new" in change:
                new = {"id": name, "revision": self.revision, "added_at": line["at"], **change["new"]}
                segments = [] if new.get("hash") is None else [new["hash"]]
                item = {**UNLESS_SAID, "raw_tokens": new["tokens"], "segments": segments, **new}
            else:
                item = {**(old or {}), **change["was"], **change["now"], "revision": self.revision}
            for image, sign in ((old or {}, -1), (item, 1)):
                self.retained += sign * image.get("tokens", 0) * (image.get("state") == "retained")
                self.processed += sign * image.get("tokens", 0) * bool(image.get("brought_in"))
            self.items[name] = item
        self.peak = max(self.peak, self.retained)
        detail, method = line["body"]["detail"], line["method"]
        if method in ("budget/reserve", "budget/renew"):
            tokens = detail["tokens"] if method == "budget/reserve" else self.leases[detail["lease"]][0]
            self.leases[detail["lease"]] = (tokens, detail.get("expiresAt", ""))
        elif method in ("budget/settle", "budget/release"):
            self.leases.pop(detail["lease"], None)

    def take_account(self, line: Line, _: bytes) -> None:
        self.agree(line, retained=self.retained, processed=self.processed, revision=self.revision)

    def take_item(self, line: Line, _: bytes) -> None:
        told = {name: value for name, value in line.items() if name != "line"}
        if told != self.items.get(line["id"]) or line["id"] in self.listed:
            self.fault(f"item {line['id']} is not what the log says")
        self.listed.add(line["id"])
        self.contents.update(line["segments"])

    def take_content(self, line: Line, _: bytes) -> None:
        actual = sha256(line["text"].encode("utf-8", "surrogatepass")).hexdigest()
        if actual != line["hash"] or actual not in self.contents:
            self.fault("the content is not that of any item")
        self.contents.discard(actual)

    def take_end(self, _: Line, raw: bytes) -> None:
        if missing := set(self.items) - self.listed:
            self.fault(f"items are missing: {', '.join(sorted(missing))}")
        end: Line = {"line": "end", "lines": self.count, "revision": self.revision, "head": self.previous}
        if json.dumps({**end, "digest": self.digest.hex()}, separators=(",", ":")).encode() != raw:
            self.fault("the end does not agree with the lines before it")


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify an exported ctxbudget session.")
    parser.add_argument("file", type=argparse.FileType("rb"))
    parser.add_argument("--head", help="a hash that `ctxbudget receipt` printed")
    options, checker = parser.parse_args(), Checker()
    lines = options.file.read().split(b"\n")
    for raw in lines[:-1]:
        checker.take(raw)
    if KINDS[checker.stage] != "end" or lines[-1]:
        checker.fault("the end is missing")
    if options.head and options.head.split()[0] not in checker.heads:
        checker.faults.append(f"no entry has the hash {options.head.split()[0]!r} (64 digits): is it of this session?")
    sys.stderr.writelines(f"{fault}\n" for fault in checker.faults)
    figures = [f"{name} {getattr(checker, name):,}" for name in ("revision", "retained", "processed", "peak")]
    verdict = "not all lines agree, or not with the head" if checker.faults else "all lines agree"
    sys.stdout.write(f"{', '.join(figures)}, saved {checker.processed - checker.retained:,}: {verdict}\n")
    return 1 if checker.faults else 0


if __name__ == "__main__":
    sys.exit(main())
