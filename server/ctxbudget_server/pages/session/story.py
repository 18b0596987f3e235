"""What happened in a session, told by its log: what each layer held, what left and came back, when phases ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ctxbudget_server.agents.compaction import SUMMARY_TITLE

Json = dict[str, Any]
Kind: TypeAlias = Literal["prune", "compaction", "back", "alert"]

LAYERS: Final = ("permanent", "phase", "metadata", "transient")
"""From the one that stays longest, at the bottom of the chart, to the one that goes first."""
WORDS: Final[Mapping[str, str]] = {
    "context/prune": "pruned",
    "context/add": "replaced by something shorter",
    "context/handOver": "replaced by its metadata",
    "context/update": "changed",
    "context/fit": "cut to fit the conversation",
    "context/undo": "undone",
    "context/restore": "brought back",
    "workflow/startPhase": "pruned as the phase began",
    "workflow/completePhase": "pruned as the phase completed",
    "workflow/startWave": "pruned as the wave began",
    "workflow/completeWave": "pruned as the wave completed",
    "session/close": "pruned as the session closed",
}
"""What a method did to items that left the context or came back."""


class Happening(NamedTuple):
    """Something worth a mark. Figures are tokens."""

    revision: int
    at: str
    kind: Kind
    what: str
    phase: int | None
    left: int
    """What left the context; what came back, for `back`; what was retained, for `alert`."""
    stand_ins: int
    """What came in to replace it."""
    items: int


class Band(NamedTuple):
    """A phase from its start to its completion, or to the end."""

    phase: int
    name: str | None
    start: int
    end: int
    """Revisions."""


@dataclass(slots=True)
class Story:
    """The log, read once."""

    layers: dict[int, dict[str, int]] = field(default_factory=dict)
    """Retained tokens by layer after each revision."""
    happenings: list[Happening] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    items: dict[str, Json] = field(default_factory=dict)
    """All items by id, as they are at the end, with the names that the export gives their members."""

    @property
    def pruned(self) -> list[Happening]:
        """What took something out, for good or not."""
        return [one for one in self.happenings if one.kind in ("prune", "compaction")]

    @property
    def brought_back(self) -> list[Happening]:
        """What brought something back."""
        return [one for one in self.happenings if one.kind == "back"]


def told(log: Iterable[Json]) -> Story:
    """The story of a log, from the lines of `session/export`."""
    story = Story()
    held = dict.fromkeys(LAYERS, 0)
    running: dict[int, tuple[str | None, int]] = {}
    last = 0
    for change in log:
        last = change["revision"]
        pairs = [_images(story.items, one) for one in change["body"]["changes"]]
        for old, new in pairs:
            for image, sign in ((old, -1), (new, 1)):
                if image.get("state") == "retained":
                    held[image["layer"]] += sign * image["tokens"]
            story.items[new["id"]] = new
        story.layers[last] = dict(held)
        story.happenings += _happenings(change, pairs)
        _follow(change, running, story.bands)
    story.bands += [Band(phase, name, start, last) for phase, (name, start) in running.items()]
    story.bands.sort(key=lambda band: band.start)
    return story


def _images(items: Mapping[str, Json], change: Json) -> tuple[Json, Json]:
    """An item before and after a change."""
    old = items.get(change["id"], {})
    if "after" in change:  # as old versions logged it
        new = dict(change["after"])
    elif "new" in change:
        new = {"state": "retained", **change["new"]}
    else:
        new = {**old, **change["was"], **change["now"]}
    return old, {**new, "id": change["id"]}


def _happenings(change: Json, pairs: Sequence[tuple[Json, Json]]) -> Iterable[Happening]:
    gone = [old for old, new in pairs if _stays(old) and not _stays(new)]
    back = [new for old, new in pairs if old and not _stays(old) and _stays(new)]
    fresh = [new for old, new in pairs if not old and _stays(new) and not new.get("brought_in")]
    summaries = [new for old, new in pairs if not old and new.get("title") == SUMMARY_TITLE]
    method, phase = change["method"], change.get("figures", {}).get("phase")
    what = WORDS.get(method, method)
    about = change["revision"], change["at"]
    stand_ins = sum(item["tokens"] for item in fresh)
    if back:
        tokens = sum(item["tokens"] for item in back)
        yield Happening(*about, "back", what, phase, tokens, sum(item["tokens"] for item in gone), len(back))
    elif gone and (summaries or method == "context/fit"):
        stand_ins += sum(item["tokens"] for item in summaries if item.get("brought_in"))
        what = "compacted by the host" if summaries else what
        yield Happening(*about, "compaction", what, phase, sum(item["tokens"] for item in gone), stand_ins, len(gone))
    elif gone:
        yield Happening(*about, "prune", what, phase, sum(item["tokens"] for item in gone), stand_ins, len(gone))
    for alert in change.get("alerts", []):
        what = f"{alert['level']} reached at {alert['threshold']:,} tokens"
        yield Happening(*about, "alert", what, phase, alert["retained"], 0, 0)


def _stays(image: Json) -> bool:
    return bool(image) and image["state"] == "retained"


def _follow(change: Json, running: dict[int, tuple[str | None, int]], bands: list[Band]) -> None:
    """Phases that start and complete with this change."""
    phase = change.get("figures", {}).get("phase")
    if phase is None:
        return
    if change["method"] == "workflow/startPhase":
        running.setdefault(phase, (change["body"]["detail"].get("name"), change["revision"]))
    elif change["method"] == "workflow/completePhase" and phase in running:
        name, start = running.pop(phase)
        bands.append(Band(phase, name, start, change["revision"]))
