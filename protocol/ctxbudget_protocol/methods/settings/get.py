"""`settings/get`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ctxbudget_protocol.common import SessionParams, SessionResult
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import Origin

Name = Annotated[str, Constraint(min_length=1, max_length=200)]


class GetParams(SessionParams):
    """Params of `settings/get`."""

    only: Annotated[list[Name], Constraint(max_length=100)] | None = described(
        "Only these settings, such as `contextWindow` or `thresholds`. Absent: all.", default=None
    )


class EffectiveSetting(Record):
    """A setting as it is in force."""

    name: str = described("As in the files; a member of a table is `table.member`.")
    value: Any = described("The setting's value: text, a number, true or false, a list, a table, or null.")
    origin: Origin = described(
        "The first of these that sets it: `option` (of the command), `environment`, `session`, `user` (the user's "
        "file), `project` (the project's file), `host`, `model` (a window that is assumed for the model), `default`."
    )
    file: str | None = described("The file that sets it.")
    line: int | None = described("Its line there, from 1, if it is known.")
    note: str | None = described("Anything else that a reader should know, such as why a window is assumed.")


class SettingsFile(Record):
    """A file that settings may come from."""

    path: str = described("Absolute.")
    whose: Literal["user", "project"] = described("Only the user's file may allow access outside the project.")
    exists: bool = described("Whether anything is at the path.")
    used: bool = described("Whether it sets anything.")


class SettingsProblem(Record):
    """A part of a file that is not used."""

    file: str = described("The file's absolute path.")
    line: int | None = described("Its line, from 1, if it is known.")
    setting: str | None = described("The setting at fault; null: the whole file.")
    message: str = described("What is wrong, and what to do.")


class GetResult(SessionResult):
    """Result of `settings/get`."""

    settings: list[EffectiveSetting] = described("Settings of the account, of access, and of editors, in this order.")
    files: list[SettingsFile] = described("In the order in which they count.")
    problems: list[SettingsProblem] = described("Parts of the files that are not used.")


GET = Method(
    name="settings/get",
    doc="Every setting in force, where it comes from, and what is wrong in the files.",
    params=GetParams,
    result=GetResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1", "only": ["contextWindow", "thresholds"]},
        result={
            "sessionId": "run-1",
            "revision": 20,
            "settings": [
                {
                    "name": "contextWindow",
                    "value": 25000,
                    "origin": "default",
                    "file": None,
                    "line": None,
                    "note": None,
                },
                {
                    "name": "thresholds.warn",
                    "value": 0.75,
                    "origin": "default",
                    "file": None,
                    "line": None,
                    "note": None,
                },
                {
                    "name": "thresholds.critical",
                    "value": 0.95,
                    "origin": "default",
                    "file": None,
                    "line": None,
                    "note": None,
                },
                {
                    "name": "thresholds.warnRelease",
                    "value": None,
                    "origin": "default",
                    "file": None,
                    "line": None,
                    "note": None,
                },
                {
                    "name": "thresholds.criticalRelease",
                    "value": None,
                    "origin": "default",
                    "file": None,
                    "line": None,
                    "note": None,
                },
            ],
            "files": [
                {"path": "/home/ada/.config/ctxbudget/config.toml", "whose": "user", "exists": False, "used": False},
                {"path": "/home/ada/project/ctxbudget.toml", "whose": "project", "exists": False, "used": False},
                {"path": "/home/ada/project/pyproject.toml", "whose": "project", "exists": False, "used": False},
            ],
            "problems": [],
        },
    ),
)
