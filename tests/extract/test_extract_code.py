"""Code is never rewritten, and a fence within a fence does not turn the rest of a document inside out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_server.extract import extract, outline
from ctxbudget_server.markdown.scan import scan_whole
from ctxbudget_server.markdown.sentences import plain, split_sentences
from ctxbudget_server.markdown.structure import _by_scan, _by_tree, analyse
from ctxbudget_server.tokens import count

CODE = [
    "`__init__.py`", "`src/**/*.py`", "`**kwargs`", "`a*b*c`", "`[a](b)`", "`<br>`", "`~~x~~`", "`a  b`", "`x[^1]`",
    "`:ref:`", "`<!-- c -->`",
]  # fmt: skip
PROSE_CODE = ["__init__.py", "src/**/*.py", "**kwargs", "*.py,*.js", "**/*.ts", "f(*args, **kwargs)", "__tests__/a.js"]


@pytest.mark.parametrize("code", [*CODE, *PROSE_CODE])
@pytest.mark.parametrize("around", ["Edit {} now.", "**Edit** {} *now*.", "- {}: __new__ {}", "{}"])
def test_code_in_prose_stays_as_it_is(code: str, around: str) -> None:
    read = plain(around.replace("{}", code))
    assert read.count(code) == around.count("{}")
    assert "**" not in read.replace(code, "")


@pytest.mark.parametrize(
    ("markup", "read"),
    [
        ("**Bold**, *slanted*, __strong__ text and ***both***.", "Bold, slanted, __strong__ text and both."),
        ("__Two words__ and **use `x*y` now**", "Two words and use `x*y` now"),
        ("**a *b* c**", "a b c"),
        ("**Files in src/*.py are** kept", "Files in src/*.py are kept"),
        ("**kwargs are **bold**", "**kwargs are bold"),
        ("a ``code`` b", "a `code` b"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("\ue0000\ue001 `x`", "\ue0000\ue001 `x`"),
    ],
)
def test_emphasis_is_removed_around_code_only(markup: str, read: str) -> None:
    assert plain(markup) == read


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([*CODE, "**bold**", "*it*", "word", "[a](b)", "**", "_", "`"]), max_size=12))
def test_what_stands_in_a_code_span_stays(pieces: list[str]) -> None:
    if "`" not in pieces:
        read = plain(" ".join(pieces))
        for code in CODE:
            assert read.count(code) == pieces.count(code)


def test_a_sentence_does_not_end_within_code() -> None:
    assert split_sentences("Run `foo. Bar` first. Then go.") == ["Run `foo. Bar` first.", "Then go."]


def test_a_fenced_line_in_the_text_is_the_source_s_own() -> None:
    source = (
        "# Title\n\n```py\ndef __init__(self, **kwargs):\n    self.a = b*c*d  # __x__ and **y**\n```\n" + "\n" * 900
    )
    found = extract(source, count=len, max_tokens=200, kind="report")
    assert "def __init__(self, **kwargs):\n    self.a = b*c*d  # __x__ and **y**\n" in found.text


NESTED = "```markdown\n# Inner\n\n```bash\nls\n```\n\n## Inner too\n```\n"
BARE = "```\n# Inner\n```bash\nls\n```\nmore\n```\n"
LONGER = "```md\n````bash\n```\n````\n# Inner\n```\n"
FLAT = "```bash\n# comment\n```\n"
PLAIN = "```\n# comment\n```\n"


def headings(text: str) -> list[str]:
    return [entry.heading for entry in outline(text, count)]


@pytest.mark.parametrize("nested", [NESTED, BARE, LONGER, NESTED.replace("`", "~"), NESTED * 2, NESTED + FLAT])
@pytest.mark.parametrize("rest", ["", FLAT, FLAT * 3])
def test_a_fence_within_a_fence_does_not_end_it(nested: str, rest: str) -> None:
    text = f"# Title\n\n## One\n\n{nested}\n## Two\n\n{rest}\n## Three\n"
    assert headings(text) == ["Title", "One", "Two", "Three"]
    assert analyse(text).unsure == ()


def test_phases_after_a_nested_fence_are_read() -> None:
    plan = f"# Plan\n\n## Phase 1: Build [DONE]\n\n{NESTED}\n## Phase 2: Ship [PENDING]\n\n- [ ] ship\n"
    found = extract(plan, count=count, kind="plan")
    assert found.plan is not None
    assert [phase.name for phase in found.plan.phases] == ["Build", "Ship"]


def test_two_readings_are_said() -> None:
    text = f"# Title\n\n{NESTED}\n## Two\n\n{PLAIN}\n## Three\n"
    found = extract(text, count=count)
    assert headings(text) == ["Title", "Two", "Three"]
    assert [warning for warning in found.warnings if "fences" in warning] == [
        "fences within fences that can be read in two ways begin at line 3"
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"# A\n\n```text\n```bash\n```\n\n## B\n\n{PLAIN}\n## C\n",  # a fence's beginning, shown
        "# A\n```text\nforgotten\n```bash\nls\n```\n## B\n```py\n```\n## C\n",
        "# A\n\n```text\n```bash\n```\n\n## B\n\n```py\n```\n## C\n",
        "# A\n````md\n```bash\n```\n````\n## B\n## C\n",
    ],
)
def test_other_fences_are_read_as_commonmark_reads_them(text: str) -> None:
    assert headings(text) == ["A", "B", "C"]


FENCES = ["```", "```bash", "```md", "````", "````js", "~~~", "~~~py", "# heading", "text", ""]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(FENCES), max_size=30))
def test_both_readers_agree_on_fences(lines: list[str]) -> None:
    from ctxbudget_server.markdown.fences import fence_lines, nesting_of

    content = nesting_of(fence_lines(lines)).content
    tree, scanned = _by_tree(lines, 0, content), _by_scan(lines, 0, content)
    assert tree[0] == scanned[0]
    assert scan_whole(lines, 0).headings == scanned[0]
