"""What an editor shows counts, unsaved edits included, and only around the edits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.client import Client

from ctxbudget_server.tokens import count
from ctxbudget_server.workspace.buffers import Buffers, changed_region

TEXTS = st.text(alphabet="ab \n.日🎉", max_size=40)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_the_changed_region_rebuilds_the_new_text(head: str, removed: str, added: str, tail: str) -> None:
    old, new = head + removed + tail, head + added + tail

    start, old_end, new_end = changed_region(old, new)

    assert old[:start] + new[start:new_end] + old[old_end:] == new
    assert old_end - start <= len(removed) and new_end - start <= len(added)


@given(st.lists(TEXTS, min_size=1, max_size=6), st.sampled_from(["o200k_base", "cl100k_base"]))
def test_counts_follow_the_edits(versions: list[str], encoding: str) -> None:
    buffers = Buffers()
    for text in versions:
        buffers.update("file:///a.md", text)
        assert buffers.raw_tokens("/a.md", text, encoding, lambda: None) == count(text, encoding)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_open_document_is_counted_as_it_stands(client: Client, workspace: Path, newline: str) -> None:
    file = workspace / f"open{len(newline)}.md"
    text = newline.join(f"line {n} with an emoji 🎉 and 日本語" for n in range(200))
    file.write_text("on the disk")
    uri = file.as_uri()

    def tokens(**params: object) -> int:
        return client.request("tokens/count", {"paths": [uri], **params})["total"]

    client.notify(
        "textDocument/didOpen",
        {"textDocument": {"uri": uri, "languageId": "markdown", "version": 1, "text": text}},
    )
    assert tokens() == count(text)
    for version in range(2, 12):
        lines = text.split(newline)
        lines[version] = lines[version][:5] + f"edit {version} ✓" + lines[version][5:]
        text = newline.join(lines)
        place = {"line": version, "character": 5}
        change = {"range": {"start": place, "end": place}, "text": f"edit {version} ✓"}
        client.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]},
        )
        assert tokens() == count(text)
    assert tokens(model="claude-opus-4-8") > count(text)

    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert tokens() == count("on the disk")
