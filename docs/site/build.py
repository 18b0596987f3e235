"""Builds the site of these pages into build/site: `make site`.

The pages are copied as they are, with the files beside `docs` that they link to, so that every link means the same in
the repository and on the site. Any broken link, anchor or entry of the navigation fails the build.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BESIDE = ("README.md", "SECURITY.md", "CHANGELOG.md", "protocol/check_export.py")
"""What pages link to outside `docs`."""
DECISIONS = '{ "Decisions" = [] }'
SHIM = "https://unpkg.com/iframe-worker/shim"
"""What the theme would load so that search works in files; worker.js does the same."""
LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video)\b[^>]*\bsrc=["']?(?:https?:)?//[^>]*>"""
    r"""|<link\b(?=[^>]*\brel=["']?(?:stylesheet|preconnect|preload|icon))[^>]*href=["']?(?:https?:)?//[^>]*>"""
)
"""An element that makes a browser ask another host."""


def decisions() -> Iterator[str]:
    """The entries of the decision records, with their headings."""
    for page in [ROOT / "docs/adr/index.md", *sorted((ROOT / "docs/adr").glob("[0-9]*.md"))]:
        title = page.read_text("utf-8").partition("\n")[0].lstrip("# ").replace("`", "")
        entry = "docs/adr/" + page.name
        yield f'    "{entry}",' if page.name == "index.md" else f'    {{ {_quoted(title)} = "{entry}" }},'


def configuration() -> str:
    """The configuration with the decision records."""
    filled = '{ "Decisions" = [\n' + "\n".join(decisions()) + "\n  ] }"
    return (HERE / "zensical.toml").read_text("utf-8").replace(DECISIONS, filled)


def pages_of(navigation: Any) -> Iterator[str]:
    """Every page that the navigation leads to."""
    if isinstance(navigation, str):
        yield navigation
    elif isinstance(navigation, dict):
        for value in navigation.values():
            yield from pages_of(value)
    else:
        for value in navigation:
            yield from pages_of(value)


def gaps(text: str) -> list[str]:
    """What is wrong with the navigation: pages that do not exist, and pages that it does not lead to."""
    named = list(pages_of(tomllib.loads(text)["project"]["nav"]))
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")} | set(BESIDE[:3])
    return [
        *(f"the navigation names {page} twice" for page in sorted({page for page in named if named.count(page) > 1})),
        *(f"the navigation names {page}, which does not exist" for page in sorted(set(named) - there)),
        *(f"the navigation does not lead to {page}" for page in sorted(there - set(named))),
    ]


def build(target: Path) -> None:
    """Write the site to this folder; SystemExit says what is wrong."""
    text = configuration()
    if wrong := gaps(text):
        sys.exit("\n".join([*wrong, "see docs/site/zensical.toml"]))
    source = target.with_name(target.name + "-source")
    for folder in (source, target):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        ROOT / "docs", source / "pages" / "docs", ignore=shutil.ignore_patterns("*.py", "*.toml", "__pycache__")
    )
    for name in BESIDE:
        (source / "pages" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / "pages" / name)
    (source / "zensical.toml").write_text(text, "utf-8")
    command = [str(Path(sys.executable).with_name("zensical")), "build", "--strict"]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr))
    shutil.move(source / "html", target)
    shutil.rmtree(source)
    keep_to_itself(target)


def keep_to_itself(target: Path) -> None:
    """Let no page load anything from another host."""
    for page in target.rglob("*.html"):
        above = "../" * (len(page.relative_to(target).parts) - 1)
        text = page.read_text("utf-8").replace(SHIM, f"{above}docs/site/worker.js")
        if found := LOADED.search(text):
            sys.exit(f"{page.relative_to(target)} loads something from another host: {found[0]}")
        page.write_text(text, "utf-8")


def _quoted(title: str) -> str:
    """A title as a key of TOML."""
    return '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "build" / "site")
