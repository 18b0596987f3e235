import ast
import functools
import json
import random
import statistics
import sysconfig
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from token_texts import texts

from ctxbudget_server.tokens import count, estimate
from ctxbudget_server.tokens.estimator import ByteKinds, byte_kinds

STDLIB = Path(sysconfig.get_path("stdlib"))


@functools.cache
def standard_library_sources() -> list[str]:
    paths = sorted(STDLIB.glob("*.py")) + sorted(STDLIB.glob("*/*.py"))
    chosen = random.Random(3).sample([path for path in paths if "site-packages" not in path.parts], 300)
    # Among the tests are modules of data in odd encodings.
    texts = [path.read_text(encoding="utf-8", errors="replace")[:30_000] for path in chosen]
    return [text for text in texts if len(text) > 400]


def docstrings() -> list[str]:
    """The prose of the standard library: its long docstrings."""
    found = []
    for source in standard_library_sources():
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node) or ""
                if len(text) > 600:
                    found.append(text)
    return found


def json_documents() -> list[str]:
    """JSON of several shapes, filled with names and phrases of the standard library."""
    dice = random.Random(4)
    words = " ".join(docstrings()).split()
    names = [word for word in words if word.isidentifier()]

    def phrase() -> str:
        start = dice.randrange(len(words) - 15)
        return " ".join(words[start : start + dice.randrange(1, 15)])

    def value(depth: int) -> object:
        kind = dice.randrange(7 if depth else 5)
        if kind == 5:
            return {"_".join(dice.sample(names, 2)): value(depth - 1) for _ in range(dice.randrange(1, 6))}
        if kind == 6:
            return [value(depth - 1) for _ in range(dice.randrange(1, 6))]
        return [
            phrase(),
            dice.choice(names),
            dice.randrange(10 ** dice.randrange(1, 10)),
            dice.choice([True, False, None]),
            round(dice.random(), 4),
        ][kind]

    return [
        json.dumps(
            [{dice.choice(names): value(4) for _ in range(8)} for _ in range(10)],
            indent=dice.choice([None, 2, 4]),
        )
        for _ in range(80)
    ]


@pytest.mark.parametrize("kind", [standard_library_sources, docstrings, json_documents], ids=lambda f: f.__name__)
def test_error_is_within_the_goal(kind):
    errors = sorted(abs(estimate(text) / count(text) - 1) for text in kind())
    assert len(errors) > 50
    assert statistics.median(errors) <= 0.06
    assert errors[int(len(errors) * 0.95)] <= 0.20


@given(texts)
@settings(deadline=None, max_examples=300)
def test_bounds(text):
    tokens = estimate(text)
    assert bool(text) <= tokens <= 4 * len(text)


@pytest.mark.parametrize("character", ["a", "A", "7", " ", "\n", "-", "文", "🙂", "\ud83d", "→", "─"])
def test_runs(character):
    text = character * 1_000_000
    start = time.perf_counter()
    assert 1 <= estimate(text) <= 4_000_000
    assert time.perf_counter() - start < 0.5


def test_sampling_a_large_text_agrees_with_its_parts():
    sources = standard_library_sources()
    text = "".join(sources)
    assert len(text) > 1_000_000
    assert estimate(text) == pytest.approx(sum(map(estimate, sources)), rel=0.04)
    assert estimate(text) == pytest.approx(count(text), rel=0.1)


def test_kinds_of_bytes():
    assert byte_kinds("abC 12\t-\n\r_é文🙂\ud83d→─") == ByteKinds(2, 1, 2, 2, 2, 2, 1, 2, 1, 1, 1)
    assert byte_kinds("") == ByteKinds(*[0] * len(ByteKinds._fields))


@pytest.mark.parametrize(
    ("kind", "characters"),
    [
        ("sign", "\u2000\u200b\u2013—‘’“”•…\u2028\u203f\u2180←→↔↳\u21bf"),
        ("symbol", "\u2040\u217f\u21c0€™⇒≤∞⌘─┌╬█●★☐✓✔✗❌⚠⠋⟶⬆\u2fff"),
        ("lead3", "\u0800\u1fff\u3000、。あア文한ก\ud7ff\ud800\udfff\ue000\ufe0f！\uffff"),
        ("lead2", "\x80é«·×яא"),
        ("lead4", "𝒳🙂🚀"),
    ],
)
def test_kinds_of_longer_characters(kind, characters):
    for character in characters:
        expected = ByteKinds(*(name == kind for name in ByteKinds._fields))
        assert byte_kinds(character) == expected, hex(ord(character))


@given(st.text(alphabet=st.characters(min_codepoint=0x2000, max_codepoint=0x2FFF), max_size=40), texts)
@settings(deadline=None, max_examples=100)
def test_every_character_is_of_one_kind(symbols, text):
    both = symbols + text
    expected = [0] * 5
    for character in both:
        point = ord(character)
        if 0x2000 <= point < 0x2040 or 0x2180 <= point < 0x21C0:
            expected[4] += 1
        elif 0x2000 <= point < 0x3000:
            expected[3] += 1
        elif point >= 0x80:
            expected[(point >= 0x800) + (point >= 0x10000)] += 1
    kinds = byte_kinds(both)
    assert [kinds.lead2, kinds.lead3, kinds.lead4, kinds.symbol, kinds.sign] == expected
    assert sum(kinds) == len(both)


@given(texts, texts)
@settings(deadline=None, max_examples=100)
def test_kinds_add_up(one, other):
    both = zip(byte_kinds(one), byte_kinds(other), strict=True)
    assert byte_kinds(one + other) == ByteKinds(*(a + b for a, b in both))


def test_kinds_of_a_large_text_can_be_cancelled():
    class CancelledError(Exception):
        pass

    def check() -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        byte_kinds("a" * 1_000_000, check)
