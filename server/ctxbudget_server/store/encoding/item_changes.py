"""How the log stores changes: the unusual values of a new item, the fields that differ of a changed one.

The services see a change as `{id, before, after}` with all values of the item; `before` is None for a new one. It is
stored as `{id, new}` or `{id, was, now}`. Versions 1 and 2 of the schema stored the full form, and such rows stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

Image = dict[str, Any]

USUAL: Final[Image] = {
    "phase": None,
    "wave": None,
    "agent": None,
    "title": None,
    "path": None,
    "pinned": False,
    "marker": False,
    "brought_in": False,
    "encoding": None,
    "factor": 1.0,
    "bytes": None,
    "hash": None,
    "complete": None,
    "state": "retained",
    "withdrawn": False,
    "stand_in": None,
    "reduces": [],
    "reason": None,
    "dropped_at": None,
    "tool": None,
    "again_of": None,
}
"""Values that a new item has unless stored otherwise."""


def stored_change(change: Mapping[str, Any], revision: int, at: str) -> dict[str, Any]:
    """A change in stored form, for the log entry of this revision and time."""
    before, after = change["before"], change["after"]
    if before is None:
        usual = _usual(after, change["id"], revision, at)
        new = {
            name: value
            for name, value in after.items()
            if name not in usual or (value is not usual[name] and not _same(usual[name], value))
        }
        return {"id": change["id"], "new": new}
    differing = [name for name, value in after.items() if value is not before[name] and not _same(before[name], value)]
    return {
        "id": change["id"],
        "was": {name: before[name] for name in differing},
        "now": {name: after[name] for name in differing if name != "revision"},
    }


def _usual(image: Mapping[str, Any], item_id: str, revision: int, at: str) -> Image:
    """The values of a new item that need not be stored, since they follow from its event and its other values."""
    digest = image.get("hash")
    follows = {"id": item_id, "revision": revision, "added_at": at, "raw_tokens": image.get("tokens")}
    return {**USUAL, **follows, "segments": [] if digest is None else [digest]}


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: a tuple equals a list, but True does not equal 1."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return list(one) == list(other)
    return type(one) is type(other) and bool(one == other)


class History:
    """Reads stored changes from the beginning of a session's log, keeping track of each item's state."""

    def __init__(self) -> None:
        self._images: dict[str, Image] = {}

    def changes(self, stored: Iterable[Mapping[str, Any]], revision: int, at: str) -> list[dict[str, Any]]:
        """The changes of the next event, each with all values before and after it."""
        return [self._change(change, revision, at) for change in stored]

    def _change(self, change: Mapping[str, Any], revision: int, at: str) -> dict[str, Any]:
        item_id = change["id"]
        if "after" in change:
            before, after = change["before"], {**USUAL, **change["after"]}
            before = None if before is None else {**USUAL, **before}
        elif "new" in change:
            new = change["new"]
            before, after = None, {**_usual(new, item_id, revision, at), **new}
        else:
            before = {**self._images.get(item_id, {}), **change["was"]}
            after = {**before, **change["now"], "revision": revision}
        self._images[item_id] = after
        return {"id": item_id, "before": before, "after": after}


def before_of(stored: Mapping[str, Any]) -> Image | None:
    """The values that a stored change replaced (at least those that differ); None for an item that it created."""
    if "after" in stored:
        before: Image | None = stored["before"]
        return before
    return None if "new" in stored else dict(stored["was"])
