"""`session/delete`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.session import DeleteResult
from ctxbudget_server.account.request import Call
from ctxbudget_server.account.transactions import (
    AnsweredBefore,
    check_revision,
    find_session,
    first_result,
    key_scope,
)
from ctxbudget_server.store.records import KeyedResult

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session import DeleteParams


def delete(call: Call, params: DeleteParams) -> DeleteResult:
    """Forget a session for good: its account, its log and its originals."""
    scope = key_scope(call.method, params.session_id)
    with call.write() as writer:
        if known := first_result(writer, call.method, scope, params.request_key):
            raise AnsweredBefore(known)
        session = find_session(writer, params.session_id, call.now())
        check_revision(params.if_revision, session)
        writer.delete_session(session.id)
        result = DeleteResult(session_id=session.id, revision=session.revision, deleted=True)
        if params.request_key is not None:
            writer.put_keyed(scope, params.request_key, KeyedResult(method=call.method, result=result.wire()))
        return result
