"""Pages in a real browser: nothing is loaded, nothing goes wrong, and what stands under the pointer is in the JSON."""

from __future__ import annotations

from pathlib import Path

from ctxbudget_server.pages.replays import replay_page
from ctxbudget_server.pages.runs import history_page
from ctxbudget_server.pages.session import session_page
from ctxbudget_server.pages.session.story import LAYERS
from report.browser import visits
from report.other import conversation, with_costs
from report.pages import Page
from report.sessions import Sessions

NAMES = ("workflow", "hostile", "empty", "large")


def test_pages_in_a_browser(sessions: Sessions, tmp_path: Path) -> None:
    pages, wanted = {}, []
    texts = {name: session_page(sessions.ask, name) for name in NAMES}
    texts |= {"replay": replay_page(conversation(), name="a <b>", source="made", window=9_000, prices="read 0.1")}
    runs = sessions.ask("session/history")
    texts |= {"history": history_page(runs["workspace"], with_costs(runs["runs"]), runs["total"])}
    for name, text in texts.items():
        file = tmp_path / f"{name}.html"
        file.write_text(text, encoding="utf-8")
        pages[str(file)] = Page(text)
        wanted.append({"file": str(file)})
    points = pages[wanted[0]["file"]].data("timeline")["points"]
    hovered = [points[at]["revision"] for at in (0, len(points) // 3, len(points) // 2, -1)]
    wanted[0] = {**wanted[0], "hover": hovered}
    first = wanted[0]["file"]
    wanted += [{**page, "check": True} for page in wanted[:1] + wanted[-2:]]
    wanted += [{"file": first, "check": True, "dark": True, "width": 390}]
    seen = visits(wanted)
    for one in seen:
        assert one["requests"] == [], one["file"]
        assert one["console"] == [], one["file"]
        assert not one["wide"], f"{one['file']} is wider than the screen"
        assert one["violations"] == [], one["file"]
        assert all(paths for _, paths in one["charts"])
        assert all(0 < height < 700 for height in one["heights"])
    layers = [max(point[layer] for point in points) for layer in LAYERS]
    assert [height > 10 for height in seen[0]["areas"]] == [most > 0 for most in layers], "each layer shows"
    assert [name for name, _ in seen[0]["charts"]] == ["timeline", "phases"]
    for revision, told in zip(hovered, seen[0]["tooltips"], strict=True):
        point = next(point for point in points if point["revision"] == revision)
        assert told["change"] == f"{revision:,}"
        assert {name: told[name] for name in ("retained", *LAYERS, "leased")} == {
            name: f"{point[name]:,}" for name in ("retained", *LAYERS, "leased")
        }
        assert (told["level"], told["by"], told["at (UTC)"]) == (point["level"], point["method"], point["when"])
