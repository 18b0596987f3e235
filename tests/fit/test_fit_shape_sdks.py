"""What is answered in the shapes of hosts is what their SDKs' own validators take."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from hypothesis import given, settings
from hypothesis import strategies as st
from support.programs import needed
from test_fit_properties import SHARES, fitted, limit_of

from ctxbudget_server.fit.shapes import SHAPES

CASES = settings(max_examples=25, deadline=None)


@CASES
@given(steps=STEPS, share=SHARES, keep=st.integers(0, 2))
def test_google_genai_takes_what_is_written(steps: list[Step], share: float, keep: int) -> None:
    types = pytest.importorskip("google.genai.types")
    messages = MAKERS["gemini"](steps)
    for message in fitted("gemini", messages, limit_of(messages, share), keep_turns=keep).messages:
        types.Content.model_validate(message)


def test_every_part_of_google_genai_is_known() -> None:
    types = pytest.importorskip("google.genai.types")
    for name, field in types.Part.model_fields.items():
        for written in {name, field.alias or name}:
            assert not SHAPES["gemini"].has_unknown({"role": "model", "parts": [{written: {}}]}), written


def bedrock_messages() -> Any:
    """What botocore says that messages of Converse are."""
    session = pytest.importorskip("botocore.session").get_session()
    return session.get_service_model("bedrock-runtime").operation_model("Converse").input_shape.members["messages"]


@CASES
@given(steps=STEPS, share=SHARES, keep=st.integers(0, 2))
def test_botocore_takes_what_is_written(steps: list[Step], share: float, keep: int) -> None:
    shape = bedrock_messages()
    from botocore.validate import ParamValidator

    messages = MAKERS["bedrock"](steps)
    report = ParamValidator().validate(
        fitted("bedrock", messages, limit_of(messages, share), keep_turns=keep).messages, shape
    )
    assert not report.has_errors(), report.generate_report()


def test_every_block_of_botocore_is_known() -> None:
    block = bedrock_messages().member.members["content"].member
    for kind in block.members:
        assert not SHAPES["bedrock"].has_unknown({"role": "user", "content": [{kind: {}}]}), kind
    for kind in block.members["toolResult"].members["content"].member.members:
        message = {"role": "user", "content": [{"toolResult": {"toolUseId": "c", "content": [{kind: {}}]}}]}
        assert not SHAPES["bedrock"].has_unknown(message), kind


def refused_by_vercel(form: str, arrays: list[list[dict[str, Any]]]) -> list[str | None]:
    """Why the AI SDK refuses each array; None where it takes it. It validates, converts and asks a mock model."""
    node = needed("node", "install Node.js 20 or later")
    caches = os.environ.get("CTXBUDGET_HOSTS") or Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "ctxbudget-hosts"
    )
    folder = Path(caches, "types")
    if not Path(folder, "node_modules", "ai").is_dir():
        pytest.skip("the npm package ai is not installed: run .ci/install-types")
    command = [node, str(Path(__file__).with_name("vercel_check.mjs")), str(folder)]
    asked = json.dumps({"form": form, "arrays": arrays})
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    found: list[str | None] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("form", ["vercel", "vercel-ui"])
@settings(max_examples=2, deadline=None)
@given(many=st.lists(st.tuples(STEPS, SHARES, st.integers(0, 2)), min_size=12, max_size=12))
def test_the_ai_sdk_takes_what_is_written(form: str, many: list[tuple[list[Step], float, int]]) -> None:
    arrays = []
    for steps, share, keep in many:
        messages = MAKERS[form](steps)
        arrays.append(fitted(form, messages, limit_of(messages, share), keep_turns=keep).messages)
    assert refused_by_vercel(form, arrays) == [None] * len(arrays)


def test_the_ai_sdk_refuses_what_the_rules_call_illegal() -> None:
    call = {"type": "tool-call", "toolCallId": "c", "toolName": "read", "input": {}}
    unanswered = [{"role": "user", "content": "Go."}, {"role": "assistant", "content": [call]}]
    (why,) = refused_by_vercel("vercel", [unanswered])
    assert why is not None
    assert "MissingToolResults" in why
