"""Rehearses cures, one after the other, on a stage that is dropped afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods import METHODS
from ctxbudget_protocol.methods.budget.diagnose import CureRequest
from ctxbudget_server.diagnosis.stage import Stage, StagedAccount

if TYPE_CHECKING:
    from ctxbudget_server.account.request import Request


class Rehearsal:
    """One cure on the stage. Its requests are answered as if they were sent, by the methods themselves."""

    def __init__(self, request: Request, stage: Stage, session_id: str) -> None:
        self._request = request
        self._stage = stage
        self._session_id = session_id
        self.requests: list[CureRequest] = []
        self.undoing: list[CureRequest] = []
        self._before = self._after = stage.account

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Make a request at the revision that the one before it left."""
        session = self._stage.account.session(self._session_id)
        guarded = {"sessionId": self._session_id, **params, "ifRevision": session.revision if session else 0}
        answer = self._request.over(self._stage.store, method, guarded)
        self.requests.append(CureRequest(method=method, params=guarded))
        if answer.get("undo"):
            self.undo("context/undo", undo=answer["undo"])
        return answer

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Make a request that changes nothing."""
        assert not METHODS[method].mutates
        return self._request.over(self._stage.store, method, {"sessionId": self._session_id, **params})

    def finish(self) -> None:
        """Note the state that the cure has left."""
        self._after = self._stage.account

    def forget(self) -> None:
        """Take back what was sent, since a request of the cure was refused."""
        self._stage.account = self._before
        self.requests, self.undoing = [], []

    def way_back(self, trial: Stage) -> list[CureRequest]:
        """The requests that take the cure back, rehearsed on the state that all cures and the ways back so far left.

        An item that two requests have changed cannot be brought back by undoing them one by one; then the items that
        have gone are restored, and those that are new are pruned. None if that is refused as well.
        """
        others = [request for request in self.undoing if request.method != "context/undo"]
        for requests in (self.undoing, [*self._items_back(), *others]):
            if self._leads_back(trial, requests):
                return requests
        return []

    def _leads_back(self, trial: Stage, requests: list[CureRequest]) -> bool:
        start = trial.account
        try:
            for request in requests:
                self._request.over(trial.store, request.method, request.params)
        except ProtocolError:
            trial.account = start
            return False
        change = self._retained(trial.account) ^ self._retained(start)
        if change == self._retained(self._after) ^ self._retained(self._before):
            return True
        trial.account = start
        return False

    def _items_back(self) -> list[CureRequest]:
        was, now = self._retained(self._before), self._retained(self._after)
        back: list[CureRequest] = []
        if gone := sorted(was - now):
            back.append(self._request_of("context/restore", items=gone))
        if new := sorted(now - was):
            back.append(self._request_of("context/prune", target={"items": new}))
        return back

    def _retained(self, account: StagedAccount) -> set[str]:
        """What is in the context; markers come and go with what they replace."""
        return {item.id for item in account.items(self._session_id, state="retained") if not item.marker}

    def _request_of(self, method: str, **params: Any) -> CureRequest:
        return CureRequest(method=method, params={"sessionId": self._session_id, **params})

    def undo(self, method: str, **params: Any) -> None:
        """Note a request that takes back the last one."""
        self.undoing.insert(0, self._request_of(method, **params))
