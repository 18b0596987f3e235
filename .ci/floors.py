"""Prints pip constraints that pin every dependency in pyproject.toml to the lowest version that it allows.

    python .ci/floors.py [EXTRA ...]

Standard library only: it runs before anything is installed. What the dependencies themselves need is left to pip.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:\[(?P<extras>[\w,-]+)\])?(?P<versions>[^;]*)(?:;(?P<marker>.*))?")
FLOOR = re.compile(r">=\s*([\w.]+)")


def requirements(project: dict, extras: list[str]) -> Iterator[str]:
    """Every requirement of the project with these extras, those of extras that name other extras among them."""
    yield from project["dependencies"]
    for extra in extras:
        for line in project["optional-dependencies"][extra]:
            found = REQUIREMENT.fullmatch(line)
            if found and found["name"] == project["name"]:
                yield from requirements({**project, "dependencies": []}, found["extras"].split(","))
            else:
                yield line


def constraint(line: str) -> str:
    """`name==floor` for a requirement; one without a floor is a fault of pyproject.toml."""
    found = REQUIREMENT.fullmatch(line)
    floor = found and FLOOR.search(found["versions"])
    if not floor:
        sys.exit(f"pyproject.toml names no lowest version in {line!r}: write NAME>=VERSION")
    marker = f" ;{found['marker']}" if found["marker"] else ""
    return f"{found['name']}=={floor[1]}{marker}"


def main() -> None:
    """Print the constraints of the project with the extras that are given."""
    pyproject = Path(__file__).resolve().parents[1] / "pyproject.toml"
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    print("\n".join(sorted(set(map(constraint, requirements(project, sys.argv[1:]))))))


if __name__ == "__main__":
    main()
