"""Cuts message arrays to a limit: always legal for the provider, and nothing goes that cannot come back.

Pure: what it needs of counting and extraction comes in as functions (`Tools`).
"""

from __future__ import annotations

from ctxbudget_server.fit.contents import Content, contents
from ctxbudget_server.fit.conversation import end_of_stand_ins, first_sent, last_request, turns
from ctxbudget_server.fit.measuring import Sizes
from ctxbudget_server.fit.model import Fitted, Message, Options, Part, Removal, Retrieval, Tools
from ctxbudget_server.fit.money import USUAL_PRICES, Prices, break_even
from ctxbudget_server.fit.planner import fit
from ctxbudget_server.fit.recognising import Unrecognised, readers, recognised
from ctxbudget_server.fit.replacement import replacement_text
from ctxbudget_server.fit.shape import is_deeper
from ctxbudget_server.fit.shapes import SHAPES, Shape, replaced

__all__ = [
    "SHAPES",
    "USUAL_PRICES",
    "Content",
    "Fitted",
    "Message",
    "Options",
    "Part",
    "Prices",
    "Removal",
    "Retrieval",
    "Shape",
    "Sizes",
    "Tools",
    "Unrecognised",
    "break_even",
    "contents",
    "end_of_stand_ins",
    "first_sent",
    "fit",
    "is_deeper",
    "last_request",
    "readers",
    "recognised",
    "replaced",
    "replacement_text",
    "turns",
]
