"""Rehearses cures, one after the other, on a stage that is dropped afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods import METHODS
from ctxbudget_protocol.methods.budget import CureRequest
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

    def way_back(self, before: StagedAccount) -> list[CureRequest]:
        """The requests that take everything back, rehearsed as well; none if there are no such requests.

        One item that two requests have changed cannot be brought back by undoing them one by one; then the items that
        have gone are restored, and those that are new are pruned.
        """
        if self._is_way_back(self.undoing, before):
            return self.undoing
        others = [request for request in self.undoing if request.method != "context/undo"]
        plain = [*self._items_back(before), *others]
        return plain if self._is_way_back(plain, before) else []

    def _is_way_back(self, requests: list[CureRequest], before: StagedAccount) -> bool:
        trial = Stage(self._stage.account)
        try:
            for request in requests:
                self._request.over(trial.store, request.method, request.params)
        except ProtocolError:
            return False
        recounted = any(request.method == "session/recalibrate" for request in self.requests)
        return recounted or self._retained(trial.account) == self._retained(before)

    def _items_back(self, before: StagedAccount) -> list[CureRequest]:
        was = {item.id for item in before.items(self._session_id, state="retained")}
        now = {item.id for item in self._stage.account.items(self._session_id, state="retained")}
        back: list[CureRequest] = []
        if gone := sorted(was - now):
            back.append(self._request_of("context/restore", items=gone))
        if new := sorted(now - was):
            back.append(self._request_of("context/prune", target={"items": new}))
        return back

    def _request_of(self, method: str, **params: Any) -> CureRequest:
        return CureRequest(method=method, params={"sessionId": self._session_id, **params})

    def _retained(self, account: StagedAccount) -> int:
        session = account.session(self._session_id)
        return session.retained if session else 0

    def undo(self, method: str, **params: Any) -> None:
        """Note a request that takes back the last one."""
        self.undoing.insert(0, self._request_of(method, **params))
