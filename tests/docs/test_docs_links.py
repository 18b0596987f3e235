"""Relative links in the documentation lead somewhere, and every page can be reached."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ctxbudget_protocol.methods import METHODS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "clients").glob("*/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    """A page without its code."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`(?!\]\()", "", text)


def links(page: Path) -> list[str]:
    """The relative links of a page."""
    return [target for target in LINK.findall(prose(page)) if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def resolved(page: Path, target: str) -> tuple[Path, str]:
    """The file and the anchor that a link names."""
    path, _, anchor = target.partition("#")
    return (page.parent / path).resolve() if path else page, anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for target in links(page):
        file, anchor = resolved(page, target)
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)

    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md" and page.is_file():
            reached.add(page)
            waiting += [resolved(page, target)[0] for target in links(page)]

    assert sorted({page for page in PAGES if "clients" not in page.parts} - reached) == []


SERVER = ROOT / "server" / "ctxbudget_server"
ROOMS = sorted(folder.name for folder in SERVER.iterdir() if (folder / "__init__.py").exists())
NAMED = re.compile(rf"(?:\*\*|`)((?:{'|'.join(ROOMS)})/[a-z_/]+?)(?:\.py)?(?:\*\*|`)")
PLACES = re.compile(r"`((?:tests|benchmarks|clients|\.ci)/[\w./-]+)`")
METHOD_NAMES = set(METHODS) | {"store/retain", "workspace/configuration"}
"""They look like modules; the last two are an event of the log and a method of LSP."""

OF_THE_WALK = {"tests/workflow/test_session_touch.py"}


def test_the_architecture_has_every_room() -> None:
    rows = re.findall(
        r"^\| `server/\.\.\./(\w+)`", (ROOT / "docs" / "architecture.md").read_text("utf-8"), re.MULTILINE
    )

    assert sorted(rows) == ROOMS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_modules_and_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    modules = {
        name for name in NAMED.findall(text) if not (SERVER / name).exists() and not (SERVER / f"{name}.py").exists()
    }
    places = {name for name in PLACES.findall(text) if not (ROOT / name).exists()}

    assert modules - METHOD_NAMES == set()
    assert places - OF_THE_WALK == set()
