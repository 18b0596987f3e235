"""Reads settings from clients and project files: valid ones are used, the others are reported and ignored."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ctxbudget_server.account.settings import merged

if TYPE_CHECKING:
    from ctxbudget_protocol.settings import EditorSettings

SECTION = "ctxbudget"
OF_THE_PROTOCOL = ("protocolVersion",)
"""Members of `initializationOptions` that are not settings."""

USER_ONLY = "roots"
"""A setting that a repository must not make, since it allows reading files outside it."""

MAX_WARNINGS = 20
"""Maximum number of warnings about one source; more are only counted."""

MAX_DOTS = 500
"""Maximum number of dots in one line of a project file."""

_NAMED = re.compile(r'setting "(\w+)')


@dataclass(frozen=True, slots=True)
class SettingsSource:
    """A source of settings: its name, its valid settings, and warnings about the rest."""

    name: str
    values: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


def source(name: str, raw: object) -> SettingsSource:
    """Read one source: the settings themselves, or an object with a member `ctxbudget`."""
    if raw is None:
        return SettingsSource(name, {})
    if not isinstance(raw, dict):
        return SettingsSource(name, {}, (f"ctxbudget: {name} must be an object with settings; ignored",))
    if SECTION in raw and set(raw) <= {SECTION, *OF_THE_PROTOCOL}:
        return source(name, raw[SECTION])
    values = {key: value for key, value in raw.items() if value is not None and key not in OF_THE_PROTOCOL}
    warnings: dict[str, None] = {}
    while problems := _problems(values):
        for path, message in problems:
            warnings[f"ctxbudget: {name}: {message}"] = None
            _remove(values, path)
    named = list(warnings)[:MAX_WARNINGS]
    if len(warnings) > len(named):
        named.append(f"ctxbudget: {name}: {len(warnings) - len(named):,} more settings are wrong")
    return SettingsSource(name, values, tuple(named))


def _problems(values: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """The paths of invalid settings, deepest last, each with the reason."""
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
                whose = "not used" if len(loc) == 1 else f'"{loc[0]}" is not used'
                found.setdefault(loc[:1], f'setting "{shown}": {error["msg"].lower()}; {whose}')
        whole = {path for path in found if len(path) == 1}
        return [(path, text) for path, text in found.items() if len(path) == 1 or path[:1] not in whole]
    return []


def _remove(values: dict[str, Any], path: tuple[str | int, ...]) -> None:
    place: Any = values
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]


def project_source(name: str, text: str) -> SettingsSource:
    """Read a project file: `ctxbudget.toml`, or the table `[tool.ctxbudget]` of `pyproject.toml`.

    The file comes with a repository, which cannot be trusted: whatever it contains, it is read quickly or ignored.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if line.count(".") > MAX_DOTS:  # the time to parse a dotted key grows faster than its length
            fault = f"line {number} has more than {MAX_DOTS} dots"
            return SettingsSource(name, {}, (f"ctxbudget: {name} is not read: {fault}; ignored",))
    try:
        raw: Any = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return SettingsSource(name, {}, (f"ctxbudget: {name} is not valid TOML ({error}); ignored",))
    if name.endswith("pyproject.toml"):
        tool = raw.get("tool")
        raw = tool.get(SECTION) if isinstance(tool, dict) else None
    found = source(name, raw)
    if USER_ONLY in found.values:
        values = {key: value for key, value in found.values.items() if key != USER_ONLY}
        fault = f'ctxbudget: {name}: setting "{USER_ONLY}" is accepted only from the client; ignored'
        found = SettingsSource(name, values, (*found.warnings, fault))
    return SettingsSource(name, found.values, tuple(_placed(warning, lines) for warning in found.warnings))


def _placed(warning: str, lines: list[str]) -> str:
    """A warning with the line number of the setting that it names, if the file has the setting on its own line."""
    named = _NAMED.search(warning)
    if named is None:
        return warning
    begin = re.compile(rf"\s*(?:\[\[?\s*)?(?:[\w.]+\.)?{named[1]}\s*[\]=]")
    number = next((number for number, line in enumerate(lines, 1) if begin.match(line)), None)
    return warning if number is None else f"{warning} (line {number})"


def resolve(sources: Iterable[SettingsSource]) -> EditorSettings:
    """Merge the settings of sources member by member; later sources win."""
    from ctxbudget_protocol.settings import EditorSettings

    values: dict[str, Any] = {}
    for each in sources:
        values = merged(values, dict(each.values))
    return EditorSettings.model_validate(values)
