"""`ctxbudget report --format html`: the page's figures are the protocol's, and names from a session are only text."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.pages.session import session_page
from ctxbudget_server.pages.session.story import LAYERS
from ctxbudget_server.pages.skeleton import script_json
from ctxbudget_server.pages.thinning import thinned
from report.pages import Page
from report.sessions import CHANGES, HOSTILE, Sessions

ALL = ("workflow", "compacted", "within", "archived", "empty", "unset", "hostile", "large")


@pytest.fixture(scope="module")
def pages(sessions: Sessions) -> dict[str, Page]:
    """The page of each session."""
    return {name: Page(session_page(sessions.ask, name)) for name in ALL}


def command(sessions: Sessions, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the workspace."""
    return subprocess.run(
        [sys.executable, "-m", "ctxbudget_server", "report", *words],
        cwd=sessions.folder, env={**os.environ, "CTXBUDGET_STORE": str(sessions.store), **more}, capture_output=True,
        text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_the_figures_are_those_of_the_report_and_the_timeline(
    sessions: Sessions, pages: dict[str, Page], name: str
) -> None:
    page, report = pages[name], sessions.ask("budget/report", sessionId=name)
    assert page.json("report") == json.loads(script_json(report)), "with invisible characters written out"
    entries = {entry["revision"]: entry for entry in sessions.ask("budget/timeline", sessionId=name)["entries"]}
    drawn = page.data("timeline")["points"]
    for point in drawn:
        entry = entries[point["revision"]]
        assert {key: point[key] for key in ("at", "retained", "processed", "saved", "leased", "level", "method")} == {
            key: entry[key] for key in ("at", "retained", "processed", "saved", "leased", "level", "method")
        }
        assert sum(point[layer] for layer in LAYERS) == entry["retained"]
    assert max(point["retained"] for point in drawn) == report["status"]["peak"]
    last = drawn[-1]
    assert {layer: last[layer] for layer in LAYERS} == {one["layer"]: one["retained"] for one in report["layers"]}
    for figure in (report["status"]["retained"], report["status"]["peak"], report["netSavings"]):
        assert f"{figure:,}" in page.said


def test_each_phase_is_drawn_with_its_figures(sessions: Sessions, pages: dict[str, Page]) -> None:
    phases = sessions.ask("budget/report", sessionId="workflow")["phases"]
    drawn = pages["workflow"].data("phases")["phases"]
    names = ("allocated", "peak", "used", "retained", "overrun")
    assert [[one[name] for name in names] for one in drawn] == [[phase[name] for name in names] for phase in phases]
    assert [one["label"] for one in drawn] == ["1 research", "2 planning", "3 implementation"]
    bands = pages["workflow"].data("timeline")["bands"]
    assert [band["label"] for band in bands] == ["1 research", "2 planning", "3 implementation"]
    assert all(band["revision"] < band["revisionEnd"] for band in bands)


def test_marks_tell_prunes_what_came_back_compactions_and_alerts(sessions: Sessions, pages: dict[str, Page]) -> None:
    marks = pages["workflow"].data("timeline")["marks"]
    report = sessions.ask("budget/report", sessionId="workflow")
    alerts = [mark["revision"] for mark in marks if mark["kind"] == "alert"]
    assert alerts == [alert["revision"] for alert in report["alerts"]]
    assert [mark["what"] for mark in marks if mark["kind"] == "brought back"] == ["undone"]
    kinds = [mark["kind"] for mark in pages["compacted"].data("timeline")["marks"] if mark["kind"] != "alert"]
    assert kinds == ["compacted", "compacted"]
    assert "144,000 tokens, with 2,400 in their place" in pages["compacted"].said


def test_the_first_sentence_says_the_worst(pages: dict[str, Page]) -> None:
    assert re.search(
        r"at its peak it held [\d,]+, [\d,]+ over the budget of 7,500, in phase 1 research", pages["workflow"].said
    )
    assert "it stayed within the budget of 30,000 all the time" in pages["within"].said
    assert "Nothing has come into the context of this session yet" in pages["empty"].said


def test_limits_that_nobody_chose_are_not_drawn(pages: dict[str, Page]) -> None:
    assert pages["unset"].data("timeline")["limits"] == []
    assert "% of the budget" not in pages["unset"].said
    assert "The size of the window is not set" in pages["unset"].said
    names = [limit["name"] for limit in pages["workflow"].data("timeline")["limits"]]
    assert names == ["warn", "critical", "budget", "window"]


def test_a_long_session_is_thinned_and_its_page_says_so(sessions: Sessions, pages: dict[str, Page]) -> None:
    page = pages["large"]
    drawn = page.data("timeline")["points"]
    changes = sessions.ask("budget/report", sessionId="large")["revision"]
    assert changes >= CHANGES
    assert 300 < len(drawn) < changes
    assert f"Thinned: {len(drawn):,} of {changes:,} changes are drawn" in page.said
    assert len(page.text.encode()) < 2_000_000
    marked = {mark["revision"] for mark in page.data("timeline")["marks"]}
    assert marked <= {point["revision"] for point in drawn}


def test_names_from_a_session_are_only_text(pages: dict[str, Page]) -> None:
    page = pages["hostile"]
    plain = pages["workflow"]
    assert [tag for tag, _ in page.elements if tag in ("script", "img", "iframe")] == ["script"] * 4, "two are JSON"
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        assert "javascript:" not in (attributes.get("href") or "")
    code = [data for attributes, data in page.scripts if "type" not in attributes]
    assert code == [data for attributes, data in plain.scripts if "type" not in attributes]
    assert "\u2028" not in page.text and "\u202e" not in page.text
    for name in HOSTILE[:4]:
        assert name in page.said
    views = [one["views"] for one in page.json("charts")]
    assert not any(name in json.dumps(views) for name in HOSTILE)


def test_the_policy_lets_only_the_pages_own_scripts_run(pages: dict[str, Page]) -> None:
    for page in pages.values():
        (policy,) = (a["content"] for tag, a in page.elements if tag == "meta" and "http-equiv" in a)
        assert policy and policy.startswith("default-src 'none';")
        for attributes, data in page.scripts:
            if "type" not in attributes:
                digest = base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()
                assert f"'sha256-{digest}'" in policy
        assert "unsafe-eval" not in policy


@given(st.lists(st.text() | st.sampled_from(HOSTILE), max_size=4))
def test_json_in_a_script_ends_nothing(value: object) -> None:
    told = script_json(value)
    assert told.isascii() and not {"<", ">", "&"} & set(told)
    json.loads(told)


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=400), st.integers(3, 60), st.data())
def test_thinning_keeps_peaks_lows_ends_and_what_must_stay(figures: list[int], most: int, data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.integers(0, len(figures) - 1), max_size=5))
    chosen = thinned(figures, most, kept)
    assert chosen == sorted(set(chosen))
    assert {0, len(figures) - 1, *kept} <= set(chosen)
    assert max(figures[at] for at in chosen) == max(figures)
    assert min(figures[at] for at in chosen) == min(figures)
    assert len(chosen) <= max(most, 3) + len(kept) + 2
    assert len(figures) > most or len(chosen) == len(figures)


