"""Sessions of hosts in which the prompt cache breaks once, for a cause that is known; each differs by its seed.

A small provider keeps account of what is cached, so that every call's bill is one that could have been written.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

Row = dict[str, Any]

MODELS = ("claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-opus-4-6", "claude-haiku-4-5-20251001")
TOOLS = ("Bash", "Read", "Edit", "Grep", "mcp__github__get_issue", "mcp__db__query")
OUR_SUMMARY = (
    "This session is being continued from a previous conversation.\n\n[ctxbudget summary: 24 messages, 45120 tokens; "
    'context/get {"sessionId": "s", "itemId": ID}]\nPeople said, the first first:\n- Go on.\n[ctxbudget summary ends]'
)


class Planted:
    """A session of Claude Code that is written row by row."""

    def __init__(self, seed: int, *, lifetime: str | None = None) -> None:
        self.random = Random(seed)
        self.rows: list[Row] = []
        self.session = f"session-{seed}"
        self.now = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(seconds=self.random.randrange(10**7))
        self.model = self.random.choice(MODELS)
        self.lifetime = lifetime or self.random.choice(("5m", "1h", "untold"))
        self.system = self.random.randrange(12_000, 45_000)
        self.cached = 0
        self.forks: list[tuple[str, int]] = []
        """Answers, and what was cached after each."""
        self.answers = self.made = 0
        self.parent: str | None = None
        if self.random.random() < 0.5:
            self.row("system", subtype="init", tools=list(TOOLS), model=self.model)
        self.person()
        self.answer(
            read=self.random.choice((0, self.system // 2)), size=self.system + self.random.randrange(500, 3_000)
        )
        self.work(self.random.randrange(3, 9))

    # ------------------------------------------------------------------ rows

    def row(self, kind: str, **members: Any) -> str:
        self.made += 1
        uuid = f"{self.session}-{self.made}"
        at = self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        head = {"uuid": uuid, "parentUuid": self.parent, "isSidechain": False, "sessionId": self.session}
        self.rows.append({**head, "type": kind, "timestamp": at, **members})
        self.parent = uuid
        return uuid

    def person(self, text: str = "Go on.", **members: Any) -> None:
        self.row("user", message={"role": "user", "content": f"{text} {self.random.random()}"}, **members)

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def answer(self, *, read: int, size: int) -> None:
        """A call that sends `size` tokens, of which it reads some from the cache; the rest is written."""
        self.wait(self.random.uniform(1, 20))
        self.answers += 1
        id = f"msg-{self.session}-{self.answers}"
        written = size - read
        usage = {
            "input_tokens": self.random.randrange(1, 12),
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "output_tokens": self.random.randrange(1, 900),
        }
        if self.lifetime != "untold":
            long = self.lifetime == "1h"
            usage["cache_creation"] = {
                "ephemeral_5m_input_tokens": 0 if long else written,
                "ephemeral_1h_input_tokens": written if long else 0,
            }
        for _ in range(self.random.choice((1, 1, 2))):
            message = {"id": id, "role": "assistant", "model": self.model, "usage": usage}
            uuid = self.row("assistant", message={**message, "content": [{"type": "text", "text": "I look."}]})
        self.cached = size
        self.forks.append((uuid, size))

    def work(self, calls: int) -> None:
        """Calls of tools, one after the other, quickly enough for any cache."""
        for _ in range(calls):
            call = f"call-{len(self.rows)}"
            use = {"type": "tool_use", "id": call, "name": self.random.choice(TOOLS), "input": {"x": call}}
            message = {"id": f"msg-{self.session}-{self.answers}", "role": "assistant", "model": self.model}
            self.row("assistant", message={**message, "content": [use]})
            self.wait(self.random.uniform(0.1, 40))
            self.noise()
            result = {"type": "tool_result", "tool_use_id": call, "content": "found"}
            self.row("user", message={"role": "user", "content": [result]})
            self.answer(read=self.cached, size=self.cached + self.random.randrange(60, 9_000))

    def noise(self) -> None:
        """What says nothing about the cache."""
        which = self.random.randrange(6)
        if which == 0:
            bill = {"input_tokens": 3, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 9_000}
            message = {"id": f"side-{len(self.rows)}", "role": "assistant", "model": MODELS[3], "usage": bill}
            members = {"isSidechain": True, "agentId": "helper", "parentUuid": None}
            kept = self.parent
            self.row("assistant", message={**message, "content": [{"type": "text", "text": "There."}]}, **members)
            self.parent = kept
        elif which == 1:
            self.row("progress", data={"type": "hook_progress"})
        elif which == 2:
            self.row("attachment", attachment={"type": "todo_reminder", "content": []})
        elif which == 3:
            self.row("system", subtype="turn_duration", durationMs=5_000)

    def asked(self) -> None:
        """A person goes on, soon enough for any cache."""
        self.wait(self.random.uniform(3, 200))
        self.person()

    def again(self, read: int) -> None:
        """A call that finds only so much of what was cached."""
        self.answer(read=read, size=self.cached + self.random.randrange(100, 4_000))
        self.work(self.random.randrange(0, 4))

    def text(self) -> str:
        return "".join(json.dumps(row) + "\n" for row in self.rows)

    def little(self) -> int:
        """What may be left where everything of the conversation is lost: nothing, or the system prompt."""
        return self.random.choice((0, 0, self.system // 2))


# ------------------------------------------------------------------ one break each


def expiry(made: Planted) -> None:
    limit = 3_600 if made.lifetime == "1h" else 300
    made.wait(limit * made.random.choice((1.02, 1.2, 2, 11, 300)))
    made.person()
    made.again(made.little())


def compaction(made: Planted) -> None:
    kind = made.random.randrange(3)
    if kind == 0:
        call = next(row for row in made.rows if row["type"] == "user" and isinstance(row["message"]["content"], list))
        ids = [call["message"]["content"][0]["tool_use_id"]]
        told = {"trigger": "auto", "preTokens": made.cached, "tokensSaved": 5_000, "compactedToolIds": ids}
        made.row("system", subtype="microcompact_boundary", microcompactMetadata=told)
        made.asked()
        made.again(made.system)
        return
    if kind == 1:
        made.row("system", subtype="compact_boundary", parentUuid=None, compactMetadata={"trigger": "manual"})
    made.wait(made.random.uniform(5, 90))
    made.person("This session is being continued from a previous conversation.", isCompactSummary=True)
    made.cached = made.system + made.random.randrange(2_000, 9_000)
    made.again(made.little())


def our_cut(made: Planted) -> None:
    made.row("system", subtype="compact_boundary", parentUuid=None, compactMetadata={"trigger": "auto"})
    made.row("user", message={"role": "user", "content": OUR_SUMMARY}, isCompactSummary=True)
    made.cached = made.system + made.random.randrange(2_000, 9_000)
    made.asked()
    made.again(made.little())


def resumed_after_our_cut(made: Planted) -> None:
    """The host goes on with a session that `ctxbudget fit --resume` wrote: its own first call writes all of it."""
    none = {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    written = [row for row in made.rows if row["type"] in ("user", "assistant") and not row["isSidechain"]]
    for row in written:
        if "usage" in row["message"]:
            row["message"]["usage"] = none
    result = next(row for row in written if isinstance(row["message"]["content"], list) and row["type"] == "user")
    marker = (
        "[ctxbudget i123456789000001: 900 tokens archived (an old large result); context/get {} returns them exactly]"
    )
    result["message"]["content"][0]["content"] = marker
    made.rows = written
    made.asked()
    made.again(made.little())


def model_switch(made: Planted) -> None:
    made.asked()
    made.model = made.random.choice([one for one in MODELS if one != made.model])
    made.again(made.little())


def tools_changed(made: Planted) -> None:
    if made.rows[0].get("subtype") == "init":
        fewer = made.random.sample(TOOLS, made.random.randrange(1, len(TOOLS)))
        made.row("system", subtype="init", tools=fewer, model=made.model)
    elif made.random.random() < 0.5:
        told = {"type": "deferred_tools_delta", "addedNames": ["mcp__new__tool"], "removedNames": []}
        made.row("attachment", attachment=told)
    else:
        made.row(
            "user",
            message={"role": "user", "content": "<local-command-stdout>Reconnected to github.</local-command-stdout>"},
        )
    made.asked()
    made.again(0)


def edit(made: Planted) -> None:
    back = made.random.randrange(1, min(4, len(made.forks)))
    made.parent, left = made.forks[-1 - back]
    made.asked()
    made.cached = left
    made.again(left)


def unknown(made: Planted) -> None:
    """The cache is gone, or a part of it, and nothing tells why."""
    made.asked()
    made.again(made.random.choice((0, made.cached // 3, int(made.cached * 0.8))))


CAUSES: dict[str, Callable[[Planted], None]] = {
    "expiry": expiry,
    "compaction": compaction,
    "ourCut": our_cut,
    "modelSwitch": model_switch,
    "toolsChanged": tools_changed,
    "edit": edit,
    "unknown": unknown,
}


# ------------------------------------------------------------------ evidence taken away


def without_times(made: Planted) -> None:
    for row in made.rows:
        row.pop("timestamp")


def without_boundaries(made: Planted) -> None:
    made.rows = [row for row in made.rows if "compact" not in str(row.get("subtype"))]
    for row in made.rows:
        row.pop("isCompactSummary", None)
        if row["type"] == "user" and isinstance(row["message"]["content"], str):
            row["message"]["content"] = "Go on."


def without_models(made: Planted) -> None:
    for row in made.rows:
        row.pop("model", None)
        row.get("message", {}).pop("model", None)


def without_tools(made: Planted) -> None:
    made.rows = [row for row in made.rows if row.get("subtype") != "init" and "attachment" not in row]
    for row in made.rows:
        if row["type"] == "user" and str(row["message"]["content"]).startswith("<local"):
            row["message"]["content"] = "Go on."


def without_parents(made: Planted) -> None:
    for row in made.rows:
        row.pop("parentUuid")


TAKEN_AWAY: dict[str, Callable[[Planted], None]] = {
    "expiry": without_times,
    "compaction": without_boundaries,
    "ourCut": without_boundaries,
    "modelSwitch": without_models,
    "toolsChanged": without_tools,
    "edit": without_parents,
    "unknown": without_times,
}
