"""The index of names: whole tokens and whole back-ticked spans of the source, none that stands in the text already."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ctxbudget_server.extract import extract, index_entries, names_of
from ctxbudget_server.tokens import count

NAMES = (
    ".claude/agents/x.md",
    "/home/dev/report.txt",
    "0f3a9c1d",
    "__init__.py",
    "src/**/*.py",
    "**kwargs",
    "*.test.ts",
    "--dry-run",
    "@scope/package",
    "$HOME/bin/run",
    "~/.config/app.toml",
    "../lib/util.js",
    "src/{api,web}/index.ts",
    "app/[id]/page.tsx",
    "users/{user_id}/posts",
    "crate::module::Type",
    "server.go:120-140",
    "feature_*",
    "https://example.org/a/b?c=d",
    "C:\\tools\\new\\run.exe",
    "TokenFamily.revoke",
    "%APPDATA%/tool/x.db",
    "${HOME}/bin/run.sh",
    "{AppData}/tool/",
    "reports/${kind}-all.md",
    "#/properties/total",
)
SPANS = ("git log --oneline", "foo(a, b)", "Result<T, E>", "exclude", "a && b")

WHOLE = {*NAMES, *SPANS, *(token for span in SPANS for token in span.split())}


def filler(sentences: int) -> str:
    return " ".join(f"The reader of part {n} finds the same plain words here once more." for n in range(sentences))


def index_of(text: str) -> list[str]:
    line = re.search(r"^Names: (.*)\Z", text, re.M)
    return [(one[0] or one[1]) for one in re.findall(r"`([^`]+)`|(\S+)", line[1])] if line else []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "around", ["see {} for it", "({})", "“{}”, then", "**{}**: yes", "| {} | b |", "as {}.", "`{}`"]
)
def test_a_name_is_named_whole(name: str, around: str) -> None:
    entries = index_entries(f"First words.\n\n{around.format(name)}\n")
    assert entries == [name]


@pytest.mark.parametrize("span", SPANS)
def test_a_back_ticked_span_is_named_whole(span: str) -> None:
    assert span in [entry.strip("`") for entry in index_entries(f"Call `{span}` here.")]
    assert names_of(f"Call `{span}` here.")[0] == span


@pytest.mark.parametrize(
    "text",
    ["and/or", "MUST", "read/write", "2026-06-22", "10:30", "12:04:55", "2026-06-22T10:00:00Z", "2026", "e.g.", "i.e.",
     "_slanted_", "`MUST`", "`2026-06-22`", "COMPLETED", "N/A"],
)  # fmt: skip
def test_words_dates_and_times_are_not_names(text: str) -> None:
    assert index_entries(f"It is {text} in the text.") == []


def test_an_escaped_line_end_belongs_to_no_name() -> None:
    entries = index_entries(r'{"text": "one\nsrc/a_b.py\\nc_d.py"}')
    assert sorted(entries) == ["c_d.py", "src/a_b.py"]


def test_stress_is_not_a_name_but_an_acronym_is() -> None:
    said = "Read it BEFORE the change, not before long, with the ACME tool."
    assert names_of(said) == ("ACME",)
    assert index_entries(said)[0] == "ACME"


def test_the_index_of_a_result_takes_all_kinds_of_names_alike() -> None:
    """Paths and code come first in a report. The agent that asked for a result uses all of it, so cost decides."""
    result = "Wrote src/orders.py with put_order and put_refund.\n"
    assert names_of(result)[0] == "src/orders.py"
    assert index_entries(result)[0] == "put_order"


@settings(max_examples=40, deadline=None)
@example(names=[".claude/agents/x.md"] * 3, joint="** **", limit=60)
@given(
    st.lists(st.sampled_from([*NAMES, *(f"`{span}`" for span in SPANS), "plain", "words"]), min_size=3, max_size=40),
    st.sampled_from([", ", " ", " and ", "; ", "\n- ", ") (", "** **"]),
    st.integers(60, 300),
)
def test_every_entry_is_whole_and_new(names: list[str], joint: str, limit: int) -> None:
    # Next to a slash or another asterisk, bold cannot be told from a pattern.
    assume("*" not in joint or not any({name[0], name[-1]} & {"/", "*"} for name in names))
    source = f"# Title of it\n\n{filler(40)}\n\nNamed: {joint.join(names)}\n\n{filler(40)}"
    found = extract(source, count=count, max_tokens=limit)
    before = found.text.rsplit("Names: ", 1)[0]
    entries = index_of(found.text)
    for entry in entries:
        assert entry in WHOLE
        assert entry not in before
        assert sum(entry in other for other in entries) == 1
    for name in found.identifiers:
        assert name in WHOLE
    assert set(found.paths) <= {*NAMES, "server.go"}
    assert found.tokens <= limit


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="aB_./*`#:-~@$%+,{}[]<>()\\ \n1é", max_size=200))
def test_entries_are_substrings_of_any_text(text: str) -> None:
    for entry in index_entries(text):
        assert entry.strip("`") in text
