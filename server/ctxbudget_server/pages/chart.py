"""A chart as a page shows it: Vega-Lite's definition, a sentence that says what it shows, its figures as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

Json = dict[str, Any]

INK: Final = "var(--ink)"
MUTED: Final = "var(--muted)"
LINE: Final = "var(--line)"
SERIES: Final = tuple(f"var(--series-{number})" for number in range(7))
"""Colours that people with a colour deficiency can tell apart; the style sheet has them for light and dark."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    """Numbers are shown with thousands separators and aligned right; None as nothing."""

    @property
    def numeric(self) -> frozenset[int]:
        """The columns that have numbers, from 0."""
        return frozenset(at for row in self.rows for at, value in enumerate(row) if isinstance(value, int | float))


class Sign(NamedTuple):
    """What a colour or a shape of a chart means."""

    words: str
    color: str
    shape: str = "■"


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of a page."""

    name: str
    """Its id in the page, and what its data is called."""
    summary: str
    """What it shows, in one sentence."""
    views: Mapping[str, Json]
    """Vega-Lite definitions that refer to `data`, by the names between which a reader chooses; first the one shown."""
    data: Mapping[str, Sequence[Json]]
    table: Table
    legend: Sequence[Sign] = ()
    notes: Sequence[str] = ()
    switches: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the definition that a reader can turn on, with the words for it."""


def definition(*, height: Any, layer: Sequence[Json], params: Sequence[Json] = (), **more: Any) -> Json:
    """A layered Vega-Lite definition as wide as the page."""
    return {
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": None,
        "params": list(params),
        "layer": list(layer),
        "config": CONFIG,
        **more,
    }


CONFIG: Final[Json] = {
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
    "aria": False,  # the page describes the chart, and has its figures as a table
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "titleFontSize": 12,
        "labelFontSize": 12,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
    },
    "legend": {"disable": True},  # the page has them, where they wrap on a phone
    "text": {"color": MUTED, "fontSize": 11},
    "rule": {"color": MUTED},
}
"""Colours are the style sheet's, so that a page changes between light, dark and paper without being drawn again."""


def numbered(name: str, title: str, **more: Any) -> Json:
    """A tooltip's line with a figure."""
    return {"field": name, "type": "quantitative", "format": ",", "title": title, **more}


def worded(name: str, title: str) -> Json:
    """A tooltip's line with words."""
    return {"field": name, "type": "nominal", "title": title}
