"""The shapes of providers: each reads messages into parts, and writes changed texts back into copies of them."""

from __future__ import annotations

from ctxbudget_server.fit.anthropic import Anthropic
from ctxbudget_server.fit.bedrock import Bedrock
from ctxbudget_server.fit.chat import Chat
from ctxbudget_server.fit.gemini import Gemini
from ctxbudget_server.fit.neutral import Neutral
from ctxbudget_server.fit.responses import Responses
from ctxbudget_server.fit.shape import BRIDGE, Fault, Shape, Words, must_record, replaced, to_json, who_records
from ctxbudget_server.fit.vercel import Vercel
from ctxbudget_server.fit.vercel_ui import VercelUi

__all__ = ["BRIDGE", "SHAPES", "Fault", "Shape", "Words", "must_record", "replaced", "to_json", "who_records"]

SHAPES: dict[str, Shape] = {
    "anthropic": Anthropic(),
    "openai-chat": Chat(),
    "openai-responses": Responses(),
    "vercel": Vercel(),
    "vercel-ui": VercelUi(),
    "gemini": Gemini(),
    "bedrock": Bedrock(),
    "neutral": Neutral(),
}
"""By the name of the format on the wire."""
