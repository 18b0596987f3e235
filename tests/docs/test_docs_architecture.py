"""`docs/architecture.md` shows every room of the server, in its picture and in its table."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
ROOMS = {folder.parent.name for folder in (ROOT / "server" / "ctxbudget_server").glob("*/__init__.py")}


def test_the_picture_shows_every_room() -> None:
    picture = PAGE.split("```")[1]

    assert {room for room in ROOMS if not re.search(rf"\b{room}\b", picture)} == set()


def test_the_table_describes_every_room() -> None:
    described = set(re.findall(r"^\| `server/\.\.\./(\w+)` \|", PAGE, re.M))

    assert described == ROOMS
