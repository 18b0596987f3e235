"""The session that CTXBUDGET_SESSION names, for requests that name none. The first write creates it."""

from __future__ import annotations

import os
from typing import Any

from ctxbudget_client.errors import ServerError
from ctxbudget_client.namespaces import Ask, AsyncAsk
from ctxbudget_protocol.limits import SESSION_VARIABLE
from ctxbudget_protocol.methods import METHODS


def with_named_session(request: Ask) -> Ask:
    """`request`, about the session that the environment names now; unchanged if it names none."""
    named = os.environ.get(SESSION_VARIABLE)
    if not named:
        return request

    def ask(method: str, params: dict[str, Any]) -> Any:
        if not _lacks_session(method, params):
            return request(method, params)
        try:
            return request(method, {**params, "sessionId": named})
        except ServerError as error:
            if not _creates(method, error):
                raise
        request("session/open", {"sessionId": named})
        return request(method, {**params, "sessionId": named})

    return ask


def with_named_session_async(request: AsyncAsk) -> AsyncAsk:
    """The same, to be awaited."""
    named = os.environ.get(SESSION_VARIABLE)
    if not named:
        return request

    async def ask(method: str, params: dict[str, Any]) -> Any:
        if not _lacks_session(method, params):
            return await request(method, params)
        try:
            return await request(method, {**params, "sessionId": named})
        except ServerError as error:
            if not _creates(method, error):
                raise
        await request("session/open", {"sessionId": named})
        return await request(method, {**params, "sessionId": named})

    return ask


def _lacks_session(method: str, params: dict[str, Any]) -> bool:
    return METHODS[method].acts_on_session and params.get("sessionId") is None


def _creates(method: str, error: ServerError) -> bool:
    """Whether a request that failed is a write to a session that does not exist yet, and may create it."""
    return error.name == "unknownSession" and METHODS[method].mutates and not method.startswith("session/")
