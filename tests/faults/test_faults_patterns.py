"""Patterns and settings that a hostile repository brings: they are matched soon, or named and left out."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from editor.conftest import EditorClient

from ctxbudget_protocol.limits import MAX_GLOBS, MAX_PATTERN_LENGTH, MAX_PATTERNS
from ctxbudget_server.settings.reader import parsed
from ctxbudget_server.settings.validity import MAX_FAULTS
from ctxbudget_server.workspace.folders import MAX_IGNORE_BYTES
from ctxbudget_server.workspace.patterns import Patterns

HOSTILE = "*a" * 12 + "*b.md"
LONG_NAME = "a" * 120
BOUND_SECONDS = 30
"""Far more than any of this takes, far less than a backtracking match."""

MEANING: list[tuple[str, dict[str, bool]]] = [
    ("a", {"a": True, "x/a": True, "ab": False, "a/": True, "x/a/": True}),
    ("/a", {"a": True, "x/a": False}),
    ("a/", {"a": False, "a/": True, "x/a/": True}),
    ("x/a", {"x/a": True, "y/x/a": False}),
    ("*.md", {"b.md": True, "x/b.md": True, "b.mdx": False, ".md": True}),
    ("/*.md", {"b.md": True, "x/b.md": False}),
    ("a*b*c", {"abc": True, "a1b2c": True, "abcbc": True, "acb": False, "a/bc": False}),
    ("?.md", {"b.md": True, "bb.md": False, "é.md": True}),
    ("**/a", {"a": True, "x/y/a": True, "xa": False}),
    ("a/**", {"a/": False, "a/b": True, "a/b/c": True}),
    ("a/**/b", {"a/b": True, "a/x/b": True, "a/x/y/b": True, "ab": False, "a/x/yb": False}),
    ("a/**/b/**/c", {"a/b/c": True, "a/b/x/b/c": True, "a/c/b": False}),
    ("a**b/c", {"ab/c": True, "axb/c": True, "a/b/c": False}),
    ("**", {"a": True, "a/b": True}),
    ("[a-c]x", {"bx": True, "dx": False, "/x": False}),
    ("[!a-c]x", {"bx": False, "dx": True}),
    ("[]a]", {"]": True, "a": True, "b": False}),
    ("[[:digit:]]*", {"1a": True, "a1": False}),
    ("[a", {"[a": False, "a": False}),
    ("a\\", {"a": False, "a\\": False}),
    ("\\*", {"*": True, "a": False}),
    ("\\!a", {"!a": True, "a": False}),
    ("\\#a", {"#a": True}),
    ("#a", {"#a": False}),
    ("a  ", {"a": True}),
    ("a\\ ", {"a ": True, "a": False}),
    ("a\r", {"a": True}),
    ("/", {"a": False, "a/": False}),
]


@pytest.mark.parametrize(("pattern", "paths"), MEANING, ids=[pattern for pattern, _ in MEANING])
def test_a_pattern_means_what_it_means_for_git(pattern: str, paths: dict[str, bool]) -> None:
    made = Patterns([pattern])
    found = {path: bool(made.decide(path.rstrip("/"), folder=path.endswith("/"))) for path in paths}
    assert found == paths


def test_the_last_pattern_that_matches_decides() -> None:
    made = Patterns(["*", "!*/", "!*.md", "draft.md"])
    assert [made.take_in(path) for path in ("a.txt", "x/a.txt", "x/a.md", "x/draft.md")] == [True, True, False, True]
    assert Patterns(["docs/"]).take_in("docs/a/b.md")
    assert not Patterns(["docs/", "!docs/a/b.md"]).take_in("docs/a/b.md")


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed: install git to compare with its own matches")
def test_random_patterns_match_as_git_s_do(tmp_path: Path, long_run: bool) -> None:
    chance = random.Random(11)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", "-C", tmp_path, "config", "core.ignorecase", "false"], check=True)
    files = {
        f"{one}/{two}/{three}" for one in ("a", "ab", "x") for two in ("b", "ab.md") for three in ("a", "b.md", "ba")
    }
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    asked = sorted({part for name in files for part in (name, name.rpartition("/")[0], name.partition("/")[0])})
    atoms = ["a", "b", "*", "**/", "/**", "/", "?", "[ab]", "[!a]", "[a-c]", ".md", "\\a", "x", "!"]
    for _ in range(3_000 if long_run else 60):
        pattern = "".join(chance.choice(atoms) for _ in range(chance.randint(1, 6)))
        if (
            "//" in pattern
            or pattern.startswith("!!")
            or "***" in pattern
            or "**" in pattern.replace("**/", "").replace("/**", "")
        ):
            continue  # versions of git do not agree on these
        (tmp_path / ".gitignore").write_text(pattern + "\n")
        command = ["git", "-C", tmp_path, "check-ignore", "--no-index", "--stdin"]
        answer = subprocess.run(command, input="\n".join(asked), capture_output=True, text=True, check=False)
        made, ours = Patterns([pattern]), []
        for path in asked:
            parts = path.split("/")
            ways = ["/".join(parts[: n + 1]) for n in range(len(parts))]
            if any(made.decide(way, folder=(tmp_path / way).is_dir()) for way in ways):
                ours.append(path)
        assert ours == answer.stdout.splitlines(), pattern


def test_no_pattern_takes_long(long_run: bool) -> None:
    deep, thin = "/".join(["a" * 255] * 16), "/".join("a" * 2_000)
    hostile = [
        HOSTILE, "*a" * 248 + "*b", "**/" + "*a" * 240 + "*b", "*" + "a" * 490 + "b*c", "**/*" + "a" * 127 + "b*c",
        "**/a/" * 99 + "**/b", "**/" + "a/" * 240 + "b/**/c", "**/" + "*a*a/" * 90 + "**/b", "*" + "[!b]" * 120 + "b*",
        "?" * 255 + "*" * 200 + "b", "/**" * 150, "**/" * 150 + "b", "*/" * 240 + "b",
    ]  # fmt: skip
    start = time.process_time()
    for pattern in hostile:
        for path in (LONG_NAME, "a" * 4_000, deep, thin):
            assert not Patterns([pattern]).decide(path + "c" * long_run, folder=False) or pattern.endswith("/**")
    assert time.process_time() - start < BOUND_SECONDS


@pytest.fixture
def hostile_folder(tmp_path: Path) -> Path:
    """A repository with files whose names keep a backtracking expression busy for good."""
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / LONG_NAME).write_text("some words\n")
    (folder / f"{LONG_NAME}.md").write_text("some words\n")
    return folder


def counted(folder: Path) -> tuple[list[str], str]:
    """The names of the files that `ctxbudget count` counts, and what it says on stderr."""
    command = [sys.executable, "-m", "ctxbudget_server", "count", "--json", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return [Path(row["path"]).name for row in json.loads(done.stdout)["counts"]], done.stderr


def test_a_hostile_gitignore_does_not_hold_a_count_up(hostile_folder: Path) -> None:
    (hostile_folder / ".gitignore").write_text(f"{HOSTILE}\n")
    names, _ = counted(hostile_folder)
    assert names == [".gitignore", LONG_NAME, f"{LONG_NAME}.md"]


def test_patterns_over_the_bounds_are_named_and_left_out(hostile_folder: Path) -> None:
    ignore = hostile_folder / ".gitignore"
    ignore.write_text("# a comment\n" + "x" * (MAX_PATTERN_LENGTH + 1) + f"\n{LONG_NAME}\n" + "*.log\n" * MAX_PATTERNS)
    names, said = counted(hostile_folder)
    assert names == [".gitignore", f"{LONG_NAME}.md"]
    assert f"{ignore}:2: a pattern of 501 characters is over the limit of 500; left out" in said
    assert f"{ignore}:{MAX_PATTERNS + 3}: it and everything after it exceeds the limits of 2,000 patterns" in said
    (hostile_folder / "sub").mkdir()
    (hostile_folder / "sub" / ".gitignore").write_text("one\n")
    assert f"{hostile_folder / 'sub' / '.gitignore'}:1: it and everything after it" in counted(hostile_folder)[1]
    ignore.write_text("#" * (MAX_IGNORE_BYTES + 1))
    assert "1,000,001 bytes are over the limit of 1,000,000; the file is left out" in counted(hostile_folder)[1]


def test_a_tree_deeper_than_the_stack_is_counted(tmp_path: Path) -> None:
    depth = sys.getrecursionlimit() + 100
    folders = [tmp_path / "d"]
    while len(folders) < depth:
        folders.append(folders[-1] / "d")
    for folder in folders:
        folder.mkdir()
    end = folders[-1] / "end.md"
    end.write_text("some words\n")
    assert counted(tmp_path)[0] == ["end.md"]
    end.unlink()  # what clears the temporary folder is recursive
    for folder in reversed(folders):
        folder.rmdir()


@pytest.mark.parametrize("from_project", [True, False], ids=["of the project's file", "of the client"])
def test_hostile_settings_do_not_hold_an_editor_up(hostile_folder: Path, from_project: bool) -> None:
    layers = [{"glob": HOSTILE, "layer": "phase"}]
    options = {"exclude": [HOSTILE], "include": [HOSTILE], "layers": layers}
    if from_project:
        lists = f"exclude = ['{HOSTILE}']\ninclude = ['{HOSTILE}']\n"
        (hostile_folder / "ctxbudget.toml").write_text(f"{lists}[[layers]]\nglob = '{HOSTILE}'\nlayer = 'phase'\n")
    editor = EditorClient(hostile_folder, options=None if from_project else options)
    path = hostile_folder / f"{LONG_NAME}.md"
    assert editor.labels(editor.open(path.as_uri(), "# one\n"))
    editor.close()


def test_settings_over_the_bounds_are_named_with_their_line() -> None:
    text = "contextWindow = 1000\nexclude = ['" + "x" * 501 + "']\n"
    found = parsed("ctxbudget.toml", text)
    assert found.values == {"contextWindow": 1000}
    (problem,) = found.problems
    assert 'setting "exclude.0"' in problem.message and '"exclude" is not used' in problem.message
    assert problem.line == 2
    many = parsed("ctxbudget.toml", f"include = [{''''x',''' * (MAX_GLOBS + 1)}]")
    assert not many.values and f"at most {MAX_GLOBS} entries" in many.problems[0].message
    unknown = parsed("ctxbudget.toml", "".join(f"k{n} = 1\n" for n in range(100)))
    assert len(unknown.problems) == MAX_FAULTS + 1
    assert unknown.problems[-1].message.endswith("80 more settings are wrong")


@pytest.mark.parametrize(
    "text",
    ["a." * 100_000 + "b=1", "exclude=" + "[" * 100_000, "a={" * 50_000, "contextWindow=" + "9" * 100_000],
    ids=["dotted", "nested", "tables", "digits"],
)
def test_a_hostile_project_file_is_left_out_soon(text: str) -> None:
    start = time.process_time()
    found = parsed("ctxbudget.toml", text)
    assert time.process_time() - start < BOUND_SECONDS
    assert not found.values and "nothing in it is used" in found.problems[0].message
