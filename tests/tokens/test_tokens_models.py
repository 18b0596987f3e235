import argparse
import dataclasses
import inspect

import pytest
import tiktoken.model
from hypothesis import given, settings
from hypothesis import strategies as st
from token_texts import texts

import ctxbudget_server.tokens as tokens
from ctxbudget_server.tokens import count, count_for, estimate_for, figure_from, resolve
from ctxbudget_server.tokens.estimator import ByteKinds
from ctxbudget_server.tokens.models import FAMILIES

NAMES = {
    "o200k_base": [
        None, "o200k_base", "gpt-5", "openai/gpt-5.1", "gpt-5-codex", "gpt-4.1-mini", "gpt-4.5-preview",
        "gpt-4o", "openai:gpt-4o", "GPT-4o-2024-11-20", "chatgpt-4o-latest", "o1", "o1-preview", "o3-pro",
        "o4-mini-high", "azure/gpt-4.1-nano", "ft:gpt-4o-mini-2024-07-18:org::id",
    ],
    "o200k_harmony": ["o200k_harmony", "gpt-oss-120b", "openai/gpt-oss:20b", "openai.gpt-oss-120b-1:0"],
    "cl100k_base": [
        "cl100k_base", "gpt-4", "gpt-4-turbo", "gpt-4-0314", "gpt-4-32k", "gpt-3.5-turbo", "gpt-35-turbo-16k",
        "ft:gpt-3.5-turbo:org", "text-embedding-3-large", "text-embedding-ada-002", "davinci-002",
    ],
    "claude-3": [
        "claude-3", "anthropic/claude-sonnet-4-5-20250929", "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "claude-3-5-sonnet-latest", "claude-3-7-sonnet@20250219", "claude-haiku-4-5", "claude-opus-4.6",
        "claude-opus-4-1-20250805", "claude-sonnet-4-5[1m]", "vertex_ai/claude-opus-4-5@20251101",
        "openrouter/anthropic/claude-3.7-sonnet:thinking",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-5-haiku-20241022-v1:0",
    ],
    "claude-4.7": [
        "claude-4.7", "claude-opus-4-7", "claude-opus-4-8", "claude-opus-4.8-20260501", "claude-sonnet-5",
        "claude-fable-5", "anthropic/claude-opus-5-1", "claude", "opus", "sonnet[1m]",
    ],
    "gemini": ["models/gemini-2.5-pro", "google/gemini-3-flash", "google-gla:gemini-2.0-flash", "gemma3:27b"],
    "llama": ["llama3.1:8b", "meta-llama/Llama-3.3-70B", "meta.llama3-1-70b-instruct-v1:0", "llama-4-scout"],
    "qwen": ["Qwen3-Coder", "qwen/qwq-32b", "qwen2.5:7b"],
    "deepseek": ["deepseek-chat", "deepseek/deepseek-r1:free", "deepseek.r1-v1:0"],
    "mistral": [
        "mistral-large-latest", "mistralai/Mixtral-8x7B", "codestral", "ministral-8b", "devstral-small",
        "magistral-medium", "mistral.mistral-large-2407-v1:0",
    ],
    "glm": ["glm-4.6", "z-ai/glm-4.5-air"],
    "kimi": ["moonshotai/kimi-k2-thinking", "kimi-k2"],
    "unknown": [
        "", "/", "grok-4", "gpt-6", "gpt2", "text-davinci-003", "claude-2.1", "claude-instant-1.2",
        "Llama-2-7b", "my-own-gpt-4", "p50k_base", "o200k", "anthropic", "o3d-vision",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("family", "name"), [(family, name) for family, names in NAMES.items() for name in names])
def test_names(family, name):
    resolved = resolve(name)
    assert resolved.name == family
    assert resolved.provenance == ("exact" if family in {"o200k_base", "o200k_harmony", "cl100k_base"} else "estimated")


def test_agrees_with_tiktoken_on_all_it_knows_of_these_encodings():
    names = dict(tiktoken.model.MODEL_TO_ENCODING)
    prefixes = tiktoken.model.MODEL_PREFIX_TO_ENCODING
    names |= {f"{prefix.removesuffix('-')}-2031-01-01": name for prefix, name in prefixes.items()}
    for model, encoding in names.items():
        if encoding in FAMILIES:
            assert resolve(model).name == encoding, model
        else:
            assert resolve(model).name == "unknown", model


@given(st.text(max_size=30))
@settings(deadline=None)
def test_any_name_resolves(name):
    assert resolve(name) in FAMILIES.values()


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_a_family_says_what_it_is(family):
    assert (family.expected_error is None) == (family.name == "unknown")
    assert family.kind_weights == () or len(family.kind_weights) == len(ByteKinds._fields)
    assert resolve(family.name) is family
    with pytest.raises(dataclasses.FrozenInstanceError):
        family.factor = 2.0


@given(texts, st.sampled_from(sorted(FAMILIES)))
@settings(deadline=None, max_examples=200)
def test_figures(text, name):
    family = FAMILIES[name]
    figure = count_for(text, family)
    assert figure.raw_tokens == count(text, family.encoding)
    assert figure.family is family
    assert figure.encoding == family.encoding
    assert figure.provenance == family.provenance
    assert figure.expected_error == family.expected_error
    assert (figure.tokens == 0) == (text == "")
    if family.provenance == "exact":
        assert figure.tokens == figure.raw_tokens
    assert figure_from(text, figure.raw_tokens, family) == figure
    without = estimate_for(text, family)
    assert without.provenance == "estimated"
    if family.expected_error is not None:
        assert without.expected_error.median >= family.expected_error.median


def test_ratios_are_those_of_the_sources():
    """Per kind of text, within the 5th to 95th percentile that ctok showed."""
    prose = inspect.getdoc(argparse) or ""
    code = inspect.getsource(argparse)
    for text, old, new in ((prose, (1.07, 1.30), (1.40, 2.0)), (code, (1.10, 1.52), (1.40, 2.15))):
        raw = count(text)
        assert old[0] < count_for(text, resolve("claude-sonnet-4-5")).tokens / raw < old[1]
        assert new[0] < count_for(text, resolve("claude-opus-4-8")).tokens / raw < new[1]
        assert count_for(text, resolve("gemini-2.5-pro")).tokens / raw == pytest.approx(1.15, abs=0.01)


@pytest.mark.parametrize("name", ["claude-sonnet-4-5", "claude-opus-4-8"])
def test_arrows_of_numbered_lines_cost_little(name):
    """Of the tokens that o200k spends on numbers, arrows and indentation cut off, ctok counts 76 %."""
    lines = inspect.getsource(argparse).splitlines()[100:400]
    bare = "\n".join(lines)
    numbered = "\n".join(f"{number:6d}→{line}" for number, line in enumerate(lines, 100))
    added = count_for(numbered, resolve(name)).tokens - count_for(bare, resolve(name)).tokens
    assert 0.65 < added / (count(numbered) - count(bare)) < 0.95


@pytest.mark.parametrize("name", ["claude-3", "claude-4.7"])
@pytest.mark.parametrize("sign", ["→", "’", "—", "…", "→ ", "─", "✓"])
def test_signs_are_never_free(sign, name):
    raw = count(sign * 3000)
    assert 0.8 * raw - 1 <= count_for(sign * 3000, resolve(name)).tokens <= 3 * len(sign) * 3000


def test_every_public_name_is_there():
    for name in tokens._HOMES:
        assert getattr(tokens, name) is not None
    with pytest.raises(AttributeError):
        _ = tokens.nothing
