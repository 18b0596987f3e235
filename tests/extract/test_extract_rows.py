"""Outputs of tools: the row that differs is kept, with a question or without, under its header, with marks for gaps."""

import json
import re
from functools import lru_cache

import pytest
from extract_checks import count
from odd_rows import kept, seen
from odd_rows.case import Case, holds
from support.session import Session

from ctxbudget_server.extract import extract

SEEN = seen.cases(seed=5, rounds=1)
KEPT = kept.cases(seed=6, rounds=2)
CSV = "id,region,state,size\n" + "".join(f"{n},north,done,{n * 7 % 90 + 10}\n" for n in range(400))


@lru_cache
def reach(asked: str, limit: int) -> float:
    """The share, in %, of the outputs kept aside whose fact stands in the text."""
    return shares_held(KEPT, asked, limit)


def shares_held(cases: list[Case], asked: str, limit: int) -> float:
    found = 0
    for case in cases:
        focus = {"none": None, "asked": case.question, "named": case.named}[asked]
        text = extract(case.text, count=count, max_tokens=limit, focus=focus).text
        assert text, (case.layout, focus)
        found += holds(text, case)
    return 100 * found / len(cases)


FLOORS = {"none": (60, 68, 78), "asked": (60, 68, 78), "named": (85, 95, 95)}
LIMITS = (128, 256, 800)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("asked", FLOORS)
def test_the_fact_of_the_row_that_differs_is_kept(asked: str, limit: int):
    assert reach(asked, limit) >= FLOORS[asked][LIMITS.index(limit)]


@pytest.mark.parametrize("asked", ["asked", "named"])
def test_a_question_does_not_lose_facts(asked: str):
    assert sum(reach(asked, limit) for limit in LIMITS) >= sum(reach("none", limit) for limit in LIMITS)


@pytest.mark.parametrize("asked", FLOORS)
def test_the_outputs_that_the_rules_were_made_on_stay_right(asked: str):
    assert shares_held(SEEN, asked, 256) >= 95


@pytest.mark.parametrize("limit", [40, 100, 600])
def test_no_question_empties_a_text(limit: int):
    for case in SEEN[::7] + KEPT[::10]:
        plain = extract(case.text, count=count, max_tokens=limit)
        for focus in (case.question, case.named, "zzz", "?"):
            found = extract(case.text, count=count, max_tokens=limit, focus=focus)
            assert 0.6 * plain.tokens <= found.tokens <= limit, (case.layout, focus)


def test_rows_are_whole_in_order_and_every_gap_says_how_many_are_left_out():
    lines = CSV.splitlines()
    lines[250] = "249,north,lost,33"
    text = extract("\n".join(lines), count=count, max_tokens=150).text
    body = text.split("\n\n")[1].split("\n")
    assert body[0] == lines[0], "the header comes first"
    assert "249,north,lost,33" in body
    at = 1
    for line in body[1:]:
        gap = re.fullmatch(r"… (\d+) rows?", line)
        at += int(gap[1]) if gap else 0
        if not gap:
            assert lines[at] == line
            at += 1
    assert at == len(lines), "rows shown and rows left out are all there are"


def test_a_row_too_long_is_cut_to_what_differs_with_marks():
    row = {"id": 1, "text": "words " * 60, "state": "done", "note": "more " * 40}
    rows = [row | {"id": n} for n in range(60)]
    rows[40]["state"] = "stuck"
    text = extract(json.dumps(rows), count=count, max_tokens=100).text
    line = next(x for x in text.split("\n") if x.startswith('{"id": 40, '))
    assert '"state": "stuck"' in line and "…" in line and len(line) < 250


DIFFERENCES = {
    "another unit": ("17 ms", "17 s"),
    "not a number": ("17 ms", "none"),
    "far away": ("17 ms", "98123 ms"),
    "another shape": ("job-50", "JOB/50-b"),
    "another status": ("ok", "evicted"),
    "longer": ("ok", "ok, but only after a manual restart of the node"),
    "a repeated id": ("job-50", "job-31"),
    "out of order": ("10:50:00", "09:12:00"),
    "missing": (", ok", ""),
}


@pytest.mark.parametrize("name", DIFFERENCES)
@pytest.mark.parametrize("separator", [";", "\t", "  "])
def test_what_differs_is_found(name: str, separator: str):
    old, new = DIFFERENCES[name]
    lines = [f"10:{n:02d}:00, job-{n}, {15 + n % 5} ms, ok" for n in range(60)]
    lines[50] = "10:50:00, job-50, 17 ms, ok".replace(old, new)
    lines = [separator.join(line.split(", ", 3)) for line in lines]
    assert lines[50] in extract("\n".join(lines), count=count, max_tokens=120).text.split("\n")


