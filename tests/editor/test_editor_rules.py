"""The pure rules: layers, imports, metadata blocks and the names of files that sections move to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_protocol.settings import EditorSettings, LayerRule
from ctxbudget_server.editor import layers
from ctxbudget_server.editor.blocks import END, Block, block_edit, find_block, without_block
from ctxbudget_server.editor.edits import _free_name
from ctxbudget_server.editor.imports import MAX_HOPS, Import, Loaded, Mention, mentions_in, resolve
from ctxbudget_server.editor.lines import split_document

SETTINGS = EditorSettings()


@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("CLAUDE.md", "permanent"), ("a/b/AGENTS.md", "permanent"), ("GEMINI.md", "permanent"),
        (".claude/rules/x.md", "permanent"), (".cursor/rules/x.mdc", "permanent"), (".cursorrules", "permanent"),
        (".github/copilot-instructions.md", "permanent"), ("x/py.instructions.md", "permanent"),
        (".claude/commands/go.md", "phase"), ("a/SKILL.md", "phase"), ("fix.prompt.md", "phase"),
        ("prompts/a.txt", "phase"),
        ("plans/a.md", "metadata"), ("x/plan.md", "metadata"), ("my-plan.md", "metadata"),
        ("handoffs/1.md", "metadata"),
        ("README.md", None), ("claude.md.txt", None), ("explanation.md", None), (None, None),
    ],
)  # fmt: skip
def test_the_layers_of_usual_files(path: str | None, layer: str | None) -> None:
    assert layers.layer_of(path, SETTINGS) == layer


def test_the_first_rule_of_the_settings_counts() -> None:
    rules = [
        LayerRule(glob="docs/*.md", layer="transient"),
        LayerRule(glob="CLAUDE.md", layer="none"),
        LayerRule(glob="docs/a.md", layer="phase"),
    ]
    settings = EditorSettings(layers=rules)
    assert layers.layer_of("docs/a.md", settings) == "transient"
    assert layers.layer_of("CLAUDE.md", settings) is None
    assert layers.layer_of("AGENTS.md", settings) == "permanent"
    assert layers.is_warned_of_closed("docs/a.md", settings) and layers.is_warned_of_closed("AGENTS.md", settings)
    assert not layers.is_warned_of_closed("CLAUDE.md", settings)
    assert not layers.is_warned_of_closed("plans/a.md", settings), "only what the settings name, and what always loads"


@pytest.mark.parametrize(
    ("path", "language", "looked_at"),
    [
        ("a.md", None, True), ("a.py", "python", False), ("a.py", "markdown", True), (None, "plaintext", True),
        ("x/.cursor/rules/y", None, True), ("vendor/a.md", "markdown", False), (None, "python", False),
    ],
)  # fmt: skip
def test_what_is_looked_at(path: str | None, language: str | None, looked_at: bool) -> None:
    assert layers.is_looked_at(path, language, EditorSettings(exclude=["vendor/"])) is looked_at


def paths_in(*lines: str) -> list[str]:
    return [mention.path for mention in mentions_in(enumerate(lines))]


def test_mentions() -> None:
    assert paths_in("@a.md and @./b/c.md, me@example.org", "see (@no.md)", "`@code.md` @~/d.md", "@x\\ y.md") == [
        "a.md", "./b/c.md,", "~/d.md", "x y.md"
    ]  # fmt: skip
    assert mentions_in([(3, "🎉 @a.md#part\r\n")]) == [Mention(3, 2, 12, "a.md")]
    assert paths_in("@", "@ a", "@@a", "@#x", "``@a.md``") == []


def files(**texts: str) -> dict[str, Sequence[Mention]]:
    return {f"/w/{name}": mentions_in(enumerate(text.splitlines())) for name, text in texts.items()}


def follow(texts: dict[str, Sequence[Mention]], start: str = "/w/start") -> list[Import]:
    return resolve(start, texts[start], lambda path: Loaded(10, texts[path]) if path in texts else None)


def test_five_hops_and_no_more() -> None:
    chain = {f"n{i}": f"@n{i + 1}" for i in range(1, 9)}
    (first,) = follow(files(start="@n1", **chain))
    assert first.files == MAX_HOPS and first.total == 10 * MAX_HOPS
    deepest = first
    while deepest.imports:
        (deepest,) = deepest.imports
    assert (deepest.path, deepest.status) == (f"/w/n{MAX_HOPS + 1}", "tooDeep")


def test_each_file_once_and_cycles_are_named() -> None:
    found = follow(files(start="@a @b @start", a="@b", b="@a @start"))
    assert [each.status for each in found] == ["loaded", "again", "cycle"]
    (b,) = found[0].imports
    assert [each.status for each in b.imports] == ["cycle", "cycle"]
    assert sum(each.total for each in found) == 20
    assert sorted(path for each in found for path, _ in each.loaded()) == ["/w/a", "/w/b"]


def test_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    wanted = str((tmp_path / "me.md").resolve())
    mentions = [Mention(0, 0, 0, "~/me.md."), Mention(0, 0, 0, "~nobody-has-this-name/x")]
    found = resolve("/w/x", mentions, lambda path: Loaded(1, ()) if path == wanted else None)
    assert [(each.path, each.status) for each in found] == [(wanted, "loaded")]


def extracted(text: str) -> tuple[str, int, int]:
    return f"{len(text)} characters", 1, 100


LINES = st.lists(
    st.sampled_from(
        ["# Title\n", "\n", "text\n", "## Two\n", "---\n", "k: v\n", "```\n", "last", "Under\n", "===\r\n"]
    ),
    max_size=12,
).map(lambda lines: split_document("".join(lines)))


@given(LINES)
def test_updating_a_block_twice_changes_nothing(lines: list[str]) -> None:
    edit = block_edit(lines, extracted)
    assert edit is not None
    made = split_document("".join([*lines[: edit.block.start], edit.text, *lines[edit.block.end :]]))
    block = find_block(made)
    if block is None:  # it stands in code that nobody closed
        assert any(line.startswith("```") for line in lines)
        return
    again = block_edit(made, extracted)
    assert again is not None and again.text == "".join(made[block.start : block.end])
    assert "ctxbudget" not in "".join(without_block(made, block))


def test_a_block_in_code_is_an_example() -> None:
    example = f"```md\n<!-- ctxbudget:metadata tokens=1 of=2 -->\nx\n{END}\n```\n"
    assert find_block(split_document(f"# T\n\n{example}")) is None
    both = split_document(f"# T\n\n{example}\n<!-- ctxbudget:metadata -->\n{END}\n")
    assert find_block(both) == Block(8, 10)
    assert find_block(["<!-- ctxbudget:metadata -->\n", "text\n"]) is None, "never closed"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etc-passwd.md"), ("a/b:c*?", "a-b-c.md"), ("", "section.md"), ("///", "section.md"),
        ("CON", "section-con.md"), ("lpt1", "section-lpt1.md"), ("Über 日本", "über-日本.md"), ("-rf", "rf.md"),
        ("x" * 300, "x" * 60 + ".md"), ("Taken", "taken-3.md"), ("a\0b", "a-b.md"),
    ],
)  # fmt: skip
def test_names_that_are_safe_anywhere(title: str, name: str) -> None:
    assert _free_name(title, {"taken.md", "taken-2.md"}.__contains__) == name
