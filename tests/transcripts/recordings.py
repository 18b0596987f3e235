"""Session files as Claude Code writes them, made row by row."""

from __future__ import annotations

import json
from typing import Any

Row = dict[str, Any]


class Recording:
    """Rows of one session; each goes back to the one before unless told otherwise."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def row(self, kind: str, **members: Any) -> str:
        """Any row; its uuid."""
        uuid = f"row-{len(self.rows)}"
        parent = self.rows[-1]["uuid"] if self.rows else None
        self.rows.append({"uuid": uuid, "parentUuid": parent, "isSidechain": False, "type": kind, **members})
        return uuid

    def person(self, text: str, **members: Any) -> str:
        """What a person says."""
        return self.row("user", message={"role": "user", "content": text}, **members)

    def says(self, answer: str, *blocks: Row, **members: Any) -> str:
        """(A part of) an answer of the model; rows with the same `answer` belong together."""
        message = {"id": answer, "role": "assistant", "model": "some-model", "content": list(blocks)}
        return self.row("assistant", message=message, **members)

    def bill(self, model: str = "some-model", stop_reason: str | None = "end_turn", **usage: Any) -> None:
        """What the provider billed, in the last row."""
        self.rows[-1]["message"] |= {"model": model, "stop_reason": stop_reason, "usage": usage}

    def result(self, call: str, content: Any, **members: Any) -> str:
        """The result of a call."""
        block = {"type": "tool_result", "tool_use_id": call, "content": content}
        return self.row("user", message={"role": "user", "content": [block]}, **members)

    def compaction(self, summary: str) -> None:
        """The conversation starts over with a summary."""
        self.row("system", subtype="compact_boundary", parentUuid=None, logicalParentUuid=self.rows[-1]["uuid"])
        self.person(summary, isCompactSummary=True)

    def text(self) -> str:
        """The file."""
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)


def text(words: str) -> Row:
    """A text block."""
    return {"type": "text", "text": words}


def call(call_id: str, tool: str, **given: Any) -> Row:
    """A call block."""
    return {"type": "tool_use", "id": call_id, "name": tool, "input": given}


def long_session(calls: int = 20, lines: int = 90, compact_after: int | None = None) -> Recording:
    """An agent reads a file a call, and after six more calls it goes back to a name that the file brought."""
    made = Recording()
    made.person("Find out where the queue loses messages.")
    for n in range(calls):
        if n == compact_after:
            made.compaction("Until now: the first files were read, and nothing was found in them.")
        back = f" I come back to lock_{n - 6}_1." if n >= 6 else ""
        made.says(f"msg-{n}", text(f"Now file {n}.{back}"))
        made.says(f"msg-{n}", call(f"call-{n}", "Read", file_path=f"pkg/queue_{n}.py"))
        body = "\n".join(f"{line}: queue_{n}.take_{n}_{line}() waits for lock_{n}_{line}" for line in range(lines))
        made.result(f"call-{n}", body)
    made.says(f"msg-{calls}", text("Found it: the lock is taken twice."))
    return made