def test_a_line_comes_with_the_section_that_it_belongs_to():
    sections = [f"[host-{n}]\nport = 22\nuser = deploy\nproxy = none\nkeys = agent\n" for n in range(40)]
    sections[31] = sections[31].replace("none", "jump.example")
    for focus in (None, "who uses a proxy"):
        text = extract("\n".join(sections), count=count, max_tokens=100, focus=focus).text
        before, found, _ = text.partition("proxy = jump.example")
        assert found and re.findall(r"\[host-\d+\]", before)[-1] == "[host-31]"


def test_the_highest_is_found_if_asked_for():
    sized = [f"{n},north,done,{n * 7 % 90 + 10}" for n in range(200)]
    sized[77] = "77,north,done,104"
    text = "\n".join(["id,region,state,size", *sized])
    assert sized[77] in extract(text, count=count, max_tokens=100, focus="which has the largest size").text


def test_a_page_is_read_without_its_markup():
    cards = [f"<div class='c'><h3>Item {n}</h3><p>In stock</p><a href='/i/{n}'>open</a></div>" for n in range(50)]
    cards[33] = cards[33].replace("/i/33", "https://elsewhere.example/x")
    head = "<head><title>Shop</title><script>var a = '<p>no</p>';</script></head>"
    text = extract(f"<html>{head}<body>{''.join(cards)}</body></html>", count=count, max_tokens=120).text
    assert "Item 33 | In stock | open | href=https://elsewhere.example/x" in text
    assert "Shop" in text and "<" not in text and "var a" not in text


PROSE = {
    "sentences": "The store keeps one file for each workspace and never loses what it has removed.\n" * 30,
    "wrapped": "the store keeps one file for each workspace and writes it\nand never loses what it has removed there\n"
    * 20,
    "report": "# Report\n\n## Findings\n\n" + "- The cache is never read after the second request\n" * 30,
    "tasks": "\n".join(f"- [ ] Write the chapter about topic {n}" for n in range(30)),
    "fields": "summary_brief: Added the queue\nwork_remaining: 0\nphases_completed: 3\n" + "note: all is well\n" * 9,
    "CJK": "这是一个没有空格的句子。它说明了系统如何工作。\n" * 30,
}


@pytest.mark.parametrize("name", PROSE)
def test_prose_is_not_read_as_rows(name: str):
    text = extract(PROSE[name], count=count, max_tokens=60).text
    assert not re.search(r"^… \d+ (?:row|line)s?$", text, re.M)


def test_code_is_not_read_as_rows():
    code = "\n".join(
        f"def step_{n}(state):\n    value = state.get('k{n}')\n    return value + {n}\n" for n in range(40)
    )
    assert "… " not in extract(code, count=count, path="steps.py", max_tokens=100).text


def test_a_log_of_git_is_read_commit_by_commit():
    commits = [
        f"commit {n:040x}\nAuthor: Ann <ann@example.org>\nDate:   Mon Mar 2 10:{n % 60:02d}:00 2026 +0100\n\n"
        f"    Renew the pages of chapter {n}\n\n    The figures were old.\n"
        for n in range(3 << 36, (3 << 36) + 60)
    ]
    commits[40] = commits[40].replace("Renew the pages of", "Revert: lost").replace("old.", "wrong in the annex.")
    commits[9] = commits[9].replace("Ann <ann@", "Bo <bo@")
    for focus, expected in ((None, "Revert: lost chapter"), ("annex", "wrong in the annex.")):
        text = extract("\n".join(commits), count=count, max_tokens=250, focus=focus).text
        line = next(x for x in text.split("\n") if "Revert" in x)
        assert commits[40][7:17] in line and expected in text
        assert re.search(r"^… \d+ commits$", text, re.M)
        assert "Author=Bo <bo@example.org>" in text, "who wrote it is shown where it differs"


def test_a_line_of_a_long_document_comes_with_the_name_of_the_document():
    manifest = (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\nspec:\n"
        + "".join(f"  setting{n}: on\n" for n in range(16))
        + "  hostNetwork: {host}\n"
    )
    documents = [manifest.format(name=f"pod-{n}", host="false") for n in range(20)]
    documents[13] = manifest.format(name="pod-13", host="true")
    for focus in (None, "which one is on the host network"):
        text = extract("---\n".join(documents), count=count, max_tokens=120, focus=focus).text
        before, found, _ = text.partition("  hostNetwork: true")
        assert found and re.findall(r"name: (\S+)", before)[-1] == "pod-13"