def test_the_command_writes_a_file_or_standard_output(sessions: Sessions, tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    done = command(sessions, "within", "--format", "html", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{out}: {out.stat().st_size:,} bytes\n"
    printed = command(sessions, "within", "--format", "html", "--out", "-")
    assert Page(printed.stdout).json("report") == Page(out.read_text("utf-8")).json("report")
    markdown, figures = tmp_path / "r.md", tmp_path / "r.json"
    assert command(sessions, "within", "--out", str(markdown)).returncode == 0
    assert markdown.read_text("utf-8") == command(sessions, "within").stdout
    assert command(sessions, "within", "--format", "json", "--out", str(figures)).returncode == 0
    assert json.loads(figures.read_text()) == json.loads(command(sessions, "within", "--json").stdout)


def test_without_the_extra_the_command_says_how_to_install_it(sessions: Sessions, tmp_path: Path) -> None:
    (tmp_path / "vl_convert.py").write_text("raise ModuleNotFoundError(__name__)")
    done = command(sessions, "within", "--format", "html", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "pip install 'vl-convert-python" in done.stderr
    assert command(sessions, "within", PYTHONPATH=str(tmp_path)).returncode == 0


def test_options_that_do_not_go_together_are_refused(sessions: Sessions) -> None:
    for words in (("--open", "--format", "md"), ("--open", "--out", "-"), ("--open", "--json")):
        done = command(sessions, "within", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "--open" in done.stderr
