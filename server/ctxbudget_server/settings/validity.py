"""Tells valid settings from wrong ones: quickly where they are clearly valid, else with the models and their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ctxbudget_protocol.schema_reader import NotClearlyValid, SchemaReader
from ctxbudget_server.settings.names import ACCESS, ACCESS_FORMS, ACCOUNT, PRICES, editor_names, schema_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_FAULTS = 20
"""Maximum number of faults reported for one file; more are only counted."""


class Fault(NamedTuple):
    """A wrong setting: its path in the table, and what is wrong."""

    path: tuple[str, ...]
    message: str
    at: tuple[str, ...] = ()
    """The path of what is wrong in it, if not all of it is."""


class Told(NamedTuple):
    """What must go so that the rest is valid, why, and the path of what is wrong in it."""

    path: tuple[str | int, ...]
    message: str
    at: tuple[str | int, ...]


def valid_settings(given: Mapping[str, Any], *, of_user: bool) -> tuple[dict[str, Any], list[Fault]]:
    """(the valid settings, what is wrong with the others). Only a user's file may make settings of access."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in given.items():
        if name in ACCESS and not of_user:
            why = "is accepted only from the user's own file, the environment or the command line"
            faults.append(Fault((name,), f'setting "{name}" {why}; ignored'))
        elif name == PRICES:
            from ctxbudget_server.settings.prices import valid_prices  # few files have them

            kept, wrong = valid_prices(value)
            values.update(kept)
            faults += [Fault(path, message) for path, message in wrong]
        elif _is_clear(name, value):
            values[name] = value
        else:
            kept, found = _examined(name, value, suggest=len(faults) < MAX_FAULTS)
            values.update(kept)
            faults += found
    if len(faults) > MAX_FAULTS:
        more = len(faults) - MAX_FAULTS
        faults = [*faults[:MAX_FAULTS], Fault((), f"{more:,} more settings are wrong")]
    return values, faults


def _is_clear(name: str, value: Any) -> bool:
    found = schema_of(name)
    if found is None:
        return False
    schema, types = found
    try:
        SchemaReader(types).read(schema, value)
    except (NotClearlyValid, RecursionError):
        return False
    return True


def _examined(name: str, value: Any, *, suggest: bool) -> tuple[dict[str, Any], list[Fault]]:
    """What can be kept of a setting that is not clearly valid."""
    if name in ACCESS:
        return {}, [Fault((name,), f'setting "{name}": {ACCESS_FORMS[name]}; not used')]
    if schema_of(name) is None:
        if name == "tool":
            return {}, [
                Fault(
                    (name,),
                    "[tool.ctxbudget] is for pyproject.toml; here settings stand without it; ignored",
                )
            ]
        return {}, [Fault((name,), f'unknown setting "{_short(name)}"{_nearest(name) if suggest else ""}; ignored')]
    values, faults = {name: value}, []
    while found := list(_faults(values)):
        for path, message, at in found:
            faults.append(Fault(tuple(map(str, path)), message, tuple(map(str, at))))
            _remove(values, path)
    return values, faults


def _faults(values: dict[str, Any]) -> Iterator[Told]:
    """What is wrong: an unknown member alone, else the whole setting."""
    from pydantic import ValidationError

    from ctxbudget_protocol.methods.session.open import Config
    from ctxbudget_protocol.models import model_of
    from ctxbudget_protocol.settings import EditorSettings

    model = model_of(Config) if values.keys() <= ACCOUNT else EditorSettings
    try:
        model.model_validate(values)
    except ValidationError as fault:
        yield from faults_told(fault.errors(include_url=False))


def faults_told(errors: Iterable[ErrorDetails]) -> list[Told]:
    """What must go so that the rest is valid, each with the reason: an unknown member, or a setting."""
    from ctxbudget_protocol.fault_messages import entries

    found: dict[tuple[str | int, ...], Told] = {}
    wrong: list[ErrorDetails] = []
    for error in errors:
        if error["type"] == "extra_forbidden":
            path = error["loc"]
            found[path] = Told(path, f'unknown setting "{_dotted(path)}"; ignored', path)
        else:
            wrong.append(error)
    for entry in entries(wrong):
        path = tuple(entry["loc"])
        whose = "not used" if len(path) == 1 else f'"{path[0]}" is not used'
        found.setdefault(path[:1], Told(path[:1], f'setting "{_dotted(path)}" {entry["msg"]}; {whose}', path))
    whole = {path for path in found if len(path) == 1}
    return [told for path, told in found.items() if len(path) == 1 or path[:1] not in whole]


def _dotted(path: Iterable[str | int]) -> str:
    return ".".join(_short(str(part)) for part in path)


def _remove(values: dict[str, Any], path: tuple[str | int, ...]) -> None:
    place: Any = values
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"


def _nearest(name: str) -> str:
    """A hint at the setting that was probably meant."""
    from difflib import get_close_matches

    known = sorted({*ACCOUNT, *ACCESS, PRICES, *editor_names()})
    found = get_close_matches(name[:80], known, n=1, cutoff=0.75)
    return f' (did you mean "{found[0]}"?)' if found else ""
