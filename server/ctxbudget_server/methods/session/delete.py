"""`session/delete`: deletes a session for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.session.delete import DeleteResult
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import (
    AnsweredBefore,
    check_revision,
    find_session,
    first_result,
    key_scope,
)
from ctxbudget_server.store.records import KeyedResult

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.delete import DeleteParams


def delete(request: Request, params: DeleteParams) -> DeleteResult:
    """Delete a session for good: its account, its log and its originals."""
    scope = key_scope(request.method, params.session_id)
    with request.write() as writer:
        if known := first_result(writer, request.method, scope, params.request_key):
            raise AnsweredBefore(known)
        session = find_session(writer, params.session_id, request.now)
        check_revision(params.if_revision, session)
        writer.delete_session(session.id)
        result = DeleteResult(session_id=session.id, revision=session.revision, deleted=True)
        if params.request_key is not None:
            writer.put_keyed(scope, params.request_key, KeyedResult(method=request.method, result=result.wire()))
        return result
