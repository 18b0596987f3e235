"""Reads settings from clients and project files: valid ones are used, the others are reported and ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctxbudget_server.account.settings import merged
from ctxbudget_server.settings.names import editor_names
from ctxbudget_server.settings.source import Problem, Source
from ctxbudget_server.settings.validity import Told, faults_told

if TYPE_CHECKING:
    from ctxbudget_protocol.settings import EditorSettings

SECTION = "ctxbudget"
OF_THE_PROTOCOL = ("protocolVersion",)
"""Members of `initializationOptions` that are not settings."""

MAX_WARNINGS = 20
"""Maximum number of warnings about one source; more are only counted."""

SHARED_NAMES = ("metadataTokens", "roots")
"""Settings of accounts or of access that editors read as well; a project's file cannot set `roots`."""


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
        for path, message, _ in problems:
            warnings[f"ctxbudget: {name}: {message}"] = None
            _remove(values, path)
    named = list(warnings)[:MAX_WARNINGS]
    if len(warnings) > len(named):
        named.append(f"ctxbudget: {name}: {len(warnings) - len(named):,} more settings are wrong")
    return SettingsSource(name, values, tuple(named))


def _problems(values: dict[str, Any]) -> list[Told]:
    """The invalid settings, deepest last."""
    from pydantic import ValidationError

    from ctxbudget_protocol.settings import EditorSettings

    try:
        EditorSettings.model_validate(values)
    except ValidationError as fault:
        return faults_told(fault.errors(include_url=False))
    return []


def _remove(values: dict[str, Any], path: tuple[str | int, ...]) -> None:
    place: Any = values
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]


def file_source(found: Source) -> SettingsSource:
    """The part of a file's settings that only editors have. The account's are resolved with the session's."""
    name = Path(found.path).name
    values = {key: value for key, value in found.values.items() if key in editor_names() or key in SHARED_NAMES}
    warnings = (f"ctxbudget: {name}: {problem.message}{_line(problem)}" for problem in found.problems)
    return SettingsSource(name, values, tuple(warnings))


def _line(problem: Problem) -> str:
    return "" if problem.line is None or f"line {problem.line}," in problem.message else f" (line {problem.line})"


def resolve(sources: Iterable[SettingsSource]) -> EditorSettings:
    """Merge the settings of sources member by member; later sources win."""
    from ctxbudget_protocol.settings import EditorSettings

    values: dict[str, Any] = {}
    for each in sources:
        values = merged(values, dict(each.values))
    return EditorSettings.model_validate(values)
