"""What people state: which later statement takes the place of which, and what stands where words have little room."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_fit_properties import fitted, limit_of

from ctxbudget_server.fit.statements import replaced, sentences, telling, weight


def gone(*remarks: str) -> list[int]:
    """Which remarks have a sentence that a later one replaces."""
    return [number for number, left_out in enumerate(replaced(remarks)) if left_out]


REPLACED = [
    ("The bucket for backups is s3://old-bucket/daily.", "The bucket for backups is s3://new-bucket/daily."),
    ("Invoices are due on 2026-03-01.", "Update: invoices are due on April 12."),
    ("The customer budget is $4,000.", "The customer has changed the budget: it is now $5,500."),
    ("Anna Berger is the contact for the audit.", "Tom Fischer is now the contact for the audit."),
    ("We work on feature/login-11.", "We switched to feature/login-12."),
]
BOTH_STAND = [
    ("The port of service 2 is 8080.", "The port of service 3 is 8081."),
    ("The staging database is in eu-west-1.", "The production database is in us-east-1."),
    ("Run make lint before a commit.", "Run make test before a release."),
    ("The budget is $500.", "Is the budget now $700?"),
    ("The deadline is 2026-03-01.", "If the deadline is now 2026-04-01, we need help."),
    ("Look at src/store.py.", "Look at src/wire.py."),
    ("Issue 12 is fixed.", "Issue 13 is fixed."),
]


@pytest.mark.parametrize("old, new", REPLACED)
def test_a_later_statement_of_the_same_replaces_the_earlier_one(old: str, new: str) -> None:
    assert gone(old, "Thanks, go on.", new) == [0]
    assert gone(new, "Thanks, go on.") == []


@pytest.mark.parametrize("old, new", BOTH_STAND)
def test_in_doubt_both_stand(old: str, new: str) -> None:
    assert gone(old, new) == []


def test_of_two_that_it_might_replace_it_replaces_neither() -> None:
    assert gone("Alice Moor owns the deploy.", "Bob Lund owns the release.", "Carl Dahl owns it now.") == []


def test_what_is_quoted_or_code_states_nothing() -> None:
    text = "> The limit is 5.\n```\nlimit = 6  # never more\n```\nSee above."
    assert sentences(text) == ["See above."]
    assert weight("The limit is 500 ms, never more.") > weight("Looking into the limits of the queue.")


@given(st.lists(st.text(max_size=80), max_size=6))
def test_only_sentences_of_a_remark_are_replaced_and_never_of_the_last(remarks: list[str]) -> None:
    found = replaced(remarks)
    assert len(found) == len(remarks)
    assert all(left_out <= set(sentences(text)) for text, left_out in zip(remarks, found, strict=True))
    assert not remarks or not found[-1]


@given(
    st.lists(st.sampled_from(["The key is `abc`.", "Hello there.", "Never push to main.", "We read on."]), max_size=8)
)
def test_what_stands_of_a_remark_is_its_own_sentences_within_the_room(said: list[str]) -> None:
    text = " ".join(said)
    stands = telling(text, 12, lambda words: len(words.split()), frozenset())
    assert len(stands.split()) <= 12
    assert all(one.strip(" ") in text for one in stands.split("…"))


def chat(remarks: list[str]) -> list[dict[str, Any]]:
    return [
        {"role": role, "content": text}
        for remark in remarks
        for role, text in (("user", remark), ("assistant", "I go on with the plan, step by step, as it was said."))
    ]


def test_where_words_have_little_room_what_is_valid_stands_with_its_subject() -> None:
    """Narration goes first, then what was replaced; neither a lead nor a name shows the old value."""
    facts = [f"The port of the {name} server is {8000 + n}." for n, name in enumerate(("mail", "file", "log", "build"))]
    idle = [f"Looking at the logs of the day before, part {word}." for word in ("one", "two", "three", "four")]
    remarks = [
        "Move the office.",
        *idle,
        "The address of the front door is https://old.example/door.",
        *idle,
        *facts,
        *idle,
    ]
    remarks += ["The address of the front door is https://new.example/door.", *idle, "Go on, please."]
    messages = chat(remarks)

    found = fitted("openai-chat", messages, limit_of(messages, 0.32), keep_turns=1)

    text = json.dumps(found.messages)
    assert found.fits
    assert all(fact in text for fact in facts)
    assert "https://new.example/door" in text and "old.example" not in text
    assert "https://old.example/door" in "".join(removal.original for removal in found.removals)
