"""Version ranges as this distribution names them: `name>=2.1,<3`. Not all of Python's rules, but all that it uses."""

from __future__ import annotations

import re
from typing import NamedTuple

_NAME = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*([^;]*)(?:;(.*))?$")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_CLAUSE = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*([0-9][0-9.]*)")
_RELEASE = re.compile(r"^(?:\d+!)?(\d+(?:\.\d+)*)")


class Requirement(NamedTuple):
    """A distribution that is needed, in which range, and for which extra of ours."""

    name: str
    range: str
    extra: str | None

    def allows(self, version: str) -> bool:
        """Whether a version is in the range; what cannot be read is."""
        release = _release(version)
        return release is None or all(
            _holds(release, comparison, _figures(bound)) for comparison, bound in _CLAUSE.findall(self.range)
        )


def read_requirement(text: str) -> Requirement | None:
    """A line of a distribution's requirements; None if it is not understood."""
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
