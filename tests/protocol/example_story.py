"""The examples of the method table, as one story on a fresh workspace: every method is called once, in this order."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.client import Client
from support.documents import REPORT
from support.session import SERVE, serve_command

from ctxbudget_protocol.conformance.walk import SETTING_UP, story
from ctxbudget_server.settings.places import user_file

Json = Any

SAME_IDS = (
    "import sys\nfrom ctxbudget_server.account import ids\nids.NONCE_ALPHABET = '7' * 10\n"
    "from ctxbudget_server.cli import main\nsys.exit(main())"
)
"""A server whose sessions all draw the same digits."""

PASSING = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ACTOR = re.compile(r"^([a-z-]+):\d+$")
IDS = re.compile(r"\b[iluf]\d{15}\b")
"""Ids of items, leases and undos carry nine digits that every session draws for itself."""


def run_story(folder: Path) -> Iterator[tuple[str, Json, Json]]:
    """(method, the params as the table has them, the answer as the table would have it), call by call."""
    (folder / "report.md").write_text(REPORT, "utf-8")
    command = [sys.executable, "-c", SAME_IDS, *serve_command(folder)[len(SERVE) - 1 :]]
    with Client(command, cwd=folder, root=folder) as client:
        names = _Names(folder)
        for row in story():
            if row.name in SETTING_UP:
                names.told(client.request(*SETTING_UP[row.name]))
            assert row.example is not None, f"{row.name} has no example"
            answer = client.request(row.name, names.real(row.example.params))
            yield row.name, row.example.params, names.told(_without_head(answer))


def _without_head(answer: Json) -> Json:
    """An answer with a hash of the log in it, which the times of a run change."""
    changed = {name: "0f" * 32 for name in ("hash", "head") if isinstance(answer.get(name), str)}
    return {**answer, **changed}


class _Names:
    """Ids, times and paths of this run, and what the table calls them."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._real: dict[str, str] = {}
        self._told: dict[str, str] = {}

    def real(self, value: Json) -> Json:
        """Params of the table with the ids of this run."""
        return _mapped(value, lambda text: IDS.sub(lambda found: self._real.get(found[0], found[0]), text))

    def told(self, value: Json) -> Json:
        """An answer of this run with the ids, times and paths of the table."""
        return _mapped(value, self._plain)

    def _plain(self, text: str) -> str:
        text = ACTOR.sub(r"\1:4711", text)
        text = PASSING.sub("2026-01-31T12:00:00.000Z", text.replace(self._folder, "/home/ada/project"))
        text = text.replace(user_file(), "/home/ada/.config/ctxbudget/config.toml")
        return IDS.sub(lambda found: self._name_of(found[0]), text)

    def _name_of(self, real: str) -> str:
        if real not in self._told:
            name = f"{real[0]}482915036{real[-6:]}"
            self._told[real], self._real[name] = name, real
        return self._told[real]


def _mapped(value: Json, change: Any) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    if isinstance(value, dict):
        return {name: _mapped(each, change) for name, each in value.items()}
    return value
