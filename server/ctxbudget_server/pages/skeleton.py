"""The page around everything: head, style, scripts and the policy that lets it load nothing."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ctxbudget_server import __version__
from ctxbudget_server.pages.chart import Chart
from ctxbudget_server.pages.library import chart_script
from ctxbudget_server.presentation.terminal import line

NEARLY_ALL: Final = 0.9995
"""From here on, a share would be rounded to 100.0 %."""


def written(template: str, *, title: str, charts: Sequence[Chart], **values: Any) -> str:
    """A page as text. `values` is what its template names; all text in them is escaped."""
    library, behaviour = chart_script(), _resource("behaviour.js")
    policy = (
        f"default-src 'none'; script-src {_allowed((library, behaviour))}; style-src 'unsafe-inline'; img-src data:"
    )
    return _environment().get_template(template).render(
        title=title,
        charts={chart.name: chart for chart in charts},
        drawn=Markup(script_json(_drawn(charts))),
        policy=f"{policy}; base-uri 'none'; form-action 'none'",
        style=Markup(_environment().get_template("look.css").render()),
        library=Markup(library),
        behaviour=Markup(behaviour),
        version=__version__,
        **values,
    )  # fmt: skip


def script_json(value: Any) -> str:
    """JSON for a script element: ASCII, and nothing in it can end the element or begin a comment."""
    told = json.dumps(_shown(value), separators=(",", ":"), allow_nan=False)
    for character in "<>&'\x7f":
        told = told.replace(character, f"\\u{ord(character):04x}")
    return told


def _drawn(charts: Iterable[Chart]) -> Any:
    return [{"name": chart.name, "views": chart.views, "data": chart.data} for chart in charts]


def _shown(value: Any) -> Any:
    """The same with invisible characters written out, wherever there is text."""
    if isinstance(value, str):
        return line(value)
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    return [_shown(one) for one in value] if isinstance(value, list | tuple) else value


def _allowed(scripts: Iterable[str]) -> str:
    """The scripts' hashes: only these run, whatever else might come into the page."""
    return " ".join(f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in scripts)


@cache
def _resource(name: str) -> str:
    return files(__package__).joinpath("look", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ctxbudget_server.pages", "look"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.filters.update(figure=figure, share=share, width=width)
    environment.tests["figure"] = lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    return environment


def _finalized(value: Any) -> Any:
    """What is about to be written: text with invisible characters written out. None is nothing."""
    if value is None:
        return ""
    return line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def figure(value: float | None) -> str:
    """`12,345`; nothing for None."""
    return "" if value is None else f"{value:,}"


def share(value: float | None) -> str:
    """`12.3 %`; it is `100.0 %` only of all, and nothing for None."""
    if value is None:
        return ""
    return ">99.9 %" if NEARLY_ALL <= value < 1 else f"{value:.1%}".replace("%", " %")


def width(part: float, whole: float) -> str:
    """A bar's length, as CSS has it: `42.0%`."""
    return f"{max(0.0, min(1.0, part / whole if whole else 0.0)):.1%}"
