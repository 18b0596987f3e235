"""The page of a session as text, from the protocol's answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.pages.session.answers import answers
from ctxbudget_server.pages.session.lead import gauge
from ctxbudget_server.pages.session.phases_chart import phases_chart
from ctxbudget_server.pages.session.story import Story, told
from ctxbudget_server.pages.session.timeline_chart import effect, moment_of, timeline_chart
from ctxbudget_server.pages.skeleton import script_json, written
from ctxbudget_server.presentation.report_lead import drawn_limits, phase_label, sentence
from ctxbudget_server.render.report_markdown import ISSUES, WHEN

Json = dict[str, Any]

SHOWN_ITEMS: Final = 10
SHOWN_HAPPENINGS: Final = 40
"""Rows of what was pruned and came back; those that moved most."""


def session_page(ask: SendRequest, session_id: str) -> str:
    """The report of a session as one HTML file. Raises `ProtocolError`, for example if there is no such session."""
    found = answers(ask, session_id)
    story = told(found.log)
    report = found.report
    status = ask("budget/status", sessionId=session_id)
    limits = drawn_limits(report, status)
    items = _costliest(story)
    charts = [chart for chart in (timeline_chart(found, story, limits), phases_chart(report["phases"])) if chart]
    return written(
        "session.html",
        title=f"Context budget of {session_id}",
        charts=charts,
        report=report,
        report_json=Markup(script_json(report)),
        limits=limits,
        lead=sentence(report, found.timeline, limits),
        gauge=gauge(report, limits),
        items=items,
        when_it_ran=_span(found.timeline),
        sources=_sources(report["sources"]),
        pruned=_pruned(story),
        diagnosis=found.diagnosis,
        overruns=_overruns(report),
        cost=found.breakdown["account"]["cost"] if found.breakdown["account"] else None,
        headings=WHEN,
        issues=ISSUES,
    )


def _span(timeline: list[Json]) -> str | None:
    """From the first to the last change, to the minute."""
    if not timeline:
        return None
    start, end = (moment_of(timeline[at]["at"])[:16] for at in (0, -1))
    same_day = start[:10] == end[:10]
    return f"{start} UTC" if start == end else f"{start} to {end[11:] if same_day else end} UTC"


def _costliest(story: Story) -> list[Json]:
    """The items that brought in most tokens, and what became of them."""
    came = [item for item in story.items.values() if item.get("brought_in")]
    came.sort(key=lambda item: -item["tokens"])
    return [
        {
            "name": item.get("title") or item.get("path") or f"untitled ({item['kind']})",
            "by": ", ".join(filter(None, (item.get("agent"), item.get("tool")))),
            "phase": item.get("phase"),
            "kept": _kept(item, story.items),
            "tokens": item["tokens"],
            "provenance": item.get("provenance"),
            "now": _fate(item, story.items),
        }
        for item in came[:SHOWN_ITEMS]
    ]


def _kept(item: Json, items: Mapping[str, Json]) -> int:
    """Tokens in the context of an item, or of what replaces it: an even part, if that replaces several."""
    final, sharing = _final(item, items)
    return int(final["tokens"] // sharing) if final and final.get("state") == "retained" else 0


def _final(item: Json, items: Mapping[str, Json]) -> tuple[Json, int]:
    """(what replaces this item in the end, perhaps itself; how many share it)."""
    sharing, seen = 1, set[str]()
    while item.get("state") == "reduced" and item["id"] not in seen:
        seen.add(item["id"])
        item = items.get(item.get("stand_in") or "", {})
        sharing *= max(1, len(item.get("reduces", ())))
    return item, sharing


def _fate(item: Json, items: Mapping[str, Json]) -> str:
    final, _ = _final(item, items)
    if final.get("state", "pruned") != "retained":
        return "gone"
    if final["id"] == item["id"]:
        return "there in full"
    return "only its marker" if final.get("marker") else f"reduced to {final['tokens']:,}"


def _sources(sources: Json) -> list[Json]:
    """The tables that say more than that nothing names a source."""
    tables = []
    for name, key in (("agent", "byAgent"), ("tool", "byTool"), ("file", "byFile")):
        table = sources[key]
        if all(row["name"] is None for row in table["rows"]):
            continue
        most = max((row["entered"] for row in table["rows"]), default=0)
        tables.append({"by": name, "rows": table["rows"], "others": table["others"], "most": most})
    return tables


def _pruned(story: Story) -> Json:
    out, back = story.pruned, story.brought_back
    moved = sorted([*out, *back], key=lambda one: -one.left)[:SHOWN_HAPPENINGS]
    return {
        "times": len(out),
        "left": sum(one.left for one in out),
        "stand_ins": sum(one.stand_ins for one in out),
        "back_times": len(back),
        "back": sum(one.left for one in back),
        "rows": [
            {
                "revision": one.revision,
                "at": moment_of(one.at),
                "what": one.what,
                "phase": one.phase,
                "effect": effect(one),
                "is_back": one.kind == "back",
            }
            for one in sorted(moved, key=lambda one: one.revision)
        ],
        "more": len(out) + len(back) - len(moved),
    }


def _overruns(report: Json) -> list[str]:
    """Phases and leases that took more than they were given, and ceilings that were passed."""
    lines = [
        f"Phase {phase_label(phase)} used {phase['used']:,}, {phase['overrun']:,} more than the {phase['allocated']:,} "
        "that it was allocated."
        for phase in report["phases"]
        if phase["overrun"]
    ]
    lines += [
        f"The lease of {lease['holder']} reserved {lease['reserved']:,} and used {lease['used']:,}, "
        f"{lease['over']:,} more."
        for lease in report["leases"]["overruns"]
    ]
    lines += [
        f"Layer {layer['layer']} held up to {layer['peak']:,}; its ceiling is {layer['ceiling']:,}."
        for layer in report["layers"]
        if layer["breached"] and report["status"]["windowSource"] != "default"
    ]
    return lines
