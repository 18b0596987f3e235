"""What `ctxbudget breakdown` prints for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.shares import covered

Json = dict[str, Any]

SOURCES: Final = {
    "system": "system prompt", "toolDefinitions": "tool definitions", "memory": "memory files", "people": "people",
    "assistant": "assistant", "thinking": "thinking", "toolCalls": "tool calls", "toolOutput": "tool output",
    "summary": "summary", "hostNotes": "notes of the host", "ctxbudget": "ctxbudget", "unaccounted": "unaccounted",
}  # fmt: skip
"""Sources, as people are told them."""
CAUSES: Final = {
    "start": "nothing was cached", "appended": "new at the end", "compaction": "compaction", "ourCut": "a cut of ours",
    "modelSwitch": "another model", "toolsChanged": "changed tools", "expiry": "expired",
    "edit": "an earlier part changed", "unknown": "unknown",
}  # fmt: skip
"""Causes of writing to the cache, as people are told them."""
NOT_RECORDED: Final = ("system", "toolDefinitions", "memory")
"""Sources that few recordings hold."""
MAX_BREAKS: Final = 20
"""Breaks of the cache that are listed; `--json` has all of them."""
MAX_ROWS: Final = 12
"""Rows of a table of the account; `--json` has all of them."""


def recording_lines(found: Json) -> list[str]:
    """The window, what of it costs most, the cache and money, of a recording."""
    window = found["window"]
    model = f", {found['model']}" if found["model"] else ""
    sent = "unknown: there is no bill" if window["total"] is None else f"{_tokens(window['total'])}, as billed"
    return [
        f"{found['host']}{model}: what the latest call sent: {sent}",
        "",
        *_window(window),
        *_beyond(found),
        "",
        *_largest(window["largest"]),
        *_cache(found["cache"]),
        *_money(found["cost"]),
    ]


def account_lines(session: str, account: Json) -> list[str]:
    """What is retained on an account, from its sides."""
    lines = [f"account of session {session}: {_tokens(account['retained'])} retained"]
    for title, key in (("layer", "byLayer"), ("agent", "byAgent"), ("tool", "byTool"), ("file", "byFile")):
        if rows := account[key]:
            lines += ["", *_account_rows(title, rows)]
    if account["largest"]:
        head = ["tokens", "provenance", "layer", "item", "what"]
        rows = [
            [f"{one['tokens']:,}", one["provenance"], one["layer"], one["id"], one["title"] or one["kind"]]
            for one in account["largest"]
        ]
        lines += ["", "what costs most:", *columns([head, *rows], right=(0,))]
    return [*lines, *_money(account["cost"])]


def _account_rows(title: str, rows: Sequence[Json]) -> list[str]:
    shown = [
        [
            one["name"] or "not said",
            f"{one['items']:,}",
            f"{one['tokens']:,}",
            _share(one["ofRetained"]),
            one["provenance"],
        ]
        for one in rows[:MAX_ROWS]
    ]
    more = [f"and {len(rows) - MAX_ROWS:,} more: --json has them"] if len(rows) > MAX_ROWS else []
    return [*columns([[title, "items", "tokens", "of all", "provenance"], *shown], right=(1, 2, 3)), *more]


def _window(window: Json) -> list[str]:
    rows = [
        [
            SOURCES[one["source"]],
            one["name"] or "",
            f"{one['items']:,}" if one["items"] else "",
            "unknown" if one["tokens"] is None else f"{one['tokens']:,}",
            _share(one["ofTotal"]),
            one["provenance"],
        ]
        for one in window["rows"]
    ]
    return columns([["source", "which", "parts", "tokens", "of all", "provenance"], *rows], right=(2, 3, 4))


def _beyond(found: Json) -> Iterator[str]:
    window = found["window"]
    absent = [SOURCES[one] for one in NOT_RECORDED if all(row["source"] != one for row in window["rows"])]
    yield ""
    if window["total"] is not None and absent:
        names = " and ".join([", ".join(absent[:-1]), absent[-1]]) if len(absent) > 1 else absent[0]
        yield f"unaccounted: billed, and not counted here. The recording does not show {names}"
    if window["since"]:
        yield f"{_tokens(window['since'])} came after that call: its answer and what followed"


def _largest(parts: Sequence[Json]) -> list[str]:
    if not parts:
        return []
    rows = [[f"{one['tokens']:,}", SOURCES[one["source"]], one["title"]] for one in parts]
    return ["what costs most:", *columns([["tokens", "source", "what"], *rows], right=(0,)), ""]


def _cache(cache: Json | None) -> list[str]:
    if cache is None:
        return ["no bills are recorded in this format, so nothing is known of the prompt cache"]
    written = "what was written is not recorded" if cache["written"] is None else f"{cache['written']:,} written"
    rows = [
        [
            CAUSES[one["cause"]],
            f"{one['calls']:,}",
            "unknown" if one["written"] is None else f"{one['written']:,}",
            f"{one['lost']:,}" if one["lost"] else "",
        ]
        for one in cache["causes"]
    ]
    lines = [f"prompt cache: {cache['calls']:,} calls, {cache['read']:,} tokens read, {written}, because of:"]
    if rows:
        lines += columns([["cause", "calls", "written", "lost"], *rows], right=(1, 2, 3))
    return [*lines, *_breaks(cache["breaks"])]


def _breaks(breaks: Sequence[Json]) -> list[str]:
    if not breaks:
        return []
    rows = [
        [
            f"{one['agent'][:12]} {one['call']:,}",
            (one["at"] or "unknown")[:16].replace("T", " "),
            CAUSES[one["cause"]],
            f"{one['lost']:,}",
            "unknown" if one["idleMs"] is None else _span(one["idleMs"]),
            one["evidence"],
        ]
        for one in breaks[-MAX_BREAKS:]
    ]
    more = [f"and {len(breaks) - MAX_BREAKS:,} before: --json has them"] if len(breaks) > MAX_BREAKS else []
    head = ["call", "at (UTC)", "cause", "lost", "idle", "evidence"]
    return ["", *columns([head, *rows], right=(3, 4)), *more]


def _money(costs: Json | None) -> list[str]:
    if costs is None or not costs["rows"]:
        return []
    rows = [_money_row(one) for one in costs["rows"]]
    if len(rows) > 1:
        rows.append(["total", *_money_row(costs["total"])[1:]])
    head = ["agent", "model", "requests", "tokens", "cost", "of tokens"]
    lines = ["", "money, by what was billed:", *columns([head, *rows], right=(2, 3, 4, 5))]
    if costs["warning"]:
        return [*lines, costs["warning"]]
    unpriced = ", ".join(one["model"] or "a model that is not recorded" for one in costs["unpriced"])
    return [*lines, f"no price: {unpriced} (docs/settings.md, prices)"] if unpriced else lines


def _money_row(one: Json) -> list[str]:
    cost = one["cost"]
    agent = one["agent"] or ""
    least = "at least " if cost["coveredShare"] < 1 else ""
    return [
        f"{one['agentType']} {agent[:12]}" if one["agentType"] else agent[:40],
        one["model"] or "",
        f"{one['requests']:,}",
        f"{one['tokens']['total']:,}",
        "unknown" if cost["amount"] is None else f"{least}{cost['amount']:,.4f} {cost['currency']}",
        "" if cost["amount"] is None else covered(cost["coveredShare"]),
    ]


def _tokens(number: int) -> str:
    return "1 token" if number == 1 else f"{number:,} tokens"


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _span(milliseconds: int) -> str:
    seconds = milliseconds // 1_000
    if seconds >= 3_600:
        return f"{seconds // 3_600} h {seconds % 3_600 // 60} min"
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
