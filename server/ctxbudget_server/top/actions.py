"""What the keys do to an account: the requests, and their outcome in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.presentation.terminal import line
from ctxbudget_server.top.feed import Snapshot
from ctxbudget_server.top.panels import clock_time, safe

Json = dict[str, Any]

EXTENSION_MS: Final = 30 * 60 * 1000
"""An extended lease lasts so long from then on."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that may be pruned, in words, and as `target` of `context/prune`."""

    words: str
    params: Json


def targets(snapshot: Snapshot, selected: Json | None) -> list[Target]:
    """What may be pruned, the selected item first."""
    status = snapshot.status
    found = []
    if selected is not None:
        name = safe(selected["title"] or selected["path"] or selected["id"], 36)
        found.append(Target(f"this item, {selected['tokens']:,} tokens: {name}", {"items": [selected["id"]]}))
    for phase in status["phases"]:
        if phase["retained"]:
            about = f"{phase['phase']} {phase['name'] or ''}".rstrip()
            words = f"phase {about} ({phase['state']}), {phase['retained']:,} tokens"
            found.append(Target(words, {"phase": phase["phase"]}))
    for layer in status["layers"]:
        if layer["layer"] == "transient" and layer["retained"]:
            found.append(Target(f"all transient items, {layer['retained']:,} tokens", {"layer": "transient"}))
    found.append(Target(f"the whole workflow, by the policy {status['policy']}", {"workflow": True}))
    return found


@dataclass(slots=True)
class Actions:
    """Writes to sessions, and remembers how each prune is undone."""

    ask: SendRequest
    _undo: dict[str, list[str]] = field(default_factory=dict)

    def preview(self, session: str, target: Json) -> Json:
        """What a prune would do; raises `ProtocolError`."""
        return self.ask("context/prune", sessionId=session, target=target, dryRun=True)

    def prune(self, session: str, target: Json, previewed: Json) -> str:
        """Carry out exactly the previewed plan; raises `ProtocolError`, `conflict` if the session has changed since."""
        done = self.ask("context/prune", sessionId=session, target=target, ifRevision=previewed["revision"])
        if done["undo"] is None:
            return "nothing was pruned"
        self._undo.setdefault(session, []).append(done["undo"])
        return f"pruned, saved {done['saved']:,} tokens; u undoes it ({done['undo']})"

    def undo(self, session: str) -> str:
        """Revert the last prune made here that is not undone yet; raises `ProtocolError`."""
        tokens = self._undo.get(session, [])
        if not tokens:
            return "there is no prune to undo: only those made here can be"
        try:
            done = self.ask("context/undo", sessionId=session, undo=tokens[-1])
        except ProtocolError as error:
            if error.name == "unknownUndo":
                tokens.pop()
            raise
        token = tokens.pop()
        count = len(done["restored"])
        return f"undone ({token}): {count:,} item{'' if count == 1 else 's'} back in the context"

    def pin(self, session: str, item: Json) -> str:
        """Pin an item, or unpin it; raises `ProtocolError`."""
        done = self.ask("context/update", sessionId=session, itemId=item["id"], pinned=not item["pinned"])
        name = line(item["title"] or item["path"] or item["id"])
        return f"{'pinned' if done['item']['pinned'] else 'unpinned'}: {name}"

    def extend(self, session: str, lease: Json) -> str:
        """Extend a lease; raises `ProtocolError`."""
        done = self.ask("budget/renew", sessionId=session, leaseId=lease["leaseId"], ttlMs=EXTENSION_MS)
        return f"the lease of {line(lease['holder'])} now lasts until {clock_time(done['expiresAt'])}"

    def original(self, session: str, item: Json) -> Json:
        """An item's original; raises `ProtocolError`."""
        return self.ask("context/get", sessionId=session, itemId=item["id"])

    def sessions(self) -> list[Json]:
        """All sessions, the one that changed last first; raises `ProtocolError`."""
        page = self.ask("session/list")
        found: list[Json] = page["sessions"]
        while page["next"] is not None:
            page = self.ask("session/list", after=page["next"])
            found += page["sessions"]
        return sorted(found, key=lambda one: (one["updatedAt"], one["createdAt"]), reverse=True)
