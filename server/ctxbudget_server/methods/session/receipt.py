"""`session/receipt`: the hash of the log's last entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.session.receipt import ReceiptResult
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import reading

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.receipt import ReceiptParams


def receipt(request: Request, params: ReceiptParams) -> ReceiptResult:
    """What a user can keep elsewhere, to know later that nothing was changed."""
    with reading(request, params.session_id) as snapshot:
        head = snapshot.reader.log(snapshot.session).head()
        session = snapshot.session
    return ReceiptResult(session_id=session.id, revision=session.revision, hash=head.hash.hex() if head else None)
