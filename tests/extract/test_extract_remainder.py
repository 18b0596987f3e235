"""What the extract leaves out, asked of the real server: what the outline says, and the same bytes each time."""

import json
from pathlib import Path
from typing import Any

from support.session import Session

REPORT = Path(__file__).parent / "data" / "report.md"


def _added(session: Session, text: str) -> str:
    return session.add(kind="report", content=text)


def _extract(session: Session, item: str, **params: Any) -> dict[str, Any]:
    return session.call("metadata/extract", sessionId=session.id, itemId=item, **params)


def test_every_outline_entry_is_what_get_returns_by_section_and_by_lines(session: Session):
    text = REPORT.read_text(encoding="utf-8").replace("\n", "\r\n")
    lines = text.splitlines(keepends=True)
    item = _added(session, text)
    found = _extract(session, item, maxTokens=120)
    assert f"Rest: item {item}" in found["text"] and len(found["outline"]) > 3
    for entry in found["outline"]:
        wanted = "".join(lines[entry["startLine"] - 1 : entry["endLine"]])
        section = session.call("context/get", itemId=item, section=" > ".join(entry["path"]))
        asked = {"start": entry["startLine"], "end": entry["endLine"]}
        by_lines = session.call("context/get", itemId=item, lines=asked)
        for part in (section, by_lines):
            assert part["content"] == wanted
            assert (part["startLine"], part["endLine"], part["tokens"]) == (
                entry["startLine"],
                entry["endLine"],
                entry["tokens"],
            )


def test_search_gives_lines_that_get_returns(session: Session):
    item = _added(session, REPORT.read_text(encoding="utf-8"))
    matches = session.call("context/get", itemId=item, search="stale balances")["matches"]
    assert matches and "stale balances" in matches[0]["text"].lower()
    for match in matches:
        line = session.call("context/get", itemId=item, lines={"start": match["line"], "end": match["line"]})
        assert line["content"].rstrip("\n") == match["text"]


def test_the_same_request_twice_has_the_same_bytes(session: Session):
    item = _added(session, REPORT.read_text(encoding="utf-8"))
    for params in ({"maxTokens": 60}, {"maxTokens": 250, "focus": "what is stale"}):
        first, second = (json.dumps(_extract(session, item, **params)) for _ in range(2))
        assert first == second


def test_binary_content_is_refused_by_name(session: Session):
    error = session.client.request_error("metadata/extract", {"content": "PNG\0\0data"})
    assert error["data"]["name"] == "notText" and error["data"]["errors"][0]["loc"] == ["content"]
