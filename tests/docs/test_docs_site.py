"""The site of the pages: it builds in strict mode, loads nothing from elsewhere, and is searched from files."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from report.browser import packages

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs" / "site"


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """docs/site/build.py."""
    spec = importlib.util.spec_from_file_location("site_builder", SITE / "build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make site` does."""
    target = tmp_path_factory.mktemp("site") / "html"
    done = subprocess.run(
        [sys.executable, SITE / "build.py", target], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.mark.parametrize("link", ["no-page.md", "docs/report.md#no-such-heading"])
def test_a_broken_link_or_anchor_fails_the_build(link: str, tmp_path: Path) -> None:
    for folder in ("docs", "protocol"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in ("README.md", "SECURITY.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    with (tmp_path / "SECURITY.md").open("a", encoding="utf-8") as page:
        page.write(f"\n[broken]({link})\n")

    done = subprocess.run(
        [sys.executable, tmp_path / "docs/site/build.py", tmp_path / "html"],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert done.returncode != 0 and link in done.stderr


def test_pages_and_navigation_agree(builder: ModuleType) -> None:
    text = builder.configuration()
    assert builder.gaps(text) == []

    assert builder.gaps(text.replace('"docs/report.md"', '"docs/nothing.md"')) == [
        "the navigation names docs/nothing.md, which does not exist",
        "the navigation does not lead to docs/report.md",
    ]


def test_a_page_that_loads_from_another_host_is_refused(builder: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<p><a href="https://elsewhere.example">a link</a></p>')
    builder.keep_to_itself(tmp_path)
    (tmp_path / "page.html").write_text('<img alt="" src="https://elsewhere.example/picture.png">')

    with pytest.raises(SystemExit, match=r"page\.html loads something from another host"):
        builder.keep_to_itself(tmp_path)


def test_a_word_is_found_in_a_page_opened_as_a_file(site: Path) -> None:
    folder, chromium, node = packages()
    visit, page = Path(__file__).with_name("search.mjs"), site / "docs" / "concepts.html"

    done = subprocess.run(
        [node, str(visit), str(folder), chromium, str(page)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert [address for address in seen["requests"] if not address.startswith((site.as_uri() + "/", "data:"))] == []
    assert seen["console"] == []
    assert seen["pictures"] == [True, True]
    assert any("/docs/concepts.html" in found for found in seen["found"]), seen