def test_a_first_column_of_figures_is_not_a_number_of_lines():
    lines = [f"{n * 37 % 50 * 4 + 8}\t/srv/files/part-{n:03d}" for n in range(200)]
    lines[120] = "918244\t/srv/files/part-120"
    for focus in (None, "what is the largest"):
        text = extract("\n".join(lines), count=count, max_tokens=150, focus=focus).text
        assert lines[120] in text.split("\n")


def test_a_tree_of_packages_is_not_a_table_with_bars():
    lines = ["app@1.0.0 /srv/app"]
    for n in range(40):
        lines += [f"├─┬ part-{n}@2.{n}.0", f"│ ├── left@1.0.{n % 3}", f"│ └── right@3.1.{n % 4}"]
    text = extract("\n".join(lines), count=count, max_tokens=150).text
    assert lines[0] in text and "├─┬ part-39@2.39.0" in text and "=" not in text


def test_a_fence_within_a_value_does_not_turn_records_into_prose():
    rows = [{"id": n, "state": "open", "body": f"Run\n```\nmake part-{n}\n```"} for n in range(60)]
    rows[44]["state"] = "stuck"
    text = extract(json.dumps(rows), count=count, max_tokens=150).text
    assert '"state": "stuck"' in text


def test_columns_below_a_summary_are_told_by_their_header():
    head = ["top - 10:00:00 up 3 days", "Tasks: 90 total", "%Cpu(s): 2.0 us", "MiB Mem: 900 total", "MiB Swap: 0 total"]
    rows = [f"{n * 7:5d} root  20  0  {n % 3}.0  0:0{n % 9}.10 worker" for n in range(90)]
    rows[50] = "  350 root  20  0  97.5  9:31.10 indexer"
    text = extract(
        "\n".join([*head, "", "  PID USER  PR NI %CPU TIME+ COMMAND", *rows]), count=count, max_tokens=120
    ).text
    shown = text.split("\n")
    assert shown.index("  PID USER  PR NI %CPU TIME+ COMMAND") < shown.index(rows[50])


def test_rows_of_one_kind_do_not_crowd_out_the_others():
    lines = [f"12:00:{n % 60:02d} INFO worker step {n} done" for n in range(300)]
    for n in range(100, 130):
        lines[n] = f"12:01:{n % 60:02d} WARN disk of node {n} is slow"
    lines[200] = "12:02:00 INFO certificate replaced by hand"
    text = extract("\n".join(lines), count=count, max_tokens=200).text
    assert "certificate replaced by hand" in text and "WARN disk of node" in text


def test_a_server_answers_a_question_about_a_table(session: Session):
    lines = CSV.splitlines()
    lines[300] = "299,south,done,41"
    for focus in (None, "which region differs", "what about 299"):
        params = {"focus": focus} if focus else {}
        found = session.client.request("metadata/extract", {"content": "\n".join(lines), "maxTokens": 150, **params})
        shown = found["text"].split("\n")
        assert found["kind"] == "tool-output"
        assert shown.index(lines[0]) < shown.index("299,south,done,41")


HOSTILE = {
    "open tags": "<" * 200_000 + ">",
    "open attributes": "<a '" * 60_000 + "</b>" * 9 + ">",
    "open comments": "<b>" + "<!--" * 60_000 + "</b>" * 9,
    "open scripts": "<b>" + "<script" * 40_000 + "</b>" * 9,
    "deep elements": "<div>" * 40_000 + "</div>" * 40_000,
    "tabs": "a\tb\n" * 60_000,
    "assignments": "a=b\n" * 60_000,
    "nested": "".join(f"{' ' * (n % 90)}x{n}: 1\n" for n in range(30_000)),
    "figures": "1 2 3 4 5 6\n" * 30_000,
    "a diff": "--- a\n+++ b\n@@ -1 +1 @@\n" + "+a\n-b\n" * 40_000,
    "one line": "k=v " * 60_000,
    "lines of JSON": '{"a": [1, {"b": null}], "c": "d"}\n' * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_rows_keep_the_bound(name: str):
    for focus in (None, "a b"):
        text = HOSTILE[name]
        assert extract(text, count=lambda s: len(s) // 4 + 1, max_tokens=60, focus=focus).tokens <= 60
