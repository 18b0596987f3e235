"""Version ranges such as `name>=2.1,<3`: those of Python's rules that this distribution uses."""

from __future__ import annotations

import re
from typing import NamedTuple

_NAME = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*([^;]*)(?:;(.*))?$")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_CLAUSE = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*([0-9][0-9.]*)")
_RELEASE = re.compile(r"^(?:\d+!)?(\d+(?:\.\d+)*)")


class Requirement(NamedTuple):
    """A required distribution, the range of its versions, and the extra of ours that needs it."""

    name: str
    range: str
    extra: str | None

    def allows(self, version: str) -> bool:
        """Whether a version is in the range; True if it cannot be parsed."""
        release = _release(version)
        return release is None or all(
            _holds(release, comparison, _figures(bound)) for comparison, bound in _CLAUSE.findall(self.range)
        )


def read_requirement(text: str) -> Requirement | None:
    """Parse a line of a distribution's requirements; None if it cannot be parsed."""
    found = _NAME.match(text.strip())
    if found is None:
        return None
    name, allowed, marker = found.groups()
    extra = _EXTRA.search(marker or "")
    return Requirement(name, allowed.strip(" ()"), extra.group(1) if extra else None)


def _release(version: str) -> tuple[int, ...] | None:
    found = _RELEASE.match(version)
    return _figures(found.group(1)) if found else None


def _figures(text: str) -> tuple[int, ...]:
    figures = [int(part) for part in text.strip(".").split(".") if part]
    while figures and figures[-1] == 0:
        figures.pop()
    return tuple(figures)


def _holds(release: tuple[int, ...], comparison: str, bound: tuple[int, ...]) -> bool:
    match comparison:
        case ">=" | "~=":
            return release >= bound
        case "<=":
            return release <= bound
        case ">":
            return release > bound
        case "<":
            return release < bound
        case "!=":
            return release != bound
    return release == bound
