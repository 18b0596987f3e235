"""Settings from what clients and project files say: the good parts count, the others are named and left out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ctxbudget_server.services.settings import merged

if TYPE_CHECKING:
    from ctxbudget_protocol.settings import EditorSettings

SECTION = "ctxbudget"
OF_THE_PROTOCOL = ("protocolVersion",)
"""Members of `initializationOptions` that are no settings."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where settings came from, what of them can be used, and what is wrong with the rest."""

    name: str
    values: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


def source(name: str, raw: object) -> Source:
    """What one source says: the settings themselves, or an object with them as its member `ctxbudget`."""
    if raw is None:
        return Source(name, {})
    if not isinstance(raw, dict):
        return Source(name, {}, (f"ctxbudget: {name} must be an object with settings; ignored",))
    if SECTION in raw and set(raw) <= {SECTION, *OF_THE_PROTOCOL}:
        return source(name, raw[SECTION])
    values = {key: value for key, value in raw.items() if value is not None and key not in OF_THE_PROTOCOL}
    warnings: list[str] = []
    while problems := _problems(values):
        for path, message in problems:
            warnings.append(f"ctxbudget: {name}: {message}")
            _remove(values, path)
    return Source(name, values, tuple(dict.fromkeys(warnings)))


def _problems(values: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """The paths that must go, the deepest last, and why."""
    from pydantic import ValidationError

    from ctxbudget_protocol.settings import EditorSettings

    try:
        EditorSettings.model_validate(values)
    except ValidationError as fault:
        found: dict[tuple[str | int, ...], str] = {}
        for error in fault.errors(include_url=False):
            loc = error["loc"]
            shown = ".".join(str(part) for part in loc)
            if error["type"] == "extra_forbidden":
                found[loc] = f'unknown setting "{shown}"; ignored'
            else:
                found.setdefault(loc[:1], f'setting "{shown}": {error["msg"].lower()}; not used')
        whole = {path for path in found if len(path) == 1}
        return [(path, text) for path, text in found.items() if len(path) == 1 or path[:1] not in whole]
    return []


def _remove(values: dict[str, Any], path: tuple[str | int, ...]) -> None:
    place: Any = values
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]


def project_source(name: str, text: str) -> Source:
    """What a project file says: `ctxbudget.toml`, or the table `[tool.ctxbudget]` of `pyproject.toml`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        return Source(name, {}, (f"ctxbudget: {name} is no TOML ({fault}); ignored",))
    if name.endswith("pyproject.toml"):
        tool = raw.get("tool")
        return source(name, tool.get(SECTION) if isinstance(tool, dict) else None)
    return source(name, raw)


def resolve(sources: Iterable[Source]) -> EditorSettings:
    """The settings of sources, each over those before it, member by member."""
    from ctxbudget_protocol.settings import EditorSettings

    values: dict[str, Any] = {}
    for each in sources:
        values = merged(values, dict(each.values))
    return EditorSettings.model_validate(values)
