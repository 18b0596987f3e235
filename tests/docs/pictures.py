"""Writes the picture of the site: `make pictures`, or python -m docs.pictures (from tests/)."""

from __future__ import annotations

import runpy
import sys

from report.browser import visits
from report.pictures import IMAGES

ROOT = IMAGES.parents[1]


def main() -> None:
    """Build the site, and show one of its pages."""
    runpy.run_path(str(ROOT / "docs" / "site" / "build.py"), run_name="__main__")
    path = IMAGES / "site.png"
    page = ROOT / "build" / "site" / "docs" / "concepts.html"
    visits([{"file": str(page), "width": 1280, "height": 860, "shot": {"path": str(path)}}])
    sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
