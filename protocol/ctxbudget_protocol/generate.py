"""Generates everything that is derived from the method table.

    python -m ctxbudget_protocol.generate [--check] [--root FOLDER]

`--check` writes nothing, and exits with 1 if a file is stale. Works on a checkout of the project.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from ctxbudget_protocol import bindings, contract, go_types, meta_model, page, param_types, settings, settings_page
from ctxbudget_protocol.generated import COMMAND

ROOT = Path(__file__).parents[2]


def outputs(root: Path) -> Iterator[tuple[Path, str]]:
    """Each generated file of a checkout, with the text that it should have."""
    package = root / "protocol" / "ctxbudget_protocol"
    yield package / contract.FILE_NAME, contract.render()
    yield package / param_types.FILE_NAME, param_types.render()
    yield package / "settings.schema.json", settings.render()
    yield root / "protocol" / "metaModel.json", meta_model.render()
    yield root / "docs" / "protocol.md", page.render()
    for name, text in bindings.render().items():
        yield root / "clients" / "python" / "ctxbudget_client" / name, text
    yield root / "clients" / "go" / go_types.FILE_NAME, go_types.render()
    editors = root / "docs" / "editors.md"
    yield editors, settings_page.render(_text(editors))


def stale(root: Path) -> list[Path]:
    """The generated files that are missing or differ from the method table."""
    return [path for path, text in outputs(root) if _text(path) != text]


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def main() -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (default: the one this package is in)")
    options = parser.parse_args()
    if not (options.root / "protocol").is_dir():
        parser.error(f"{options.root} is not a checkout of the project")
    if options.check:
        found = stale(options.root)
        for path in found:
            sys.stderr.write(f"{path.relative_to(options.root)} is stale; run {COMMAND}\n")
        return 1 if found else 0
    for path, text in outputs(options.root):
        if _text(path) != text:
            path.write_text(text, "utf-8")
            sys.stderr.write(f"wrote {path.relative_to(options.root)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
