"""What the quick check lets through is exactly what the models let through."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods import METHODS, requests
from ctxbudget_server.service.validation import fast_validate, validate

CONTRACT_WORDS = [
    "sessionId", "items", "layer", "kind", "phase", "wave", "tokens", "content", "path", "reduces", "target", "policy",
    "dryRun", "config", "watch", "strategy", "phases", "number", "complexity", "holder", "ttlMs", "leaseId", "used",
    "itemId", "section", "lines", "start", "end", "search", "texts", "paths", "model", "summary", "force", "reopen",
    "thresholds", "warn", "workflow", "requestKey", "maxTokens", "focus", "limit", "format", "undo", "pinned", "title",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 10**10), st.floats(), st.text(max_size=6),
    st.sampled_from(["transient", "report", "aggressive", "fixed", "auto", "a\ud800", "x\n", "json", "total", "s-1"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(CONTRACT_WORDS), inner, max_size=4),
    max_leaves=8,
)


def plain(value: Any) -> Any:
    """A checked value without the class that carries it."""
    if isinstance(value, SimpleNamespace):
        return {name: plain(part) for name, part in vars(value).items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if hasattr(value, "model_fields_set"):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    return value


def outcome(check: Any, method: str, given: dict[str, Any]) -> tuple[str, Any]:
    """What a check makes of params."""
    try:
        return "taken", plain(check(METHODS[method], given))
    except ProtocolError as error:
        return "refused", error.data()


NAMES = [method.name for method in requests() if method.name != "session/open"]


def same(method: str, params: dict[str, Any]) -> bool:
    """Whether both checks make the same of params. The settings of a session are compared as they came."""
    return outcome(fast_validate, method, params) == outcome(validate, method, params)


@settings(max_examples=600)
@given(st.sampled_from(NAMES), st.dictionaries(st.sampled_from(CONTRACT_WORDS), VALUES, max_size=5))
def test_anything(method: str, params: dict[str, Any]) -> None:
    assert same(method, params)


VALID = [
    ("context/add", {"items": [{"layer": "phase", "tokens": 3, "phase": 1}, {"reduces": ["i-1"], "content": "x"}]}),
    ("context/prune", {"target": {"phase": 1, "wave": 2}, "policy": None, "dryRun": True}),
    ("budget/allocate", {"strategy": "dynamic", "phases": [{"number": 1, "complexity": 5}], "total": 7}),
    ("workflow/completePhase", {"phase": 1, "summary": {"tokens": 5}, "force": True}),
    ("context/get", {"itemId": "i", "lines": {"start": 1, "end": 2}}),
    ("budget/status", {"sessionId": "a.b:c-d_e"}),
]


@settings(max_examples=400)
@given(st.sampled_from(VALID), st.data())
def test_valid_params_with_one_value_changed(valid: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
    method, params = valid[0], json.loads(json.dumps(valid[1]))
    assert same(method, params)
    place: Any = params
    while True:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = data.draw(SCALARS)
        break
    assert same(method, params)


def test_settings_are_refused_alike() -> None:
    for config in ({"contextWindow": 0}, {"thresholds": {"warn": 0}}, {"policy": "x"}, {"colour": 1}, {"scope": "all"}):
        assert outcome(fast_validate, "session/open", {"config": config})[0] == "refused"
        assert same("session/open", {"config": config})
    assert outcome(fast_validate, "session/open", {"config": {"targetShare": 1, "scope": None}})[0] == "taken"
