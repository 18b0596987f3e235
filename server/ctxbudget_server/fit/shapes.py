"""The shapes of providers: each reads messages into parts, and writes changed texts back into copies of them."""

from __future__ import annotations

from ctxbudget_server.fit.anthropic import Anthropic
from ctxbudget_server.fit.chat import Chat
from ctxbudget_server.fit.responses import Responses
from ctxbudget_server.fit.shape import BRIDGE, Fault, Shape, Words, must_record, replaced, to_json, who_records
from ctxbudget_server.fit.vercel import Vercel

__all__ = ["BRIDGE", "SHAPES", "Fault", "Shape", "Words", "must_record", "replaced", "to_json", "who_records"]

SHAPES: dict[str, Shape] = {
    "anthropic": Anthropic(),
    "openai-chat": Chat(),
    "openai-responses": Responses(),
    "vercel": Vercel(),
}
"""By the name of the format on the wire."""
