"""Items enter, change, grow and are read back byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.documents import REPORT
from support.session import Session

CONTENTS = {
    "empty": "",
    "crlf": "# A\r\n\r\nline\r\n## B\r\nend",
    "byte-order mark": "\ufeff# Title\n",
    "lone surrogate": "half \ud83d of an emoji",
    "cjk and emoji": "日本語のテキスト 🎉🎊\n",
    "special token": "<|endoftext|>",
    "nul": "a\0b",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_content_comes_back_as_it_was(session: Session, content: str) -> None:
    item = session.add(content=content)
    session.call("context/prune", target={"items": [item]})

    got = session.call("context/get", itemId=item)

    assert got["content"] == content


def test_a_file_is_read_once_and_kept_byte_for_byte(session: Session, workspace: Path) -> None:
    data = "# Ümlaut\r\n\r\ntext\n".encode()
    file = workspace / "notes.md"
    file.write_bytes(data)
    ids = [session.add(path=given) for given in ("notes.md", str(file), file.as_uri())]
    file.write_text("changed since")

    for item in ids:
        got = session.call("context/get", itemId=item)
        assert got["content"].encode() == data
        assert got["bytes"] == len(data)


def test_sections_lines_and_search(session: Session) -> None:
    item = session.add(content=REPORT)
    lines = REPORT.split("\n")

    section = session.call("context/get", itemId=item, section="Finding 2: Clock skew breaks short expiries")
    assert section["content"].startswith("### Finding 2")
    assert section["content"] in REPORT
    assert "\n".join(lines[section["startLine"] - 1 :]).startswith(section["content"])

    part = session.call("context/get", itemId=item, lines={"start": 3, "end": 5})
    assert part["content"] == "\n".join(lines[2:5]) + "\n"

    found = session.call("context/get", itemId=item, search="chrony")
    assert found["content"] is None
    assert any("chrony" in match["text"] for match in found["matches"])
    assert lines[found["matches"][0]["line"] - 1] == found["matches"][0]["text"].rstrip("\n")


def test_lines_end_where_the_document_ends(session: Session) -> None:
    item = session.add(content="a\nb\n")

    got = session.call("context/get", itemId=item, lines={"start": 2, "end": 99})

    assert (got["content"], got["startLine"], got["endLine"]) == ("b\n", 2, 2)


def test_headings_that_are_not_found_are_answered_with_those_there_are(session: Session) -> None:
    item = session.add(content="# T\n## A\none\n## A\ntwo\n")

    twice = session.error("context/get", itemId=item, section="A")
    assert [(c["startLine"], c["endLine"]) for c in twice["candidates"]] == [(2, 3), (4, 5)]
    never = session.error("context/get", itemId=item, section="Nowhere")
    assert [c["path"][-1] for c in never["candidates"]] == ["T", "A", "A"]


def test_reading_is_no_transaction(session: Session) -> None:
    item = session.add(content=REPORT)
    before = session.status()
    session.call("context/get", itemId=item, section="Findings")
    session.call("context/list")
    session.call("budget/report")

    assert session.status() == before


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"section": "No such heading"}, "unknownSection"),
        ({"lines": {"start": 5, "end": 2}}, "invalidParams"),
        ({"lines": {"start": 0, "end": 2}}, "invalidParams"),
        ({"lines": {"start": 5_000, "end": 6_000}}, "invalidParams"),
        ({"search": ""}, "invalidParams"),
        ({"section": "Findings", "search": "x"}, "invalidParams"),
        ({"itemId": "i-none"}, "unknownItem"),
    ],
)
def test_reading_what_is_not_there(session: Session, params: dict, name: str) -> None:
    item = session.add(content=REPORT)

    assert session.error("context/get", **({"itemId": item} | params))["name"] == name


def test_a_figure_has_no_content(session: Session) -> None:
    item = session.add(tokens=10)

    assert session.error("context/get", itemId=item)["name"] == "noContent"
    assert session.error("context/append", itemId=item, content="x")["name"] == "noContent"


def test_append_counts_the_tail_only_and_is_exact(session: Session) -> None:
    text = "".join(f"line {n} of the transcript, with a word or two\n" for n in range(3_000))
    item = session.add(content=text)
    for n in range(70):
        grown = session.call("context/append", itemId=item, content=f"appended {n}\n")
        text += f"appended {n}\n"
        assert grown["recounted"] < 1_000

    listed = session.items()[item]
    assert session.call("context/get", itemId=item)["content"] == text
    assert listed["tokens"] == session.call("tokens/count", texts=[text])["total"]
    assert listed["tokens"] == grown["item"]["tokens"]
    assert session.status()["processed"] == listed["tokens"]


def test_append_to_what_is_not_retained_is_refused(session: Session) -> None:
    item = session.add(content=REPORT)
    session.call("context/prune", target={"items": [item]})

    data = session.error("context/append", itemId=item, content="more")

    assert (data["name"], data["items"][0]["state"]) == ("conflict", "reduced")


def test_update_moves_pins_and_retitles(session: Session) -> None:
    item = session.add(tokens=100, phase=1)

    changed = session.call("context/update", itemId=item, layer="phase", phase=2, pinned=True, title="Rules")["item"]

    assert [changed[name] for name in ("layer", "phase", "pinned", "title", "tokens")] == [
        "phase",
        2,
        True,
        "Rules",
        100,
    ]
    phases = {phase["phase"]: phase["retained"] for phase in session.status()["phases"]}
    assert phases == {1: 0, 2: 100}
    assert session.call("context/update", itemId=item, phase=None)["item"]["phase"] is None


def test_an_update_that_changes_nothing_keeps_the_way_back(session: Session) -> None:
    item = session.add(tokens=10)
    pruned = session.call("context/prune", target={"items": [item]})

    session.call("context/update", itemId=item)

    assert session.call("context/undo", undo=pruned["undo"])["restored"] == [item]


def test_a_source_is_named_once(session: Session) -> None:
    item = session.add(tokens=10)

    data = session.error("context/add", items=[{"tokens": 1, "reduces": [item, item]}])

    assert data["errors"][0]["loc"] == ["items", 0, "reduces", 1]


def test_a_stand_in_takes_the_place_of_its_sources(session: Session) -> None:
    first, second = session.add(tokens=3_000, phase=2), session.add(tokens=2_000, phase=2)

    added = session.call("context/add", items=[{"tokens": 400, "reduces": [first, second]}])["items"][0]

    assert (added["layer"], added["phase"], added["reduces"]) == ("metadata", 2, [first, second])
    status = session.status()
    assert [status[name] for name in ("retained", "processed", "saved")] == [400, 5_000, 4_600]
    assert session.items()[first]["standIn"] == added["id"]


@pytest.mark.parametrize("protection", [{"pinned": True}, {"layer": "permanent"}])
def test_protected_items_cannot_be_reduced(session: Session, protection: dict) -> None:
    item = session.call("context/add", items=[{"layer": "transient", "tokens": 10} | protection])["items"][0]["id"]

    data = session.error("context/add", items=[{"tokens": 1, "reduces": [item]}])

    assert (data["name"], data["itemId"]) == ("protectedItem", item)


def test_a_source_has_one_stand_in(session: Session) -> None:
    item = session.add(tokens=10)
    session.call("context/add", items=[{"tokens": 1, "reduces": [item]}])

    assert session.error("context/add", items=[{"tokens": 1, "reduces": [item]}])["name"] == "conflict"


def test_listing_filters_and_pages(session: Session) -> None:
    for n in range(5):
        session.add(tokens=n, phase=n % 2, agent=f"agent-{n % 2}")

    page = session.call("context/list", phase=1, limit=1)
    rest = session.call("context/list", phase=1, limit=5, after=page["next"])

    assert (page["total"], page["tokens"]) == (2, 4)
    assert [item["tokens"] for item in page["items"] + rest["items"]] == [1, 3]
    assert rest["next"] is None
    assert session.call("context/list", agent="agent-0")["total"] == 3


@pytest.mark.parametrize(
    ("item", "name", "loc"),
    [
        ({"layer": "transient"}, "invalidParams", ["items", 0]),
        ({"layer": "transient", "tokens": 1, "content": "x"}, "invalidParams", ["items", 0]),
        ({"tokens": 1}, "invalidParams", ["items", 0, "layer"]),
        ({"layer": "transient", "tokens": -1}, "invalidParams", ["items", 0, "tokens"]),
        ({"layer": "transient", "tokens": 10**12}, "invalidParams", ["items", 0, "tokens"]),
        ({"layer": "transient", "tokens": "5"}, "invalidParams", ["items", 0, "tokens"]),
        ({"layer": "transient", "tokens": 5.0}, "invalidParams", ["items", 0, "tokens"]),
        ({"layer": "transient", "tokens": 1, "colour": 1}, "invalidParams", ["items", 0, "colour"]),
        ({"layer": "transient", "tokens": 1, "wave": 1}, "invalidParams", ["items", 0, "phase"]),
        (
            {"layer": "transient", "content": "x", "provenance": "estimated"},
            "invalidParams",
            ["items", 0, "provenance"],
        ),
        ({"layer": "transient", "tokens": 1, "provenance": "exact"}, "invalidParams", ["items", 0, "provenance"]),
        ({"tokens": 1, "reduces": ["i-none"]}, "unknownItem", ["items", 0, "reduces", 0]),
        ({"layer": "transient", "path": "missing.md"}, "pathUnreadable", ["items", 0, "path"]),
        ({"layer": "transient", "path": "/etc/hostname"}, "pathNotAllowed", ["items", 0, "path"]),
        ({"layer": "transient", "path": "../outside.md"}, "pathNotAllowed", ["items", 0, "path"]),
        ({"layer": "transient", "path": "/dev/zero"}, "pathNotAllowed", ["items", 0, "path"]),
        ({"layer": "transient", "path": "."}, "pathNotAllowed", ["items", 0, "path"]),
    ],
)
def test_bad_items_are_named(session: Session, item: dict, name: str, loc: list) -> None:
    data = session.error("context/add", items=[item])

    assert (data["name"], data["errors"][0]["loc"]) == (name, loc)


def test_a_figure_without_content_is_reported_unless_the_caller_estimates_it(session: Session) -> None:
    reported, estimated = session.add(tokens=1), session.add(tokens=2, provenance="estimated")

    items = session.items()
    assert (items[reported]["provenance"], items[estimated]["provenance"]) == ("reported", "estimated")


def test_one_bad_item_keeps_all_out(session: Session) -> None:
    items = [{"layer": "transient", "tokens": 1}, {"layer": "transient", "path": "missing.md"}]

    assert session.error("context/add", items=items)["errors"][0]["loc"] == ["items", 1, "path"]
    assert session.items() == {}


def test_links_fifos_and_strange_bytes_are_refused(session: Session, workspace: Path) -> None:
    def refusal(name: str) -> str:
        return session.error("context/add", items=[{"layer": "transient", "path": name}])["name"]

    (workspace / "link.md").symlink_to("/etc/hostname")
    os.mkfifo(workspace / "fifo")
    (workspace / "latin1.txt").write_bytes(b"caf\xe9")
    (workspace / "image.png").write_bytes(b"\x89PNG\0\0")

    assert [refusal(name) for name in ("link.md", "fifo", "latin1.txt", "image.png")] == [
        "pathNotAllowed",
        "pathNotAllowed",
        "notText",
        "notText",
    ]


def test_oversize_documents_are_refused(session: Session, workspace: Path) -> None:
    with (workspace / "huge.md").open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    data = session.error("context/add", items=[{"layer": "transient", "path": "huge.md"}])
    assert (data["name"], data["limit"], data["size"]) == ("payloadTooLarge", 16 * 1024 * 1024, 200 * 1024 * 1024)
    data = session.error("context/add", items=[{"layer": "transient", "content": "x" * (16 * 1024 * 1024 + 1)}])
    assert (data["name"], data["errors"][0]["loc"]) == ("payloadTooLarge", ["items", 0, "content"])
