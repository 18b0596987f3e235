"""What is wrong with params is said in one voice: where, what was expected, and what came."""

from __future__ import annotations

from typing import Any

import pytest

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods import METHODS
from ctxbudget_server.service.validation import validate


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("context/add", {}, ["items: is required"]),
        ("context/add", {"items": []}, ["items: must have at least 1 entry, not 0"]),
        ("context/add", {"items": "a", "x": 1}, ["items: must be a list, not 'a'", "x: is not a known field"]),
        ("context/add", {"items": [{"layer": "phase", "tokens": -1}]}, ["items.0.tokens: must be at least 0, not -1"]),
        (
            "context/add",
            {"items": [{"layer": "x", "tokens": 1}]},
            ["items.0.layer: must be 'permanent', 'phase', 'metadata' or 'transient', not 'x'"],
        ),
        (
            "context/add",
            {"items": [{"layer": "phase", "content": "", "path": "a"}]},
            ["items.0: exactly one of content, path and tokens must be given, not content and path"],
        ),
        (
            "context/prune",
            {"target": {}},
            ["target: exactly one of items, phase, wave, layer and workflow must be given, not none"],
        ),
        ("budget/status", {"sessionId": 5}, ["sessionId: must be a string, not 5"]),
        ("session/open", {"config": {"targetShare": 2}}, ["config.targetShare: must be at most 1, not 2"]),
        (
            "workflow/completePhase",
            {"phase": True, "summary": []},
            [
                "phase: must be an integer, not true",
                "summary: must be a string or an object, not a list",
            ],
        ),
        (
            "context/fit",
            {"messages": [], "maxTokens": 1, "minReclaim": "soon"},
            ["minReclaim: must be an integer or 'auto', not 'soon'"],
        ),
        ("context/prune", {"target": {"workflow": False}}, ["target.workflow: must be true, not false"]),
        (
            "session/open",
            {"sessionId": "a b"},
            ["sessionId: must be 1 to 128 letters, digits, dots, hyphens, underscores or colons, not 'a b'"],
        ),
        ("budget/status", {"sesionId": "a"}, ["sesionId: is not a known field; did you mean sessionId?"]),
        (
            "context/add",
            {"item": [], "zzz": 1},
            ["item: is not a known field; did you mean items?", "items: is required", "zzz: is not a known field"],
        ),
        (
            "context/add",
            {"items": [{"layr": "phase", "tokens": 1}]},
            ["items.0.layr: is not a known field; did you mean layer?"],
        ),
        (
            "session/open",
            {"config": {"thresholds": {"critcal": 0.9}}},
            ["config.thresholds.critcal: is not a known field; did you mean critical?"],
        ),
        ("budget/status", {"x" * 5_000: 1}, ["x" * 5_000 + ": is not a known field"]),
        ("context/fit", {"messages": [1], "format": "anthropic", "maxTokens": 1}, ["messages: must be a list of at"]),
    ],
)
def test_faults(method: str, params: dict[str, Any], said: list[str]) -> None:
    with pytest.raises(ProtocolError) as refused:
        validate(METHODS[method], params)

    found = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in refused.value.errors]
    assert [fault[: len(start)] for fault, start in zip(found, said, strict=True)] == said
    assert "Input should" not in str(refused.value)
